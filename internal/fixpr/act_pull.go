package fixpr

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/podmend/podmend/internal/github"
)

// create opens the pull request. What is asked for beside is noted in its text as undone, so that a later
// run does it if this one is stopped.
func (a *actor) create(ctx context.Context, at string) error {
	m := marker{commit: at, undone: a.asksMore()}
	wanted := github.NewPull{
		Branch: a.result.Branch, Base: a.in.Base, Title: a.in.title(), Body: a.in.body(text{}, m), Draft: a.in.Draft,
	}
	pull, err := a.client.CreatePull(ctx, wanted)
	if errors.Is(err, github.ErrNoDrafts) {
		a.tell("this repository has no draft pull requests, so that it is not a draft")
		wanted.Draft = false
		pull, err = a.client.CreatePull(ctx, wanted)
	}
	if errors.Is(err, github.ErrNothingNew) {
		return github.ErrMoved // the base took the commit in meanwhile
	}
	if err != nil {
		return a.openByHand(err)
	}
	a.result.Number, a.result.URL = pull.Number, pull.URL
	if !m.undone {
		return nil
	}
	return a.edit(ctx, pull, at)
}

// openByHand says that the branch is there, where GitHub does not let podmend open a pull request.
func (a *actor) openByHand(err error) error {
	var refused *github.Error
	if errors.As(err, &refused) && refused.Kind == github.Forbidden {
		a.tell(fmt.Sprintf("the branch %s is pushed; a person can open the pull request from it, and podmend then keeps that up to date", a.result.Branch))
	}
	return err
}

func (a *actor) asksMore() bool {
	return len(a.in.Labels)+len(a.in.Assignees)+len(a.in.Reviewers) > 0
}

// edit sets podmend's part of the text, and before it what is undone.
func (a *actor) edit(ctx context.Context, open *github.Pull, at string) error {
	written := parseText(open.Body)
	m := marker{commit: at}
	edit := github.PullEdit{}
	if was := written.marker; was != nil {
		if was.undone {
			if err := a.askMore(ctx, open.Number); err != nil {
				return err
			}
		}
		if digest(open.Title) == was.title && open.Title != a.in.title() {
			title := a.in.title()
			edit.Title = &title
		}
	}
	body := a.in.body(written, m)
	if tooLong(body) {
		a.tell(fmt.Sprintf("the text of pull request %d is not brought up to date, because what people wrote there leaves no room", open.Number))
		return nil
	}
	edit.Body = &body
	return a.client.EditPull(ctx, open.Number, edit)
}

// close closes what is obsolete, and notes that it was not people who did.
func (a *actor) close(ctx context.Context, open *github.Pull) error {
	written := parseText(open.Body)
	edit := github.PullEdit{Close: true}
	if written.marker != nil {
		m := *written.marker
		m.obsolete = true
		body := written.with(m, strings.TrimPrefix(written.own, "\n"))
		edit.Body = &body
	}
	return a.client.EditPull(ctx, open.Number, edit)
}

// askMore labels the pull request, assigns people and asks for reviews. What GitHub does not take is told
// and not tried again.
func (a *actor) askMore(ctx context.Context, number int) error {
	if len(a.in.Labels) > 0 {
		if err := a.orTell("labels are not set", a.client.Label(ctx, number, a.in.Labels)); err != nil {
			return err
		}
	}
	if len(a.in.Assignees) > 0 {
		left, err := a.client.Assign(ctx, number, a.in.Assignees)
		if err := a.orTell("nobody is assigned", err); err != nil {
			return err
		}
		if len(left) > 0 {
			a.tell("GitHub does not assign " + strings.Join(left, ", ") + ": only people with a part in the repository can be")
		}
	}
	if len(a.in.Reviewers) == 0 {
		return nil
	}
	err := a.client.RequestReview(ctx, number, a.in.Reviewers)
	if !isKind(err, github.Invalid) {
		return a.orTell("no review is requested", err)
	}
	for _, reviewer := range a.in.Reviewers {
		why := "no review is requested of " + reviewer + ", who has to have a part in the repository; a team needs a token that may read the organisation's members"
		if err := a.orTell(why, a.client.RequestReview(ctx, number, []string{reviewer})); err != nil {
			return err
		}
	}
	return nil
}

// orTell makes a message of what GitHub does not take, which would be the same the next time.
func (a *actor) orTell(what string, err error) error {
	if !isKind(err, github.Invalid) {
		return err
	}
	a.tell(what + ": " + err.Error())
	return nil
}

func isKind(err error, kind github.Kind) bool {
	var refused *github.Error
	return errors.As(err, &refused) && refused.Kind == kind
}
