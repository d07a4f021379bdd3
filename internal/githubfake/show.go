package githubfake

import (
	"fmt"
	"time"
)

func stamp(at time.Time) string { return at.Format(time.RFC3339) }

// when is a time that may be missing.
func when(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return stamp(at)
}

// optional is a text or a number that is null if it is empty.
func optional[V comparable](value V) any {
	var zero V
	if value == zero {
		return nil
	}
	return value
}

func each[V any](values []V, show func(V) fields) []any {
	shown := make([]any, 0, len(values))
	for _, value := range values {
		shown = append(shown, show(value))
	}
	return shown
}

func (c *call) user(a *account) fields {
	url := c.api + "/users/" + a.login
	return fields{
		"login": a.login, "id": a.id, "node_id": a.nodeID(), "type": a.kind, "site_admin": false, "gravatar_id": "",
		"url": url, "html_url": c.s.URL + "/" + a.login, "avatar_url": c.s.URL + "/avatars/" + a.login,
		"events_url": url + "/events{/privacy}", "followers_url": url + "/followers", "following_url": url + "/following{/other_user}",
		"gists_url": url + "/gists{/gist_id}", "organizations_url": url + "/orgs", "received_events_url": url + "/received_events",
		"repos_url": url + "/repos", "starred_url": url + "/starred{/owner}{/repo}", "subscriptions_url": url + "/subscriptions",
	}
}

func getUser(c *call) answer {
	switch {
	case c.token == nil:
		return refuse(401, "Requires authentication")
	case c.token.permissions != nil:
		return refuse(403, "Resource not accessible by integration")
	}
	user := c.user(c.token.owner)
	user["user_view_type"] = "private"
	user["created_at"], user["updated_at"] = stamp(c.s.now()), stamp(c.s.now())
	return ok(user)
}

func (c *call) repoURL(r *Repo) string { return c.api + "/repos/" + r.fullName() }
func (c *call) webURL(r *Repo) string  { return c.s.URL + "/" + r.fullName() }

func (c *call) showRepo(r *Repo) fields {
	access := r.access(c.login())
	visibility := "public"
	if r.private {
		visibility = "private"
	}
	license := any(nil)
	return fields{
		"id": r.id, "node_id": fmt.Sprintf("R_%d", r.id), "name": r.name, "full_name": r.fullName(), "owner": c.user(r.owner),
		"private": r.private, "visibility": visibility, "fork": r.parent != nil, "default_branch": "main", "license": license,
		"url": c.repoURL(r), "html_url": c.webURL(r), "clone_url": c.webURL(r) + ".git", "git_url": "git://example.invalid/" + r.fullName() + ".git",
		"ssh_url": "git@example.invalid:" + r.fullName() + ".git", "svn_url": c.webURL(r),
		"pulls_url": c.repoURL(r) + "/pulls{/number}", "issues_url": c.repoURL(r) + "/issues{/number}",
		"created_at": stamp(r.created), "updated_at": stamp(r.created), "pushed_at": stamp(r.created),
		"has_issues": true, "has_pull_requests": true,
		"permissions": fields{
			"admin": access == "admin", "maintain": access == "admin", "push": access == "admin" || access == "write",
			"triage": access == "admin" || access == "write", "pull": true,
		},
	}
}

func (c *call) login() string {
	if c.token == nil {
		return ""
	}
	return c.token.owner.login
}

func getRepo(c *call) answer { return ok(c.showRepo(c.repo)) }

func (c *call) pullURL(p *Pull) string {
	return fmt.Sprintf("%s/pulls/%d", c.repoURL(p.repo), p.Number)
}

func (c *call) pullPage(p *Pull) string {
	return fmt.Sprintf("%s/pull/%d", c.webURL(p.repo), p.Number)
}

// showPull is a pull request as lists have it.
func (c *call) showPull(p *Pull) fields {
	url, page := c.pullURL(p), c.pullPage(p)
	issue := fmt.Sprintf("%s/issues/%d", c.repoURL(p.repo), p.Number)
	statuses := c.repoURL(p.repo) + "/statuses/" + p.headSHA
	link := func(to string) fields { return fields{"href": to} }
	shown := fields{
		"id": p.id, "node_id": p.nodeID(), "number": p.Number, "state": p.state, "locked": false, "title": p.title,
		"body": optional(p.body), "user": c.user(p.author), "draft": p.draft, "author_association": p.repo.association(p.author),
		"url": url, "html_url": page, "diff_url": page + ".diff", "patch_url": page + ".patch", "issue_url": issue,
		"commits_url": url + "/commits", "review_comments_url": url + "/comments", "comments_url": issue + "/comments",
		"review_comment_url": c.repoURL(p.repo) + "/pulls/comments{/number}", "statuses_url": statuses,
		"created_at": stamp(p.created), "updated_at": stamp(p.updated), "closed_at": when(p.closed), "merged_at": nil,
		"merge_commit_sha": optional(p.mergeSHA), "labels": each(p.labels, c.showLabel), "assignee": nil, "milestone": nil, "auto_merge": nil,
		"assignees": each(p.assignees, c.user), "requested_reviewers": each(p.reviewers, c.user), "requested_teams": []any{},
		"base": fields{
			"ref": p.baseRef, "sha": p.baseSHA, "label": p.repo.owner.login + ":" + p.baseRef,
			"user": c.user(p.repo.owner), "repo": c.showRepo(p.repo),
		},
		"head": fields{
			"ref": p.headRef, "sha": p.headSHA, "label": p.headRepo.owner.login + ":" + p.headRef,
			"user": c.user(p.headRepo.owner), "repo": c.showRepo(p.headRepo),
		},
		"_links": fields{
			"self": link(url), "html": link(page), "issue": link(issue), "comments": link(issue + "/comments"),
			"commits": link(url + "/commits"), "review_comments": link(url + "/comments"),
			"review_comment": link(c.repoURL(p.repo) + "/pulls/comments{/number}"), "statuses": link(statuses),
		},
	}
	if len(p.assignees) > 0 {
		shown["assignee"] = c.user(p.assignees[0])
	}
	if p.merged {
		shown["merged_at"] = when(p.closed)
	}
	return shown
}

// showWholePull is a pull request as it is got alone.
func (c *call) showWholePull(p *Pull) fields {
	shown := c.showPull(p)
	added, deleted := 0, 0
	files := p.diff()
	for _, f := range files {
		added += f.additions
		deleted += f.deletions
	}
	state := "clean"
	if p.mergeSHA == "" {
		state = "dirty"
	}
	commits := linesOf(p.repo.must("rev-list", p.base()+".."+p.headSHA))
	for name, value := range (fields{
		"additions": added, "deletions": deleted, "changed_files": len(files), "commits": len(commits),
		"comments": len(p.talk), "review_comments": len(p.comments), "merged": p.merged, "merged_by": nil,
		"mergeable": p.mergeSHA != "", "mergeable_state": state, "maintainer_can_modify": p.headRepo != p.repo, "rebaseable": p.mergeSHA != "",
	}) {
		shown[name] = value
	}
	return shown
}

func (p *Pull) nodeID() string { return fmt.Sprintf("PR_%d", p.id) }

func (r *Repo) association(a *account) string {
	switch access := r.access(a.login); {
	case a == r.owner:
		return "OWNER"
	case access != "":
		return "COLLABORATOR"
	case a.login == actionsLogin:
		return "NONE"
	}
	return "CONTRIBUTOR"
}
