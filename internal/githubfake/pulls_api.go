package githubfake

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The limits of what GitHub shows of a pull request's changes.
const (
	mostFiles     = 300
	mostDiffLines = 20000
	mostListed    = 3000
)

func (c *call) number(name string) int64 {
	n, _ := strconv.ParseInt(c.params[name], 10, 64)
	return n
}

// pull returns the pull request of the path. Issues that are none are not served.
func (c *call) pull() (*Pull, answer) {
	name := "pull_number"
	if _, ok := c.params[name]; !ok {
		name = "issue_number"
	}
	if p := c.repo.pull(int(c.number(name))); p != nil {
		return p, answer{}
	}
	return nil, refuse(http.StatusNotFound, "Not Found")
}

func getPull(c *call) answer {
	p, missing := c.pull()
	if p == nil {
		return missing
	}
	accept := c.request.Header.Get("Accept")
	if !strings.Contains(accept, ".diff") && !strings.Contains(accept, ".patch") {
		return ok(c.showWholePull(p))
	}
	files, lines := p.diff(), 0
	for _, f := range files {
		lines += f.additions + f.deletions
	}
	if len(files) > mostFiles || lines > mostDiffLines {
		return answer{status: http.StatusNotAcceptable, body: fields{
			"message": fmt.Sprintf("Sorry, the diff exceeded the maximum number of files (%d). Consider using 'List pull requests files' API or locally cloning the repository instead.", mostFiles),
			"errors":  []any{fields{"resource": "PullRequest", "field": "diff", "code": "too_large"}}, "documentation_url": "https://docs.github.com/rest/pulls/pulls#list-pull-requests-files", "status": "406",
		}}
	}
	text := c.repo.must("diff", "-M", "--no-color", "--no-ext-diff", "--full-index", p.base(), p.headSHA)
	return answer{status: http.StatusOK, kind: "application/vnd.github.diff; charset=utf-8", text: text}
}

func listPulls(c *call) answer {
	query := c.request.URL.Query()
	var found []*Pull
	for _, p := range slices.Backward(c.repo.pulls) { // the newest first
		state := query.Get("state")
		if state == "" {
			state = "open"
		}
		head := query.Get("head")
		switch {
		case state != "all" && p.state != state:
		case query.Get("base") != "" && p.baseRef != query.Get("base"):
		case strings.Contains(head, ":") && head != p.headRepo.owner.login+":"+p.headRef: // without an owner GitHub ignores it
		default:
			found = append(found, p)
		}
	}
	if query.Get("direction") == "asc" {
		slices.Reverse(found)
	}
	return page(c, found, c.showPull)
}

// listPullsOfCommit gives the pull requests that a commit belongs to, asked in the repository that has the
// head's branch: of a fork's commits GitHub tells nothing in the base's repository, and all in the fork's.
func listPullsOfCommit(c *call) answer {
	sha := c.params["commit_sha"]
	if !c.repo.has(sha, "commit") {
		return invalid("No commit found for SHA: " + sha)
	}
	var found []*Pull
	for _, p := range c.pulls() {
		if p.headRepo == c.repo && p.repo.contains(sha, p.headSHA) && !p.repo.contains(sha, p.baseSHA) {
			found = append(found, p)
		}
	}
	return page(c, found, c.showPull)
}

func listPullCommits(c *call) answer {
	p, missing := c.pull()
	if p == nil {
		return missing
	}
	shas := linesOf(c.repo.must("rev-list", "--reverse", p.base()+".."+p.headSHA))
	return page(c, shas, c.showCommit)
}

func listFiles(c *call) answer {
	p, missing := c.pull()
	if p == nil {
		return missing
	}
	files := p.diff()
	return page(c, files[:min(len(files), mostListed)], func(f *fileDiff) fields { return c.showFile(f, p.headSHA) })
}

func (c *call) showFile(f *fileDiff, commit string) fields {
	url := c.webURL(c.repo)
	shown := fields{
		"sha": f.blob, "filename": f.name, "status": f.status,
		"additions": f.additions, "deletions": f.deletions, "changes": f.additions + f.deletions,
		"blob_url": url + "/blob/" + commit + "/" + f.name, "raw_url": url + "/raw/" + commit + "/" + f.name,
		"contents_url": c.repoURL(c.repo) + "/contents/" + f.name + "?ref=" + commit,
	}
	if len(f.hunks) > 0 {
		shown["patch"] = f.patch()
	}
	if f.old != "" {
		shown["previous_filename"] = f.old
	}
	return shown
}

