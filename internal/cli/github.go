package cli

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/sethvargo/go-githubactions"

	"github.com/podmend/podmend/render"
	"github.com/podmend/podmend/report"
	"github.com/podmend/podmend/report/markdown"
)

// onGitHub says whether GitHub Actions runs podmend.
func (e Env) onGitHub() bool { return e.Getenv("GITHUB_ACTIONS") == "true" }

// repositoryURL is where the repository is read, "" where GitHub does not tell.
func (e Env) repositoryURL() string {
	server, name := e.Getenv("GITHUB_SERVER_URL"), e.Getenv("GITHUB_REPOSITORY")
	if server == "" || name == "" {
		return ""
	}
	return server + "/" + name
}

// tellGitHub adds annotations to the log and a page to the step's summary. Commands go to standard
// error, which GitHub reads too, so that a report on standard output stays whole.
func (t *telling) tellGitHub() error {
	saved := t.rest
	if t.env.Getenv(summaryVariable) != "" {
		if err := t.appendSummary(); err != nil {
			t.env.actions().Warningf("%s", report.InertProse("podmend: "+err.Error(), 0))
		} else {
			t.rest = "in the step summary"
		}
	}
	defer func() { t.rest = saved }()
	return sinkCalled("annotations", gitHubSinks).write(t.env.Stderr, t)
}

func (e Env) actions() *githubactions.Action {
	return githubactions.New(githubactions.WithWriter(e.Stderr), githubactions.WithGetenv(e.Getenv))
}

const summaryVariable = "GITHUB_STEP_SUMMARY"

// appendSummary adds the report to what the step has in its summary already. All of it is dropped
// if it gets larger than GitHub's limit, so the report takes what is left.
func (t *telling) appendSummary() error {
	name := t.env.Getenv(summaryVariable)
	if name == "" {
		return usagef("%s is not set, so there is no step summary to write to; run this as a step of GitHub Actions, or send the report --to markdown", summaryVariable)
	}
	taken := int64(0)
	if info, err := os.Stat(name); err == nil {
		taken = info.Size()
	}
	limit := markdown.Limit - int(min(taken, markdown.Limit))
	if limit < minSummary {
		return fmt.Errorf("the step summary is full, so the report is not added to it; read it in the log, or write it with --output")
	}
	var text bytes.Buffer
	err := markdown.Write(&text, t.report, markdown.Options{Limit: limit, Took: t.took, Rest: t.rest, Source: t.source})
	if err != nil {
		return fmt.Errorf("write the step summary: %w", err)
	}
	file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("the step summary cannot be written: %w; read the report in the log, or write it with --output", pathCause(err))
	}
	_, err = io.Copy(file, &text)
	return errors.Join(err, file.Close())
}

// minSummary is the room below which a summary says too little.
const minSummary = 16 << 10

// staged runs a part of a run under a title in GitHub's log, which folds what is printed in it.
func (e *Env) staged(title string, part func() error) error {
	if !e.onGitHub() {
		return part()
	}
	start := time.Now()
	e.actions().Group("podmend: " + title)
	err := part()
	fmt.Fprintf(e.Stderr, "took %s\n", time.Since(start).Round(time.Millisecond))
	e.actions().EndGroup()
	return err
}

// shownSlowest is how many targets the log lists with their times.
const shownSlowest = 20

// tellSlowest lists the targets that took longest. A line begins with a time, so none is a command.
func (r *run) tellSlowest() {
	if !r.env.onGitHub() {
		return
	}
	slowest := slices.SortedFunc(slices.Values(r.results), func(a, b render.Result) int {
		return cmp.Or(cmp.Compare(b.Duration, a.Duration), cmp.Compare(a.Target.ID, b.Target.ID))
	})
	for i, result := range slowest {
		if i == shownSlowest {
			fmt.Fprintf(r.env.Stderr, "and %d more, each faster\n", len(slowest)-i)
			break
		}
		fmt.Fprintf(r.env.Stderr, "%8s  %-7s  %s\n", result.Duration.Round(time.Millisecond), result.Status, report.Inert(result.Target.ID, 0))
	}
	for _, result := range r.results {
		r.env.debugf("%s: %d objects, reads %s", result.Target.ID, len(result.Objects), strings.Join(result.Reads, ", "))
	}
}

// debugf tells what only somebody wants to know who looks for a defect: GitHub sets RUNNER_DEBUG for
// them.
func (e *Env) debugf(format string, args ...any) {
	if e.onGitHub() && e.Getenv("RUNNER_DEBUG") == "1" {
		e.actions().Debugf("%s", report.Inert(strings.TrimSpace(fmt.Sprintf(format, args...)), 0))
	}
}
