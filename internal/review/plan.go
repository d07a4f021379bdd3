package review

import (
	"cmp"
	"slices"

	"github.com/podmend/podmend/internal/github"
)

// A plan is what one run writes, after a look at what stands there.
type plan struct {
	draft    *draft
	posts    []*comment // to be made, at lines and at files
	kept     []*comment // that stand there already, as they are or after an edit
	changes  []github.Change
	leftover []int64 // drafts of reviews that a run before left behind
	// review is the one that stands there, nil for none.
	review *github.Review
}

// An earlier comment is one that podmend made.
type earlier struct {
	marker
	rest   string // its text
	thread *github.Thread
	taken  bool
}

func (e *earlier) comment() *github.Comment { return &e.thread.Comments[0] }

// settled says that people have dealt with a comment: answered it, hidden it or resolved its thread.
// It stays as they left it while its findings are there.
func (e *earlier) settled() bool {
	replied := slices.ContainsFunc(e.thread.Comments, func(c github.Comment) bool { return !c.Mine })
	return replied || e.comment().Hidden || e.thread.Resolved
}

// covers says whether a comment is about all that one of the draft is about.
func (e *earlier) covers(c *comment) bool { return e.shared(c) == len(c.findings) }

func (e *earlier) place() place {
	if e.thread.OnFile {
		return place{surface: AtFile, file: e.thread.Path}
	}
	return place{surface: AtLine, file: e.thread.Path, start: e.thread.Start, end: e.thread.Line}
}

func (e *earlier) shared(c *comment) int {
	n := 0
	for _, f := range c.findings {
		if slices.Contains(e.ids, f.ID) {
			n++
		}
	}
	return n
}

// newPlan compares a draft with what stands on the pull request.
func newPlan(d *draft, said *github.Conversation) *plan {
	p := &plan{draft: d}
	before := p.read(said)
	p.match(before)
	for i := range before {
		if old := &before[i]; !old.taken {
			p.retire(old)
		}
	}
	return p
}

// read finds podmend's own comments and reviews. Whatever somebody else wrote is not looked at.
func (p *plan) read(said *github.Conversation) []earlier {
	var before []earlier
	for i := range said.Threads {
		thread := &said.Threads[i]
		if len(thread.Comments) == 0 || !thread.Comments[0].Mine {
			continue
		}
		m, rest, ok := parseMarker(thread.Comments[0].Body)
		if !ok || m.isReview() {
			continue
		}
		old := earlier{marker: m, rest: rest, thread: thread}
		if m.state == current {
			before = append(before, old)
		} else {
			p.hide(&old) // what a run before had edited, but could not hide
		}
	}
	for i := range said.Reviews {
		review := &said.Reviews[i]
		m, _, ok := parseMarker(review.Body)
		if !review.Mine || !ok || !m.isReview() {
			continue
		}
		switch {
		case review.Draft:
			p.leftover = append(p.leftover, review.ID)
		case m.state == current:
			p.review = review
		}
	}
	return before
}

// match finds for each comment the one that stands there, and moves to the review what is over the
// limits. What stands there comes first, so that nothing wanders back and forth.
func (p *plan) match(before []earlier) {
	room := map[Surface]int{AtLine: maxLineComments, AtFile: maxFileComments}
	found := map[*comment]*earlier{}
	for _, c := range p.draft.comments {
		if old := bestOf(before, c); old != nil {
			old.taken = true
			found[c] = old
			room[c.at.surface]--
		}
	}
	for _, c := range p.draft.comments {
		old := found[c]
		switch {
		case old != nil && old.settled() && old.covers(c):
			p.kept = append(p.kept, c)
			if c.at.surface == InReview {
				c.at = old.place()
			}
		case old != nil && !old.settled() && old.place() == c.at:
			p.kept = append(p.kept, c)
			if old.hash != hashOf(p.draft.textOf(c)) || !slices.Equal(old.ids, c.ids()) {
				p.changes = append(p.changes, github.Change{Kind: github.Edit, ID: old.comment().ID, Body: p.marked(c)})
			}
		case c.at.surface == InReview || old == nil && room[c.at.surface] <= 0:
			c.at = place{surface: InReview}
			p.outdate(old)
		default:
			if old == nil {
				room[c.at.surface]--
			}
			p.outdate(old)
			p.posts = append(p.posts, c)
		}
	}
}

// bestOf is the comment that stands for one of the draft: at its place if there is one, else one that
// people dealt with, else the one that shares most findings.
func bestOf(before []earlier, c *comment) *earlier {
	var best *earlier
	rank := func(e *earlier) int {
		n := e.shared(c)
		if e.settled() {
			n += 1 << 20
		}
		if e.place() == c.at && !e.comment().Hidden {
			n += 2 << 20
		}
		return n
	}
	for i := range before {
		e := &before[i]
		if !e.taken && e.shared(c) > 0 && (best == nil || cmp.Compare(rank(e), rank(best)) > 0) {
			best = e
		}
	}
	return best
}

func (p *plan) marked(c *comment) string {
	return marked(marker{ids: c.ids(), sha: p.draft.in.Head}, p.draft.textOf(c))
}

// outdate hides what is told at another place now, unless people dealt with it.
func (p *plan) outdate(old *earlier) {
	if old != nil && !old.settled() {
		p.end(old, moved, "**Moved**: podmend tells it at another place by now.")
	}
}
