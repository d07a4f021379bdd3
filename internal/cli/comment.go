package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/podmend/podmend/internal/event"
	"github.com/podmend/podmend/internal/github"
	"github.com/podmend/podmend/internal/review"
	"github.com/podmend/podmend/report"
)

// comment brings a report to the pull request that the run is for. What cannot be posted is said and
// decides nothing: the report holds it all the same. The result is nil where there is no pull request.
func (r *run) comment(ctx context.Context, f *flags, assembled *report.Report, resolve bool) (*review.Result, error) {
	started, err := event.Read(r.env.Getenv)
	switch {
	case err != nil:
		return nil, usagef("--comment needs the event of a pull request: %v", err)
	case started.Number == 0:
		fmt.Fprintln(r.env.Stderr, "podmend: nothing is commented on, because this run is not for a pull request.")
		return nil, nil
	case r.comparison == nil || r.comparison.Head != started.Head:
		return nil, usagef("--comment is about what the pull request changes; leave out --scope all, --base and --head")
	}
	client, err := githubClient(r.env, started.Repository)
	if err != nil {
		return unposted(r.env, assembled, err)
	}
	defer client.Close()
	result, err := review.Post(ctx, client, started.Number, &review.Input{
		Report: assembled, Diff: &r.comparison.Diff, Head: started.Head, File: r.repo.files.ReadFile,
		Partial: !f.isWhole(r.repo), Resolve: resolve,
	})
	if err != nil {
		return nil, err
	}
	tellReview(r.env, result)
	return result, nil
}

// githubClient is for the repository of the event, with the job's token.
func githubClient(env *Env, repository string) (*github.Client, error) {
	return github.New(github.Options{
		Token: env.Getenv("GITHUB_TOKEN"), APIURL: env.Getenv("GITHUB_API_URL"), GraphQLURL: env.Getenv("GITHUB_GRAPHQL_URL"),
		Repository: repository, Now: env.Now, Sleep: env.Sleep,
		Wait: func(reason string, d time.Duration) {
			fmt.Fprintf(env.Stderr, "podmend: waiting %v, because %s.\n", d.Round(time.Second), reason)
		},
		Trace: func(line string) { env.debugf("%s", line) },
	})
}

// unposted is the result of a review for which there is no client.
func unposted(env *Env, assembled *report.Report, err error) (*review.Result, error) {
	var refused *github.Error
	if !errors.As(err, &refused) {
		return nil, &usageError{err.Error()}
	}
	result := review.Unposted(assembled, refused.Message)
	tellReview(env, result)
	return result, nil
}

// comment posts the report. What a reader of the change sees at its lines is not annotated too.
func (t *telling) comment() error {
	result, err := t.post()
	if err != nil || result == nil {
		return err
	}
	t.told = map[string]bool{}
	for id, surface := range result.Reached {
		t.told[id] = surface != review.InReview
	}
	return nil
}

// tellReview says on standard error what became of a review.
func tellReview(env *Env, result *review.Result) {
	for _, message := range result.Messages {
		fmt.Fprintf(env.Stderr, "podmend: %s.\n", report.InertProse(strings.TrimSuffix(message, "."), 0))
	}
	if n := len(result.Unposted); n > 0 {
		fmt.Fprintf(env.Stderr, "podmend: %s not told on the pull request; the report has all of them.\n", plural(n, "finding"))
	}
	var done []string
	for _, part := range []struct {
		n    int
		word string
	}{{result.Reviews, "review"}, {result.Comments, "comment"}, {result.Edited, "edit"}, {result.Hidden, "hidden comment"}} {
		if part.n > 0 {
			done = append(done, plural(part.n, part.word))
		}
	}
	switch {
	case len(done) > 0:
		fmt.Fprintf(env.Stderr, "podmend: wrote to the pull request: %s.\n", strings.Join(done, ", "))
	case len(result.Messages) == 0:
		fmt.Fprintln(env.Stderr, "podmend: the pull request says all of this already.")
	}
}
