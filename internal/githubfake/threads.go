package githubfake

import (
	"fmt"
	"time"
)

// A review is one that somebody began or submitted.
type review struct {
	id        int64
	author    *account
	body      string
	state     string // PENDING, COMMENTED, APPROVED, CHANGES_REQUESTED
	commit    string
	submitted time.Time
	updated   time.Time
	minimized string
}

// A reviewComment is one on a line or a file. The first one of a thread says where the thread is.
type reviewComment struct {
	id               int64
	review           *review
	author           *account
	body             string
	inReplyTo        *reviewComment // the first one of its thread
	created, updated time.Time
	minimized        string // the reason in GitHub's words: outdated, resolved, …
	edited           bool

	path        string
	excerpt     string
	onFile      bool
	side        string
	line, start int    // start is 0 of a comment on one line
	commit      string // the head for which line and start count
	base        string // the merge base for which they count on the left
	outdated    bool
	position    int

	originalLine, originalStart, originalPosition int
	originalCommit                                string

	resolved   bool // of the first one: the thread
	resolvedBy *account
}

func (c *reviewComment) first() *reviewComment {
	if c.inReplyTo != nil {
		return c.inReplyTo
	}
	return c
}

func (c *reviewComment) nodeID() string { return fmt.Sprintf("PRRC_%d", c.id) }

// An anchor is where a client wants a comment.
type anchor struct {
	path      string
	side      string
	startSide string
	line      int
	start     int
	position  int
	onFile    bool
	commit    string
}

// misplaced says in GitHub's words why a comment can't be at an anchor; nil if it can. It completes the
// anchor.
func (p *Pull) misplaced(a *anchor) []fields {
	files := p.repo.diff(p.baseOf(a.commit), a.commit)
	f := named(files, a.path)
	if f == nil {
		return []fields{wrong("pull_request_review_thread.path", "pull_request_review_thread.path is invalid"), noHunk()}
	}
	if a.onFile {
		if a.line != 0 || a.start != 0 || a.position != 0 {
			return []fields{wrong("pull_request_review_thread.line", "pull_request_review_thread.line must be left out of a comment on a file")}
		}
		return nil
	}
	if a.position != 0 && a.line != 0 {
		return []fields{wrong("position", "position and line exclude each other")}
	}
	if a.position != 0 {
		var found bool
		if a.side, a.line, found = f.atPosition(a.position); !found {
			return []fields{wrong("pull_request_review_thread.position", "pull_request_review_thread.position is invalid")}
		}
	}
	if a.side == "" {
		a.side = right
	}
	if a.startSide == "" {
		a.startSide = a.side
	}
	endHunk, _, ok := f.place(a.side, a.line)
	if !ok {
		return []fields{
			wrong("pull_request_review_thread.line", "pull_request_review_thread.line must be part of the diff"),
			noHunk(),
		}
	}
	if a.start == 0 {
		return nil
	}
	startHunk, _, ok := f.place(a.startSide, a.start)
	switch {
	case a.startSide != a.side:
		return []fields{wrong("pull_request_review_thread.start_side", "pull_request_review_thread.start_side must be the side of the end")}
	case !ok:
		return []fields{wrong("pull_request_review_thread.start_line", "pull_request_review_thread.start_line must be part of the diff")}
	case a.start >= a.line:
		return []fields{wrong("pull_request_review_thread.start_line", "pull_request_review_thread.start_line must precede the end line.")}
	case startHunk != endHunk:
		return []fields{wrong("pull_request_review_thread.start_line", "pull_request_review_thread.start_line must be part of the same hunk as the line.")}
	}
	return nil
}

func noHunk() fields {
	return wrong("pull_request_review_thread.diff_hunk", "pull_request_review_thread.diff_hunk can't be blank")
}

func wrong(field, message string) fields {
	return fields{"resource": "PullRequestReviewComment", "code": "custom", "field": field, "message": message}
}

// addComment puts a comment at an anchor that is not misplaced.
func (p *Pull) addComment(author *account, a anchor, body string, of *review) *reviewComment {
	s := p.repo.server
	base := p.baseOf(a.commit)
	f := named(p.repo.diff(base, a.commit), a.path)
	c := &reviewComment{
		id: s.nextID(), review: of, author: author, body: body, created: s.now(), updated: s.now(),
		path: a.path, onFile: a.onFile, side: a.side, line: a.line, start: a.start, commit: a.commit, base: base,
		originalLine: a.line, originalStart: a.start, originalCommit: a.commit, position: 1,
	}
	if a.onFile {
		c.side = right
		if len(f.hunks) > 0 {
			c.excerpt = f.hunks[0].header
		}
	} else {
		c.position, _ = f.position(a.side, a.line)
		c.excerpt = f.excerpt(a.side, a.line)
	}
	c.originalPosition = c.position
	p.comments = append(p.comments, c)
	if a.commit != p.headSHA {
		c.move(p, p.headSHA, p.base())
	}
	return c
}

// reply adds a comment to a thread.
func (p *Pull) reply(author *account, first *reviewComment, body string) *reviewComment {
	s := p.repo.server
	of := &review{id: s.nextID(), author: author, commit: p.headSHA}
	of.submit("COMMENT", s.now())
	p.reviews = append(p.reviews, of)
	c := &reviewComment{
		id: s.nextID(), review: of, author: author, body: body, created: s.now(), updated: s.now(), inReplyTo: first,
		path: first.path, excerpt: first.excerpt,
	}
	p.comments = append(p.comments, c)
	return c
}

// move follows all threads to a new head.
func (p *Pull) move(head string) {
	p.headSHA = head
	if len(p.comments) == 0 {
		return
	}
	base := p.base()
	for _, c := range p.comments {
		if c.inReplyTo == nil {
			c.move(p, head, base)
		}
	}
}

// move shifts a thread with its lines, or outdates it if they changed or left the diff. Outdated it
// stays.
func (c *reviewComment) move(p *Pull, head, base string) {
	if c.outdated {
		return
	}
	f := named(p.repo.diff(base, head), c.path)
	if f == nil {
		c.outdate()
		return
	}
	if !c.onFile {
		path, from, to := c.path, c.commit, head
		if c.side == left {
			from, to = c.base, base
			if f.old != "" {
				path = f.old
			}
		}
		first := c.start
		if first == 0 {
			first = c.line
		}
		shift, ok := p.repo.moved(path, from, to, first, c.line)
		position, inDiff := f.position(c.side, c.line+shift)
		if !ok || !inDiff {
			c.outdate()
			return
		}
		c.line += shift
		if c.start != 0 {
			c.start += shift
		}
		c.position = position
	}
	c.commit, c.base = head, base
}

func (c *reviewComment) outdate() {
	c.outdated = true
	c.line, c.start, c.position = 0, 0, 0
}

// takePlace makes a reply the first comment of its thread.
func (c *reviewComment) takePlace(first *reviewComment) {
	own := *c
	*c = *first
	c.id, c.review, c.author, c.body = own.id, own.review, own.author, own.body
	c.created, c.updated, c.minimized, c.inReplyTo = own.created, own.updated, own.minimized, nil
}

// submit gives the review the state that an event stands for; none leaves it pending.
func (r *review) submit(event string, at time.Time) {
	states := map[string]string{
		"": "PENDING", "COMMENT": "COMMENTED", "APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED",
	}
	r.state, r.submitted, r.updated = states[event], at, at
}
