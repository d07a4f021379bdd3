package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/podmend/podmend/internal/event"
	"github.com/podmend/podmend/internal/github"
	"github.com/podmend/podmend/report"
	"github.com/podmend/podmend/report/sarif"
)

// toCodeScanning is the name of GitHub's code scanning among the sinks of podmend report.
const toCodeScanning = "code-scanning"

// uploadedEvents are those whose checkout is of the repository itself. On workflow_run the report may be
// a stranger's, and code scanning would show it as the default branch's.
var uploadedEvents = []string{"push", "schedule", "workflow_dispatch", "merge_group", "pull_request"}

// uploadSaved gives code scanning a saved report as SARIF, for the commit of the event.
func (e *Env) uploadSaved(ctx context.Context, name string) error {
	saved, err := e.readReport(name)
	if err != nil {
		return err
	}
	started, err := event.Read(e.Getenv)
	if err != nil {
		return usagef("--to %s needs the event of a workflow: %v", toCodeScanning, err)
	}
	ref := e.Getenv("GITHUB_REF")
	if started.Number > 0 {
		ref = fmt.Sprintf("refs/pull/%d/head", started.Number)
	}
	switch {
	case !slices.Contains(uploadedEvents, started.Name) || started.Head == "" || ref == "":
		return usagef("--to %s is for workflows on %s, and this one is on %q", toCodeScanning, strings.Join(uploadedEvents, ", "), started.Name)
	case saved.Source.Head != "" && saved.Source.Head != started.Head:
		return usagef("the report is about the commit %q and the event about %.12s; take the report of the run that the event is about",
			report.Inert(saved.Source.Head, 12), started.Head)
	}
	var text bytes.Buffer
	if err := sarif.Write(&text, saved, sarif.Options{Version: version(), Repository: e.repositoryURL(), CodeScanning: true}); err != nil {
		return fmt.Errorf("write SARIF: %w", err)
	}
	client, err := githubClient(e, started.Repository)
	if err == nil {
		defer client.Close()
		err = client.UploadSARIF(ctx, started.Head, ref, text.Bytes())
	}
	var refused *github.Error
	if errors.As(err, &refused) {
		fmt.Fprintf(e.Stderr, "podmend: the report was not uploaded: %s\n", refused.Message)
		return &outcome{exitFailed}
	}
	if err == nil {
		fmt.Fprintf(e.Stderr, "podmend: code scanning has %s of %.12s\n", plural(saved.Summary.Findings, "finding"), started.Head)
	}
	return err
}
