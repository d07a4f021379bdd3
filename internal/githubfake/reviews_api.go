package githubfake

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

func (r *review) nodeID() string { return fmt.Sprintf("PRR_%d", r.id) }

func (c *call) showReview(p *Pull, r *review) fields {
	page := fmt.Sprintf("%s#pullrequestreview-%d", c.pullPage(p), r.id)
	shown := fields{
		"id": r.id, "node_id": r.nodeID(), "user": c.user(r.author), "body": r.body, "state": r.state, "commit_id": r.commit,
		"html_url": page, "pull_request_url": c.pullURL(p), "author_association": p.repo.association(r.author),
		"_links": fields{"html": fields{"href": page}, "pull_request": fields{"href": c.pullURL(p)}},
	}
	if r.state != "PENDING" {
		shown["submitted_at"] = stamp(r.submitted)
	}
	return shown
}

// listReviews leaves out what others have not submitted yet.
func listReviews(c *call) answer {
	p, missing := c.pull()
	if p == nil {
		return missing
	}
	var seen []*review
	for _, r := range p.reviews {
		if r.state != "PENDING" || r.author.login == c.login() {
			seen = append(seen, r)
		}
	}
	return page(c, seen, func(r *review) fields { return c.showReview(p, r) })
}

type sentComment struct {
	Path      string
	Position  int
	Body      string
	Line      int
	Side      string
	StartLine int    `json:"start_line"`
	StartSide string `json:"start_side"`
}

func createReview(c *call) answer {
	p, missing := c.pull()
	if p == nil {
		return missing
	}
	var sent struct {
		CommitID    string `json:"commit_id"`
		Body, Event string
		Comments    []sentComment
	}
	c.decode(&sent)
	if sent.CommitID == "" {
		sent.CommitID = p.headSHA
	}
	if !p.hasCommit(sent.CommitID) {
		return invalid("Unprocessable Entity", "The commit "+sent.CommitID+" is not part of the pull request")
	}
	if tooMany(sent.Body) {
		return invalid("Unprocessable Entity", "Body is too long (maximum is 65536 characters)")
	}
	if refused, bad := p.refusesReview(c, sent.Event, sent.Body); bad {
		return refused
	}
	anchors, problems := make([]anchor, len(sent.Comments)), []any{}
	for i, comment := range sent.Comments {
		anchors[i] = anchor{
			path: comment.Path, side: comment.Side, startSide: comment.StartSide,
			line: comment.Line, start: comment.StartLine, position: comment.Position, commit: sent.CommitID,
		}
		switch wrong := p.misplaced(&anchors[i]); {
		case len(wrong) > 0:
			problems = append(problems, inWords(wrong))
		case comment.Body == "":
			problems = append(problems, "Body can't be blank")
		case tooMany(comment.Body):
			problems = append(problems, "Body is too long (maximum is 65536 characters)")
		}
	}
	if len(problems) > 0 {
		return invalid("Unprocessable Entity", problems...)
	}
	r := &review{id: c.s.nextID(), author: c.token.owner, body: sent.Body, commit: sent.CommitID, updated: c.s.now()}
	r.submit(sent.Event, c.s.now())
	p.reviews = append(p.reviews, r)
	for i, comment := range sent.Comments {
		p.addComment(c.token.owner, anchors[i], comment.Body, r)
	}
	p.updated = c.s.now()
	return ok(c.showReview(p, r))
}

// inWords gives the errors of a comment as reviews do: in one sentence that does not tell which comment it is.
func inWords(wrong []fields) string {
	var words []string
	for _, w := range wrong {
		field, rest, _ := strings.Cut(w["message"].(string), " ")
		words = append(words, "Pull request review thread "+strings.ReplaceAll(field[strings.LastIndex(field, ".")+1:], "_", " ")+" "+rest)
	}
	return strings.Join(words, " and ")
}

