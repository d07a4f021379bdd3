package review

import (
	"context"
	"slices"

	"github.com/podmend/podmend/internal/github"
)

// review makes a new review if there are new comments at lines. Else it keeps the text of the one that
// stands there in step.
func (p *poster) review(ctx context.Context) error {
	var lines []*comment
	for _, c := range p.plan.posts {
		if c.at.surface == AtLine {
			lines = append(lines, c)
		}
	}
	if len(lines) == 0 {
		return p.update(ctx)
	}
	err := p.create(ctx, lines)
	if is(err, github.Invalid) {
		good, refused := p.sift(ctx, lines)
		if refused != nil {
			return refused
		}
		for _, c := range lines {
			if !slices.Contains(good, c) {
				c.at = place{surface: InReview}
			}
		}
		err = p.create(ctx, good)
	}
	if err != nil {
		return err
	}
	return p.supersede(ctx)
}

// create posts one review. The findings that it lists in its text have arrived with it.
func (p *poster) create(ctx context.Context, lines []*comment) error {
	body := p.body()
	err := p.once(ctx, func() error {
		return p.client.CreateReview(ctx, p.number, p.plan.draft.in.Head, body, p.onGitHub(lines))
	}, func(said *github.Conversation) bool {
		return slices.ContainsFunc(said.Reviews, func(r github.Review) bool {
			return r.Mine && !r.Draft && (p.plan.review == nil || r.ID != p.plan.review.ID) && sameStart(r.Body, body)
		})
	})
	if err != nil {
		return err
	}
	p.result.Reviews++
	p.result.Comments += len(lines)
	for _, c := range lines {
		p.reached(c)
	}
	p.reachedByBody()
	return nil
}

func (p *poster) reachedByBody() {
	for _, c := range p.plan.draft.comments {
		if c.at.surface == InReview {
			p.reached(c)
		}
	}
}

func (p *poster) body() string {
	return marked(marker{sha: p.plan.draft.in.Head}, p.plan.draft.body())
}

func (p *poster) onGitHub(lines []*comment) []github.ReviewComment {
	var made []github.ReviewComment
	for _, c := range lines {
		made = append(made, github.ReviewComment{Path: c.at.file, Start: c.at.start, Line: c.at.end, Body: p.plan.marked(c)})
	}
	return made
}

// update edits the review that stands there, if it says something else now. Where there is none, and
// something to say, it makes one.
func (p *poster) update(ctx context.Context) error {
	if p.plan.review == nil {
		if len(p.plan.draft.comments) == 0 && len(p.plan.draft.notices) == 0 {
			return nil
		}
		return p.create(ctx, nil)
	}
	body := p.body()
	was, _, _ := parseMarker(p.plan.review.Body)
	is, _, _ := parseMarker(body)
	if was.hash != is.hash {
		if err := p.client.UpdateReview(ctx, p.number, p.plan.review.ID, body); err != nil {
			return err
		}
		p.result.Edited++
	}
	p.reachedByBody()
	return nil
}

// supersede shortens the review before, so that only one speaks.
func (p *poster) supersede(ctx context.Context) error {
	if p.plan.review == nil {
		return nil
	}
	text := "A newer review of podmend stands below.\n"
	body := marked(marker{sha: p.plan.draft.in.Head, state: superseded}, text)
	if err := p.client.UpdateReview(ctx, p.number, p.plan.review.ID, body); err != nil {
		return err
	}
	p.result.Edited++
	return nil
}

// maxTrials bounds how many drafts are made to find what GitHub does not take.
const maxTrials = 24

// sift finds the comments that GitHub takes, by drafts of halves that nobody sees. What it has no trial
// left for does not count as taken.
func (p *poster) sift(ctx context.Context, lines []*comment) (good []*comment, err error) {
	trials := maxTrials
	var try func(some []*comment) error
	try = func(some []*comment) error {
		if len(some) == 0 || trials == 0 {
			return nil
		}
		trials--
		body := marked(marker{sha: p.plan.draft.in.Head}, "A trial of podmend.\n")
		switch err := p.client.TryReview(ctx, p.number, p.plan.draft.in.Head, body, p.onGitHub(some)); {
		case err == nil:
			good = append(good, some...)
			return nil
		case !is(err, github.Invalid):
			return err
		}
		if len(some) == 1 {
			return nil
		}
		if err := try(some[:len(some)/2]); err != nil {
			return err
		}
		return try(some[len(some)/2:])
	}
	// The whole was refused already.
	half := len(lines) / 2
	if err := try(lines[:half]); err != nil {
		return nil, err
	}
	err = try(lines[half:])
	return good, err
}
