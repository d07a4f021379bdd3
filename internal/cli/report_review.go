package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/podmend/podmend/internal/changes"
	"github.com/podmend/podmend/internal/event"
	"github.com/podmend/podmend/internal/github"
	"github.com/podmend/podmend/internal/review"
	"github.com/podmend/podmend/report"
)

// toReview is the name of the pull request among the sinks of podmend report.
const toReview = "review"

// reviewSaved comments on the pull request that a saved report is about. The report may be a
// stranger's: which pull request is meant is told by the event, and what it changes by GitHub.
func (e *Env) reviewSaved(ctx context.Context, name string, resolve bool) error {
	saved, err := e.readSaved(name)
	if err != nil {
		return err
	}
	started, err := event.Read(e.Getenv)
	switch {
	case err != nil:
		return usagef("--to review needs the event of a workflow: %v", err)
	case started.Head == "" || started.Number == 0 && started.HeadRepository == "":
		return usagef("--to review is for workflows on workflow_run or pull_request, and this one is on %q", started.Name)
	case saved.Source.Head != started.Head:
		return usagef("the report is about the commit %q and the event about %.12s; take the report of the run that the event is about",
			report.Inert(saved.Source.Head, 12), started.Head)
	}
	client, err := githubClient(e, started.Repository)
	if err == nil {
		defer client.Close()
		err = e.postSaved(ctx, client, started, saved, resolve)
	}
	var refused *github.Error
	if errors.As(err, &refused) {
		tellReview(e, review.Unposted(saved, refused.Message))
		return &outcome{exitFailed}
	}
	return err
}

func (e *Env) readSaved(name string) (*report.Report, error) {
	in, err := e.openReport(name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	saved, err := review.ReadSaved(in)
	if err != nil {
		return nil, usagef("%s: %v", name, err)
	}
	return saved, nil
}

// maxFetched is how many files are asked of GitHub for suggestions.
const maxFetched = 100

func (e *Env) postSaved(ctx context.Context, client *github.Client, started *event.Event, saved *report.Report, resolve bool) error {
	pull, err := e.pullOf(ctx, client, started)
	if err != nil {
		return err
	}
	diff, err := client.Diff(ctx, pull)
	var refused *github.Error
	if errors.As(err, &refused) && refused.Kind == github.TooLarge {
		fmt.Fprintf(e.Stderr, "podmend: %s.\n", refused.Message)
		diff, err = &changes.Diff{Head: pull.Head}, nil
	}
	if err != nil {
		return err
	}
	fetched, told := 0, false
	result, err := review.Post(ctx, client, pull.Number, &review.Input{
		Report: saved, Diff: diff, Head: started.Head, Saved: true, Resolve: resolve,
		File: func(name string) ([]byte, error) {
			if fetched++; fetched > maxFetched {
				return nil, errors.New("more files are not fetched")
			}
			content, err := client.FileAt(ctx, name, started.Head)
			if err != nil && !told {
				told = true
				fmt.Fprintf(e.Stderr, "podmend: a fix is not suggested, because its file is not known: %s.\n", report.InertProse(err.Error(), 0))
			}
			return content, err
		},
	})
	if err != nil {
		return err
	}
	tellReview(e, result)
	if len(result.Unposted) > 0 {
		return &outcome{exitFailed}
	}
	return nil
}

// pullOf finds the pull request by the head of the event, never by what a report says.
func (e *Env) pullOf(ctx context.Context, client *github.Client, started *event.Event) (*github.Pull, error) {
	if started.Number > 0 {
		return client.Pull(ctx, started.Number)
	}
	return client.PullOf(ctx, started.Head, started.HeadRepository, started.HeadBranch)
}
