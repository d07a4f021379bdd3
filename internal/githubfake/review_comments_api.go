package githubfake

import (
	"fmt"
	"net/http"
	"slices"
)

func (c *call) showReviewComment(p *Pull, comment *reviewComment) fields {
	at := comment.first()
	url := fmt.Sprintf("%s/pulls/comments/%d", c.repoURL(p.repo), comment.id)
	page := fmt.Sprintf("%s#discussion_r%d", c.pullPage(p), comment.id)
	shown := fields{
		"id": comment.id, "node_id": comment.nodeID(), "url": url, "html_url": page, "pull_request_url": c.pullURL(p),
		"pull_request_review_id": comment.review.id, "user": c.user(comment.author), "author_association": p.repo.association(comment.author),
		"body": comment.body, "created_at": stamp(comment.created), "updated_at": stamp(comment.updated),
		"path": at.path, "diff_hunk": at.excerpt, "commit_id": at.commit, "original_commit_id": at.originalCommit, "side": at.side,
		"start_line": optional(at.start), "original_start_line": optional(at.originalStart), "start_side": nil,
		"subject_type": "line", "position": at.position, "original_position": at.originalPosition,
		"line": at.line, "original_line": at.originalLine,
		"_links": fields{"self": fields{"href": url}, "html": fields{"href": page}, "pull_request": fields{"href": c.pullURL(p)}},
	}
	if at.originalStart != 0 {
		shown["start_side"] = at.side
	}
	if at.onFile {
		shown["subject_type"] = "file"
		shown["line"], shown["original_line"] = nil, nil
	}
	if at.outdated {
		shown["line"], shown["position"] = nil, nil
	}
	if comment.inReplyTo != nil {
		shown["in_reply_to_id"] = comment.inReplyTo.id
	}
	return shown
}

func listReviewComments(c *call) answer {
	p, missing := c.pull()
	if p == nil {
		return missing
	}
	var seen []*reviewComment
	for _, comment := range p.comments {
		if comment.review.state != "PENDING" {
			seen = append(seen, comment)
		}
	}
	if c.request.URL.Query().Get("direction") == "desc" {
		slices.Reverse(seen)
	}
	return page(c, seen, func(comment *reviewComment) fields { return c.showReviewComment(p, comment) })
}

func createReviewComment(c *call) answer {
	p, missing := c.pull()
	if p == nil {
		return missing
	}
	var sent struct {
		sentComment
		CommitID    string `json:"commit_id"`
		SubjectType string `json:"subject_type"`
		InReplyTo   int64  `json:"in_reply_to"`
	}
	c.decode(&sent)
	if refused, bad := badBody(sent.Body); bad {
		return refused
	}
	if sent.InReplyTo != 0 {
		return c.answerReply(p, sent.InReplyTo, sent.Body)
	}
	if !p.hasCommit(sent.CommitID) {
		return invalid("Validation Failed", wrong("commit_id", "commit_id is not part of the pull request"))
	}
	a := anchor{
		path: sent.Path, side: sent.Side, startSide: sent.StartSide, line: sent.Line, start: sent.StartLine,
		position: sent.Position, onFile: sent.SubjectType == "file", commit: sent.CommitID,
	}
	if problems := p.misplaced(&a); len(problems) > 0 {
		return invalid("Validation Failed", each(problems, func(f fields) fields { return f })...)
	}
	of := &review{id: c.s.nextID(), author: c.token.owner, commit: sent.CommitID}
	of.submit("COMMENT", c.s.now())
	p.reviews = append(p.reviews, of)
	p.updated = c.s.now()
	return created(c.showReviewComment(p, p.addComment(c.token.owner, a, sent.Body, of)))
}

func badBody(body string) (answer, bool) {
	switch {
	case body == "":
		return invalid("Validation Failed", wrong("body", "body can't be blank")), true
	case tooMany(body):
		return tooLong("PullRequestReviewComment"), true
	}
	return answer{}, false
}

func replyToReviewComment(c *call) answer {
	p, missing := c.pull()
	if p == nil {
		return missing
	}
	var sent struct{ Body string }
	c.decode(&sent)
	if refused, bad := badBody(sent.Body); bad {
		return refused
	}
	return c.answerReply(p, c.number("comment_id"), sent.Body)
}

// answerReply: only the first comment of a thread can be replied to.
func (c *call) answerReply(p *Pull, to int64, body string) answer {
	first := p.comment(to)
	if first == nil {
		return refuse(http.StatusNotFound, "Not Found")
	}
	if first.inReplyTo != nil {
		return invalid("Validation Failed", wrong("in_reply_to", "a reply can't be replied to"))
	}
	p.updated = c.s.now()
	return created(c.showReviewComment(p, p.reply(c.token.owner, first, body)))
}

func (p *Pull) comment(id int64) *reviewComment {
	for _, comment := range p.comments {
		if comment.id == id {
			return comment
		}
	}
	return nil
}

func (c *call) reviewComment() (*Pull, *reviewComment, answer) {
	for _, p := range c.repo.pulls {
		if comment := p.comment(c.number("comment_id")); comment != nil {
			return p, comment, answer{}
		}
	}
	return nil, nil, refuse(http.StatusNotFound, "Not Found")
}

func getReviewComment(c *call) answer {
	p, comment, missing := c.reviewComment()
	if comment == nil {
		return missing
	}
	return ok(c.showReviewComment(p, comment))
}

func updateReviewComment(c *call) answer {
	p, comment, missing := c.reviewComment()
	if comment == nil {
		return missing
	}
	var sent struct{ Body string }
	c.decode(&sent)
	if refused, bad := badBody(sent.Body); bad {
		return refused
	}
	if !c.mayEdit(comment.author) {
		return c.forbidden()
	}
	comment.body, comment.updated, comment.edited = sent.Body, c.s.now(), true
	return ok(c.showReviewComment(p, comment))
}

// deleteReviewComment keeps the replies, as a thread whose first comment is the oldest of them.
func deleteReviewComment(c *call) answer {
	p, comment, missing := c.reviewComment()
	if comment == nil {
		return missing
	}
	if !c.mayEdit(comment.author) {
		return c.forbidden()
	}
	p.comments = slices.DeleteFunc(p.comments, func(other *reviewComment) bool { return other == comment })
	var heir *reviewComment
	for _, other := range p.comments {
		switch {
		case other.inReplyTo != comment:
		case heir == nil:
			heir = other
			heir.takePlace(comment)
		default:
			other.inReplyTo = heir
		}
	}
	return gone()
}
