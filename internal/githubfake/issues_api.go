package githubfake

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// An issueComment is one in the conversation of a pull request.
type issueComment struct {
	id               int64
	author           *account
	body             string
	created, updated time.Time
	minimized        string
}

func (c *issueComment) nodeID() string { return fmt.Sprintf("IC_%d", c.id) }

type label struct {
	id   int64
	name string
}

func (c *call) showLabel(l *label) fields {
	return fields{
		"id": l.id, "node_id": fmt.Sprintf("LA_%d", l.id), "name": l.name, "description": "", "color": "ededed", "default": false,
		"url": c.api + "/not-served/labels",
	}
}

func (c *call) showIssueComment(p *Pull, comment *issueComment) fields {
	return fields{
		"id": comment.id, "node_id": comment.nodeID(), "user": c.user(comment.author), "body": comment.body,
		"created_at": stamp(comment.created), "updated_at": stamp(comment.updated),
		"url":                fmt.Sprintf("%s/issues/comments/%d", c.repoURL(p.repo), comment.id),
		"html_url":           fmt.Sprintf("%s#issuecomment-%d", c.pullPage(p), comment.id),
		"issue_url":          fmt.Sprintf("%s/issues/%d", c.repoURL(p.repo), p.Number),
		"author_association": p.repo.association(comment.author), "performed_via_github_app": nil,
	}
}

func listIssueComments(c *call) answer {
	p, missing := c.pull()
	if p == nil {
		return missing
	}
	return page(c, p.talk, func(comment *issueComment) fields { return c.showIssueComment(p, comment) })
}

func createIssueComment(c *call) answer {
	p, missing := c.pull()
	if p == nil {
		return missing
	}
	var sent struct{ Body string }
	c.decode(&sent)
	if refused, bad := badTalk(sent.Body); bad {
		return refused
	}
	return created(c.showIssueComment(p, p.say(c.token.owner, sent.Body)))
}

func badTalk(body string) (answer, bool) {
	switch {
	case body == "":
		return invalid("Validation Failed", fields{"resource": "IssueComment", "code": "unprocessable", "field": "data", "message": "Body cannot be blank"}), true
	case tooMany(body):
		return tooLong("IssueComment"), true
	}
	return answer{}, false
}

func (p *Pull) say(author *account, body string) *issueComment {
	s := p.repo.server
	comment := &issueComment{id: s.nextID(), author: author, body: body, created: s.now(), updated: s.now()}
	p.talk = append(p.talk, comment)
	p.updated = s.now()
	return comment
}

func (c *call) issueComment() (*Pull, *issueComment, answer) {
	for _, p := range c.repo.pulls {
		for _, comment := range p.talk {
			if comment.id == c.number("comment_id") {
				return p, comment, answer{}
			}
		}
	}
	return nil, nil, refuse(http.StatusNotFound, "Not Found")
}

func getIssueComment(c *call) answer {
	p, comment, missing := c.issueComment()
	if comment == nil {
		return missing
	}
	return ok(c.showIssueComment(p, comment))
}

func updateIssueComment(c *call) answer {
	p, comment, missing := c.issueComment()
	if comment == nil {
		return missing
	}
	var sent struct{ Body string }
	c.decode(&sent)
	if refused, bad := badTalk(sent.Body); bad {
		return refused
	}
	if !c.mayEdit(comment.author) {
		return c.forbidden()
	}
	comment.body, comment.updated = sent.Body, c.s.now()
	return ok(c.showIssueComment(p, comment))
}

func deleteIssueComment(c *call) answer {
	p, comment, missing := c.issueComment()
	if comment == nil {
		return missing
	}
	if !c.mayEdit(comment.author) {
		return c.forbidden()
	}
	p.talk = slices.DeleteFunc(p.talk, func(other *issueComment) bool { return other == comment })
	return gone()
}

func listLabels(c *call) answer {
	p, missing := c.pull()
	if p == nil {
		return missing
	}
	return page(c, p.labels, c.showLabel)
}

// addLabels creates what the repository does not have, as GitHub does.
func addLabels(c *call) answer {
	p, missing := c.pull()
	if p == nil {
		return missing
	}
	for _, name := range c.names("labels") {
		p.addLabel(name)
	}
	return ok(each(p.labels, c.showLabel))
}

func (p *Pull) addLabel(name string) {
	known, ok := p.repo.labels[name]
	if !ok {
		known = &label{id: p.repo.server.nextID(), name: name}
		p.repo.labels[name] = known
	}
	if !slices.Contains(p.labels, known) {
		p.labels = append(p.labels, known)
		p.updated = p.repo.server.now()
	}
}

// names reads a list of texts, bare or under a key.
func (c *call) names(key string) []string {
	if len(c.body) > 0 && c.body[0] == '[' {
		var sent []string
		c.decode(&sent)
		return sent
	}
	var sent map[string][]string
	c.decode(&sent)
	return sent[key]
}

func removeLabel(c *call) answer {
	p, missing := c.pull()
	if p == nil {
		return missing
	}
	before := len(p.labels)
	p.labels = slices.DeleteFunc(p.labels, func(l *label) bool { return l.name == c.params["name"] })
	if len(p.labels) == before {
		return refuse(http.StatusNotFound, "Label does not exist")
	}
	return ok(each(p.labels, c.showLabel))
}

// addAssignees silently leaves out whom GitHub would not assign: people without a part in the repository.
func addAssignees(c *call) answer {
	p, missing := c.pull()
	if p == nil {
		return missing
	}
	for _, login := range c.names("assignees") {
		a := c.s.account(login)
		if c.repo.access(login) != "" && !slices.Contains(p.assignees, a) && len(p.assignees) < 10 {
			p.assignees = append(p.assignees, a)
		}
	}
	issue := fmt.Sprintf("%s/issues/%d", c.repoURL(p.repo), p.Number)
	return created(fields{
		"id": p.id, "node_id": p.nodeID(), "number": p.Number, "state": p.state, "title": p.title, "body": optional(p.body),
		"user": c.user(p.author), "labels": each(p.labels, c.showLabel), "assignees": each(p.assignees, c.user), "comments": len(p.talk),
		"url": issue, "html_url": c.pullPage(p), "repository_url": c.repoURL(p.repo), "author_association": p.repo.association(p.author),
		"created_at": stamp(p.created), "updated_at": stamp(p.updated), "closed_at": when(p.closed),
		"pull_request": fields{"url": c.pullURL(p), "html_url": c.pullPage(p), "diff_url": c.pullPage(p) + ".diff", "patch_url": c.pullPage(p) + ".patch"},
	})
}

// requestReviewers refuses the whole request if one of the people can't be asked.
func requestReviewers(c *call) answer {
	p, missing := c.pull()
	if p == nil {
		return missing
	}
	sent := struct {
		Reviewers     []string
		TeamReviewers []string `json:"team_reviewers"`
	}{}
	c.decode(&sent)
	if len(sent.TeamReviewers) > 0 {
		return refuse(http.StatusUnprocessableEntity, "Could not resolve to a node with the global id of a team.")
	}
	for _, login := range sent.Reviewers {
		if login == p.author.login {
			return refuse(http.StatusUnprocessableEntity, "Review cannot be requested from pull request author.")
		}
		if c.repo.access(login) == "" {
			return refuse(http.StatusUnprocessableEntity, "Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the "+c.repo.fullName()+" repository.")
		}
	}
	for _, login := range sent.Reviewers {
		if a := c.s.account(login); !slices.Contains(p.reviewers, a) {
			p.reviewers = append(p.reviewers, a)
		}
	}
	return created(c.showPull(p))
}
