package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/render"
)

// judgedEvents are those of GitHub whose checkout may hold what a stranger wrote: there the
// configuration is the base commit's, lest a pull request configures its own judge.
// https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows
var judgedEvents = []string{"pull_request", "pull_request_target", "merge_group", "workflow_run"}

const maxEvent = 32 << 20

// eventCommits are the commit that a pull request is to be merged into, and its head; "" where they are
// not told.
func eventCommits(env *Env) (base, head string, judged bool) {
	if !slices.Contains(judgedEvents, env.Getenv("GITHUB_EVENT_NAME")) {
		return "", "", false
	}
	file, err := os.Open(env.Getenv("GITHUB_EVENT_PATH"))
	if err != nil {
		return "", "", true
	}
	defer file.Close()
	type commit struct {
		SHA string `json:"sha"`
	}
	type pullRequest struct {
		Base commit `json:"base"`
		Head commit `json:"head"`
	}
	var event struct {
		PullRequest pullRequest `json:"pull_request"`
		MergeGroup  struct {
			Base string `json:"base_sha"`
			Head string `json:"head_sha"`
		} `json:"merge_group"`
		WorkflowRun struct {
			PullRequests []pullRequest `json:"pull_requests"`
		} `json:"workflow_run"`
	}
	content, err := io.ReadAll(io.LimitReader(file, maxEvent))
	if err != nil || json.Unmarshal(content, &event) != nil {
		return "", "", true
	}
	for _, request := range append(event.WorkflowRun.PullRequests, event.PullRequest) {
		if request.Base.SHA != "" {
			return request.Base.SHA, request.Head.SHA, true
		}
	}
	return event.MergeGroup.Base, event.MergeGroup.Head, true
}

// judgingConfig reads the configuration by which the repository is judged where no --config names
// one: that of the work tree, or on a pull request the base commit's.
func judgingConfig(env *Env, files *overlay.FS, base *baseFiles) (content []byte, err error) {
	content, err = files.ReadFile(render.ConfigFile)
	if errors.Is(err, fs.ErrNotExist) {
		content, err = nil, nil
	}
	if base == nil || err != nil {
		return content, err
	}
	judging, unknown := base.ReadFile(render.ConfigFile)
	if errors.Is(unknown, fs.ErrNotExist) {
		unknown = nil
	}
	switch {
	case unknown != nil && len(content) > 0:
		return nil, usagef("on %s, %s is the base commit's, and %v. Fetch it (actions/checkout has fetch-depth: 0), or name a configuration that you trust by --config.",
			env.Getenv("GITHUB_EVENT_NAME"), render.ConfigFile, unknown)
	case unknown != nil:
		fmt.Fprintf(env.Stderr, "podmend: whether the base commit has a %s is not known: %v. podmend's defaults are in force.\n", render.ConfigFile, unknown)
	case !bytes.Equal(judging, content):
		fmt.Fprintf(env.Stderr, "podmend: %s is that of the base commit %.12s; what is changed in it takes effect after the merge.\n", render.ConfigFile, base.sha)
	}
	return judging, nil
}