// hasCommit: reviews may be of any commit that the pull request has now, not only of its head.
func (p *Pull) hasCommit(sha string) bool {
	return p.repo.has(sha, "commit") && p.repo.contains(sha, p.headSHA) && !p.repo.contains(sha, p.base())
}

func (p *Pull) refusesReview(c *call, event, body string) (answer, bool) {
	author := c.token.owner
	switch {
	case event == "APPROVE" && c.token.permissions != nil && c.s.modes.noPulls:
		return refuse(http.StatusForbidden, "GitHub Actions is not permitted to create or approve pull requests."), true
	case event == "APPROVE" && author == p.author:
		return invalid("Unprocessable Entity", "Review Can not approve your own pull request"), true
	case event == "REQUEST_CHANGES" && author == p.author:
		return invalid("Unprocessable Entity", "Review Can not request changes on your own pull request"), true
	case (event == "COMMENT" || event == "REQUEST_CHANGES") && body == "":
		return invalid("Unprocessable Entity", "Body can't be blank"), true
	}
	if slices.ContainsFunc(p.reviews, func(r *review) bool { return r.state == "PENDING" && r.author == author }) {
		return invalid("Unprocessable Entity", "User can only have one pending review per pull request"), true
	}
	return answer{}, false
}

func (c *call) review() (*Pull, *review, answer) {
	p, missing := c.pull()
	if p == nil {
		return nil, nil, missing
	}
	for _, r := range p.reviews {
		if r.id == c.number("review_id") && (r.state != "PENDING" || r.author.login == c.login()) {
			return p, r, answer{}
		}
	}
	return nil, nil, refuse(http.StatusNotFound, "Not Found")
}

func getReview(c *call) answer {
	p, r, missing := c.review()
	if r == nil {
		return missing
	}
	return ok(c.showReview(p, r))
}

func updateReview(c *call) answer {
	p, r, missing := c.review()
	if r == nil {
		return missing
	}
	var sent struct{ Body string }
	c.decode(&sent)
	switch {
	case !c.mayEdit(r.author):
		return c.forbidden()
	case sent.Body == "":
		return invalid("Unprocessable Entity", "Body can't be blank")
	case tooMany(sent.Body):
		return invalid("Unprocessable Entity", "Body is too long (maximum is 65536 characters)")
	}
	r.body, r.updated = sent.Body, c.s.now()
	return ok(c.showReview(p, r))
}

// deleteReview takes away what was not submitted.
func deleteReview(c *call) answer {
	p, r, missing := c.review()
	if r == nil {
		return missing
	}
	if r.state != "PENDING" {
		return invalid("Unprocessable Entity", "Can not delete a non-pending pull request review")
	}
	p.reviews = slices.DeleteFunc(p.reviews, func(other *review) bool { return other == r })
	p.comments = slices.DeleteFunc(p.comments, func(comment *reviewComment) bool { return comment.review == r })
	return ok(c.showReview(p, r))
}

func submitReview(c *call) answer {
	p, r, missing := c.review()
	if r == nil {
		return missing
	}
	var sent struct{ Body, Event string }
	c.decode(&sent)
	if r.state != "PENDING" || sent.Event == "" {
		return invalid("Unprocessable Entity", "Could not submit the review")
	}
	if sent.Body != "" {
		r.body = sent.Body
	}
	r.submit(sent.Event, c.s.now())
	return ok(c.showReview(p, r))
}

func listCommentsOfReview(c *call) answer {
	p, r, missing := c.review()
	if r == nil {
		return missing
	}
	var found []*reviewComment
	for _, comment := range p.comments {
		if comment.review == r {
			found = append(found, comment)
		}
	}
	return page(c, found, func(comment *reviewComment) fields {
		shown := c.showReviewComment(p, comment)
		delete(shown, "line") // this list is of diff positions
		return shown
	})
}

// mayEdit: texts are their author's, and those who may push may edit them too.
func (c *call) mayEdit(author *account) bool {
	if author == c.token.owner {
		return true
	}
	access := c.repo.access(c.login())
	return access == "admin" || access == "write"
}
