package fixpr

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/podmend/podmend/internal/github"
)

// A Result is what became of one pull request, or of one commit to a branch.
type Result struct {
	Operation Operation
	Number    int    // of the pull request, 0 if there is none
	URL       string // of its page
	Branch    string
	Commit    string   // that was pushed, "" if none was
	Messages  []string // sentences for people, the reason first
}

// An actor carries plans out.
type actor struct {
	client *github.Client
	in     *Input
	result *Result
}

// maxAttempts is how often a run begins again because another one was faster.
const maxAttempts = 3

// Open brings the branch and the pull request of the fixes in step with what was found. What GitHub
// refuses is in the result; the error is that of a run that was stopped.
func Open(ctx context.Context, client *github.Client, in *Input) (*Result, error) {
	a := &actor{client: client, in: in, result: &Result{Branch: in.branch()}}
	return a.result, a.settle(ctx, a.open)
}

// settle tries until no other run interferes, and turns refusals into a result.
func (a *actor) settle(ctx context.Context, try func(context.Context) error) error {
	for attempt := 1; ; attempt++ {
		err := try(ctx)
		var refused *github.Error
		switch {
		case err == nil:
			return nil
		case errors.Is(err, github.ErrMoved) && attempt < maxAttempts:
			a.result.Messages = nil
			continue
		case errors.Is(err, github.ErrMoved):
			a.result.Operation = None
			a.tell("another run, or somebody else, pushes to " + a.result.Branch + " at the same time; the next run goes on")
			return nil
		case errors.As(err, &refused):
			a.result.Operation = Failed
			a.tell(refused.Message)
			return nil
		}
		return err
	}
}

func (a *actor) tell(message string) {
	if message != "" {
		a.result.Messages = append(a.result.Messages, message)
	}
}

func (a *actor) open(ctx context.Context) error {
	now, err := a.look(ctx)
	if err != nil {
		return err
	}
	p := newPlan(a.in, now)
	a.result.Operation = p.operation
	a.tell(p.reason)
	open := now.open()
	if open != nil {
		a.result.Number, a.result.URL = open.Number, open.URL
	}
	at := github.NoCommit
	if now.branch != nil {
		at = now.branch.SHA
	}
	if p.push {
		if at, err = a.push(ctx, a.result.Branch, at); err != nil {
			return err
		}
	}
	if p.create {
		return a.create(ctx, at)
	}
	if open == nil {
		return a.remove(ctx, p, at)
	}
	if p.edit {
		return a.edit(ctx, open, at)
	}
	if p.say != "" {
		if err := a.client.Say(ctx, open.Number, mark(open, p), p.say); err != nil {
			return err
		}
	}
	if p.close {
		if err := a.close(ctx, open); err != nil {
			return err
		}
	}
	return a.remove(ctx, p, at)
}

// mark tells podmend's comments apart: one of a kind for each commit that it pushed.
func mark(open *github.Pull, p plan) string {
	commit := "none"
	if m := parseText(open.Body).marker; m != nil {
		commit = m.commit
	}
	return fmt.Sprintf("<!-- podmend:fix:%s commit=%s -->", p.operation, commit)
}

// look reads what stands there.
func (a *actor) look(ctx context.Context) (*standing, error) {
	base, err := a.client.Branch(ctx, a.in.Base)
	if err != nil {
		return nil, err
	}
	if base == github.NoCommit {
		return nil, &github.Error{Kind: github.NotFound, Message: "there is no branch " + a.in.Base + " on GitHub; name the one that the fixes are for by --fix-base"}
	}
	now := &standing{base: base}
	pulls, err := a.client.PullsOf(ctx, a.result.Branch)
	if err != nil {
		return nil, err
	}
	for _, pull := range pulls {
		switch {
		case pull.BaseBranch == a.in.Base:
			now.pulls = append(now.pulls, pull)
		case pull.Open:
			now.other = pull
		}
	}
	at, err := a.client.Branch(ctx, a.result.Branch)
	if err != nil || at == github.NoCommit {
		return now, err
	}
	if now.branch, err = a.client.Commit(ctx, at); err != nil {
		return nil, err
	}
	if len(now.branch.Parents) == 1 && now.branch.Parents[0] != base {
		ahead, err := a.client.Ahead(ctx, base, at)
		if err != nil {
			return nil, err
		}
		now.apart = ahead != 1
	}
	return now, nil
}

// push makes the commit and moves a branch to it, from where the branch was seen.
func (a *actor) push(ctx context.Context, branch, from string) (string, error) {
	rewrite := a.in.Rewrite
	var files []github.FileChange
	for _, file := range rewrite.Files {
		if IsForbidden(file.Name) {
			return "", fmt.Errorf("a fix would change %s, which no fix may; this is a defect of podmend, please report it", file.Name)
		}
		files = append(files, github.FileChange{Name: file.Name, Mode: file.Mode, Content: file.Content})
	}
	tree, err := a.client.CreateTree(ctx, rewrite.Base, files)
	if err != nil {
		return "", err
	}
	if tree != rewrite.Tree {
		return "", &github.Error{Kind: github.Failed, Message: fmt.Sprintf("GitHub made the tree %.12s of what is to be %.12s, so that nothing is pushed; run the job again", tree, rewrite.Tree)}
	}
	commit, err := a.client.CreateCommit(ctx, a.in.commitMessage(), tree, a.in.Commit)
	if err != nil {
		return "", err
	}
	if err := a.client.MoveBranch(ctx, branch, from, commit); err != nil {
		return "", err
	}
	a.result.Commit = commit
	return commit, nil
}

// IsForbidden says whether podmend leaves a file alone whatever is in it: workflows and their settings
// decide what runs with which rights.
func IsForbidden(name string) bool {
	first, _, below := strings.Cut(name, "/")
	return below && strings.EqualFold(first, ".github")
}

func (a *actor) remove(ctx context.Context, p plan, at string) error {
	if !p.remove || at == github.NoCommit {
		return nil
	}
	err := a.client.MoveBranch(ctx, a.result.Branch, at, github.NoCommit)
	if errors.Is(err, github.ErrMoved) {
		a.tell("the branch " + a.result.Branch + " is kept, because somebody pushed to it meanwhile")
		return nil
	}
	if err == nil {
		a.tell("the branch " + a.result.Branch + " is deleted")
	}
	return err
}
