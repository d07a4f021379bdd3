package review

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/podmend/podmend/internal/github"
	"github.com/podmend/podmend/report"
)

// A Result says what reached the pull request, and what has to be told elsewhere.
type Result struct {
	Reached  map[string]Surface // by the finding's id
	Unposted []string           // ids of new findings that reached nothing, sorted
	Messages []string           // what went wrong, and what to do
	Reviews  int                // made
	Comments int                // made
	Edited   int                // comments and reviews whose text was changed
	Hidden   int
}

// A poster carries a plan out.
type poster struct {
	client *github.Client
	number int
	plan   *plan
	result *Result
}

// Post brings the pull request in step with the report. What cannot be written is in the result, so
// that it is told elsewhere; the error is that of a run that was stopped.
func Post(ctx context.Context, client *github.Client, number int, in *Input) (*Result, error) {
	d := newDraft(in)
	result := &Result{Reached: map[string]Surface{}}
	err := carryOut(ctx, client, number, d, result)
	var refused *github.Error
	if err != nil {
		if !errors.As(err, &refused) {
			return nil, err
		}
		result.Messages = append(result.Messages, refused.Message)
	}
	result.complete(in.Report)
	return result, nil
}

// Unposted is the result of a review that was not even begun.
func Unposted(r *report.Report, message string) *Result {
	result := &Result{Reached: map[string]Surface{}, Messages: []string{message}}
	result.complete(r)
	return result
}

// complete names the findings that reached nothing.
func (r *Result) complete(of *report.Report) {
	for i := range of.Findings {
		f := &of.Findings[i]
		if _, ok := r.Reached[f.ID]; !ok && isNew(f) {
			r.Unposted = append(r.Unposted, f.ID)
		}
	}
	slices.Sort(r.Unposted)
}

func carryOut(ctx context.Context, client *github.Client, number int, d *draft, result *Result) error {
	pull, err := client.Pull(ctx, number)
	if err != nil {
		return err
	}
	switch {
	case !pull.Open:
		return &github.Error{Kind: github.NotFound, Message: fmt.Sprintf("pull request %d is closed, so that nothing is commented on", number)}
	case pull.Head != d.in.Head:
		return &github.Error{Kind: github.NotFound, Message: fmt.Sprintf(
			"pull request %d has moved on from %.12s to %.12s; the run for the newer commit comments", number, d.in.Head, pull.Head)}
	}
	said, err := client.Conversation(ctx, number)
	if err != nil {
		return err
	}
	p := &poster{client: client, number: number, plan: newPlan(d, said), result: result}
	for _, c := range p.plan.kept {
		p.reached(c)
	}
	if err := p.clear(ctx); err != nil {
		return err
	}
	if err := p.files(ctx); err != nil {
		return err
	}
	if err := p.review(ctx); err != nil {
		return err
	}
	return p.changes(ctx)
}

func (p *poster) reached(c *comment) {
	for _, f := range c.findings {
		p.result.Reached[f.ID] = c.at.surface
	}
}

// clear deletes what a run left behind that was stopped in its midst: GitHub takes one draft at a time.
func (p *poster) clear(ctx context.Context) error {
	for _, id := range p.plan.leftover {
		if err := p.client.DeleteDraft(ctx, p.number, id); err != nil {
			return err
		}
	}
	return nil
}

// files posts the comments on files. GitHub has no place for them in a review. What it does not take
// goes into the review.
func (p *poster) files(ctx context.Context) error {
	for _, c := range p.plan.posts {
		if c.at.surface != AtFile {
			continue
		}
		body := p.plan.marked(c)
		err := p.once(ctx, func() error {
			return p.client.CommentFile(ctx, p.number, p.plan.draft.in.Head, c.at.file, body)
		}, func(said *github.Conversation) bool {
			return slices.ContainsFunc(said.Threads, func(t github.Thread) bool {
				return t.OnFile && len(t.Comments) > 0 && t.Comments[0].Mine && sameStart(t.Comments[0].Body, body)
			})
		})
		switch {
		case is(err, github.Invalid), is(err, github.NotFound):
			c.at = place{surface: InReview}
			continue
		case err != nil:
			return err
		}
		p.result.Comments++
		p.reached(c)
	}
	return nil
}

// changes edits and hides what was written before. What fails here leaves a comment that is out of
// date, and loses no finding.
func (p *poster) changes(ctx context.Context) error {
	failed := p.client.Apply(ctx, p.plan.changes)
	for i, change := range p.plan.changes {
		err := failed[i]
		var refused *github.Error
		switch {
		case err == nil && change.Kind == github.Edit:
			p.result.Edited++
		case err == nil && change.Kind == github.Hide:
			p.result.Hidden++
		case errors.As(err, &refused):
			if !slices.Contains(p.result.Messages, refused.Message) {
				p.result.Messages = append(p.result.Messages, refused.Message)
			}
		case err != nil:
			return err
		}
	}
	return nil
}

const maxAttempts = 3

// once sends what must not be there twice. If no clear answer comes, it looks whether it had its effect
// before it tries again.
func (p *poster) once(ctx context.Context, send func() error, there func(*github.Conversation) bool) error {
	for attempt := 1; ; attempt++ {
		err := send()
		var refused *github.Error
		if !errors.As(err, &refused) || !refused.Unclear {
			return err
		}
		said, lost := p.client.Conversation(ctx, p.number)
		if lost != nil {
			return lost
		}
		if there(said) {
			return nil
		}
		if attempt == maxAttempts {
			return err
		}
	}
}

func is(err error, kind github.Kind) bool {
	var refused *github.Error
	return errors.As(err, &refused) && refused.Kind == kind
}

// sameStart says whether two texts have the same marker, which holds the hash of the rest.
func sameStart(a, b string) bool {
	x, _, ok := parseMarker(a)
	y, _, also := parseMarker(b)
	return ok && also && x.String() == y.String()
}