func createPull(c *call) answer {
	var sent struct {
		Title, Head, Base, Body string
		Draft                   bool
	}
	c.decode(&sent)
	if c.s.modes.noPulls && c.token.permissions != nil {
		return refuse(http.StatusForbidden, "GitHub Actions is not permitted to create or approve pull requests.")
	}
	if tooMany(sent.Body) {
		return tooLong("PullRequest")
	}
	from, branch := c.repo, sent.Head
	if owner, rest, ok := strings.Cut(sent.Head, ":"); ok {
		branch = rest
		if owner != c.repo.owner.login {
			from = c.s.repo(owner + "/" + c.repo.name)
		}
	}
	problem := func(field, code, message string) answer {
		return invalid("Validation Failed", fields{"resource": "PullRequest", "field": field, "code": code, "message": message})
	}
	if from == nil || branch == "" || from.resolve("refs/heads/"+branch) == "" {
		return problem("head", "invalid", "head is invalid")
	}
	base := c.repo.resolve("refs/heads/" + sent.Base)
	if base == "" {
		return problem("base", "invalid", "base is invalid")
	}
	if sent.Title == "" {
		return problem("title", "missing_field", "title is missing")
	}
	for _, p := range c.repo.pulls {
		if p.state == "open" && p.headRepo == from && p.headRef == branch && p.baseRef == sent.Base {
			return problem("head", "custom", fmt.Sprintf("A pull request already exists for %s:%s.", from.owner.login, branch))
		}
	}
	head := from.resolve("refs/heads/" + branch)
	if c.repo.has(head, "commit") && c.repo.contains(head, base) {
		return problem("head", "custom", fmt.Sprintf("No commits between %s and %s", sent.Base, branch))
	}
	p := c.repo.open(c.token.owner, PullOptions{Title: sent.Title, Body: sent.Body, Base: sent.Base, Head: branch, Draft: sent.Draft}, from)
	return created(c.showWholePull(p))
}

func updatePull(c *call) answer {
	p, missing := c.pull()
	if p == nil {
		return missing
	}
	var sent struct{ Title, Body, State, Base *string }
	c.decode(&sent)
	if sent.Body != nil && tooMany(*sent.Body) {
		return tooLong("PullRequest")
	}
	if sent.Base != nil {
		if c.repo.resolve("refs/heads/"+*sent.Base) == "" {
			return invalid("Validation Failed", fields{"resource": "PullRequest", "field": "base", "code": "invalid"})
		}
		p.baseRef, p.seenBase = *sent.Base, ""
	}
	if sent.State != nil {
		if refused, bad := p.setState(*sent.State); bad {
			return refused
		}
	}
	if sent.Title != nil {
		p.title = *sent.Title
	}
	if sent.Body != nil {
		p.body = *sent.Body
	}
	p.updated = c.s.now()
	p.follow()
	return ok(c.showWholePull(p))
}

// setState closes or opens again. What was merged, or has no branch any more, stays closed.
func (p *Pull) setState(state string) (answer, bool) {
	if state == p.state {
		return answer{}, false
	}
	if state == "closed" {
		p.close()
		return answer{}, false
	}
	if p.merged || p.headRepo.resolve("refs/heads/"+p.headRef) == "" {
		return invalid("Validation Failed", fields{
			"resource": "PullRequest", "field": "state", "code": "custom",
			"message": "state cannot be changed. The " + p.headRef + " branch was merged or deleted.",
		}), true
	}
	p.state = "open"
	return answer{}, false
}

func tooMany(body string) bool { return utf8.RuneCountInString(body) > longestBody }

// tooLong is what GitHub says to a body of more than 65,536 characters.
func tooLong(resource string) answer {
	return invalid("Validation Failed", fields{
		"resource": resource, "code": "custom", "field": "body", "message": fmt.Sprintf("body is too long (maximum is %d characters)", longestBody),
	})
}
