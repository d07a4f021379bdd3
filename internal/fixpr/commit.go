package fixpr

import (
	"context"
	"fmt"

	"github.com/podmend/podmend/internal/github"
)

// Commit pushes the fixes as one commit to the branch of a pull request, in.Base, on top of the commit
// that was read.
func Commit(ctx context.Context, client *github.Client, number int, in *Input) (*Result, error) {
	a := &actor{client: client, in: in, result: &Result{Branch: in.Base, Number: number, Operation: None}}
	return a.result, a.settle(ctx, func(ctx context.Context) error { return a.commit(ctx, number) })
}

func (a *actor) commit(ctx context.Context, number int) error {
	if a.in.Rewrite == nil {
		a.tell("there is no proven fix to push")
		return nil
	}
	pull, err := a.client.Pull(ctx, number)
	if err != nil {
		return err
	}
	a.result.URL = pull.URL
	switch {
	case !pull.Open:
		a.tell(fmt.Sprintf("pull request %d is closed, so that nothing is pushed to it", number))
		return nil
	case pull.Head != a.in.Commit:
		a.tell(fmt.Sprintf("pull request %d has moved on from %.12s to %.12s; the run for the newer commit goes on", number, a.in.Commit, pull.Head))
		return nil
	}
	last, err := a.client.Commit(ctx, a.in.Commit)
	if err != nil {
		return err
	}
	if isOwn(last) {
		// A token of another kind than a workflow's own starts a run for each push.
		a.tell(fmt.Sprintf("the last commit of pull request %d is podmend's own, and two of them in a row would never end; what is left is for people", number))
		return nil
	}
	if _, err := a.push(ctx, a.in.Base, a.in.Commit); err != nil {
		return err
	}
	a.result.Operation = Updated
	a.tell("GitHub starts no workflow for what a workflow's own token pushes: the checks run again at the next push, or when somebody starts them")
	return nil
}
