package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/podmend/podmend/fix"
	"github.com/podmend/podmend/internal/changes"
	"github.com/podmend/podmend/internal/event"
	"github.com/podmend/podmend/internal/fixpr"
	"github.com/podmend/podmend/internal/github"
	"github.com/podmend/podmend/report"
)

// A fixRun is what --fix does in one run.
type fixRun struct {
	*run
	flags   *flags
	started *event.Event
	base    string // the branch that the fixes are for
	pull    bool   // the run is for a pull request
	commit  string // that is read, and that the fixes go on top of
	objects *changes.Repository
	report  *report.Report
	patches []*fix.Proposal // that are in the patch file
	results []*fixpr.Result
}

// newFixRun finds out what the fixes are for, before anything is rendered. It is nil where nothing can be
// pushed; the results say why.
func (r *run) newFixRun(f *flags) (*fixRun, error) {
	started, err := event.Read(r.env.Getenv)
	if err != nil {
		return nil, usagef("--fix needs the event of a workflow: %v", err)
	}
	x := &fixRun{run: r, flags: f, started: started}
	if x.base, x.pull, err = f.fixing.pushesTo(started); err != nil {
		return nil, err
	}
	if !r.repo.isWorkTree {
		return nil, usagef("--fix: %s is no work tree of git; check the repository out by actions/checkout", r.repo.files.Dir())
	}
	if x.objects, err = changes.Open(r.repo.files.Dir()); err != nil {
		return nil, asUsage(err)
	}
	if x.pull {
		x.commit = started.Head
		return x, nil
	}
	checkout, err := x.objects.Checkout()
	if err != nil {
		return nil, asUsage(err)
	}
	x.commit = checkout.Commit
	if n := len(checkout.Changed); n > 0 {
		return nil, usagef("--fix proves what is committed, and %s of this checkout %s not as the commit %.12s has them, such as %s; run it before steps that change files",
			plural(n, "file"), isAre(n), checkout.Commit, report.Inert(checkout.Changed[0], 0))
	}
	return x, nil
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// push brings what is proven to GitHub, and puts into the report what became of it.
func (x *fixRun) push(ctx context.Context, assembled *report.Report) error {
	x.report = assembled
	return x.env.staged("bring the fixes to GitHub", func() error {
		inputs, err := x.inputs(ctx)
		if err != nil {
			return err
		}
		if err := x.writePatch(); err != nil {
			return err
		}
		if err := x.open(ctx, inputs); err != nil {
			return err
		}
		x.tellResults()
		return nil
	})
}

func (x *fixRun) open(ctx context.Context, inputs []*fixpr.Input) error {
	if reason := x.unpushable(); reason != "" {
		x.results = append(x.results, &fixpr.Result{Operation: fixpr.None, Messages: []string{reason}})
		return nil
	}
	client, err := githubClient(x.env, x.started.Repository)
	var refused *github.Error
	if errors.As(err, &refused) {
		x.results = append(x.results, &fixpr.Result{Operation: fixpr.Failed, Messages: []string{refused.Message}})
		return nil
	}
	if err != nil {
		return &usageError{err.Error()}
	}
	defer client.Close()
	if x.flags.fixing.mode == fixByCommit {
		return x.add(fixpr.Commit(ctx, client, x.started.Number, inputs[0]))
	}
	for _, in := range inputs {
		if err := x.add(fixpr.Open(ctx, client, in)); err != nil {
			return err
		}
	}
	results, err := fixpr.CloseOthers(ctx, client, inputs)
	x.results = append(x.results, results...)
	return err
}

func (x *fixRun) add(result *fixpr.Result, err error) error {
	x.results = append(x.results, result)
	return err
}

// unpushable says why nothing can be pushed, "" if it can.
func (x *fixRun) unpushable() string {
	switch {
	case x.ofFork():
		where := "name a file by --fix-patch to have them as a patch"
		if name := x.patchFile(); name != "" {
			where = "they are in " + name + ", for git apply"
		}
		return "the pull request comes from the fork " + cmp.Or(x.started.HeadRepository, "that is gone") + ", which a workflow's token may not push to, whatever its author allows maintainers; " +
			"its fixes are suggestions of podmend check --comment, and " + where
	case x.flags.fixing.options.Owns(x.base):
		return x.base + " is a branch of podmend's own fixes, so that nothing is fixed for it"
	}
	return ""
}

// ofFork says whether the run is for a pull request of another repository, or of one that is gone.
func (x *fixRun) ofFork() bool {
	return x.pull && (x.started.Fork() || x.started.HeadRepository == "")
}

// patchFile is where the patch is written, "" for nowhere. Never is that in the checkout unless somebody
// names it.
func (x *fixRun) patchFile() string {
	if name := x.flags.fixing.patch; name != "" {
		return name
	}
	if temporary := x.env.Getenv("RUNNER_TEMP"); temporary != "" && x.ofFork() {
		return filepath.Join(temporary, "podmend.patch")
	}
	return ""
}

func (x *fixRun) writePatch() error {
	name := x.patchFile()
	if name == "" {
		return nil
	}
	if err := x.repo.refuseLinked("--fix-patch", name, inDir(x.env.Dir, name)); err != nil {
		return err
	}
	diff, err := fix.Diff(x.repo.files, x.patches)
	if err != nil {
		return err
	}
	return x.env.writeFile(name, diff)
}

// tellResults says in the log and in the report what was done.
func (x *fixRun) tellResults() {
	for _, result := range x.results {
		told := report.FixPullRequest{
			Number: result.Number, URL: result.URL, Operation: string(result.Operation), Branch: result.Branch, Commit: result.Commit, Messages: []string{},
		}
		line := "podmend: fixes"
		if result.Branch != "" {
			line += " on " + report.Inert(result.Branch, 0)
		}
		line += ": " + told.Operation
		if result.Number > 0 {
			line += fmt.Sprintf(", pull request %d", result.Number)
		}
		if result.URL != "" {
			line += " " + report.Inert(result.URL, 0)
		}
		fmt.Fprintln(x.env.Stderr, line)
		for _, message := range result.Messages {
			message = report.InertProse(strings.TrimSuffix(message, "."), 0)
			told.Messages = append(told.Messages, message)
			fmt.Fprintf(x.env.Stderr, "podmend: %s.\n", message)
		}
		x.report.FixPullRequests = append(x.report.FixPullRequests, told)
	}
}

// outcome is the exit code of what GitHub refused, as an error.
func (x *fixRun) outcome() error {
	for _, result := range x.results {
		if result.Operation == fixpr.Failed {
			return &outcome{exitFailed}
		}
	}
	return nil
}
