// Package event reads what started a run on GitHub: which commits it is about, and which pull request.
package event

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
)

// An Event is what started a run. What the payload does not tell is zero.
type Event struct {
	Name       string // "" outside of GitHub
	Repository string // owner/name of the repository that the run belongs to
	Number     int    // of the pull request
	// Head is the commit that the run is about: of a pull request its own last one, not the merge that
	// the runner has checked out.
	Head string
	// Base is the commit that Head is compared with: the tip of the branch to merge into, or what a
	// push replaced.
	Base string
	// HeadRepository and HeadBranch say where the head comes from; they are told of pull requests and of the runs
	// that workflow_run is about.
	HeadRepository string
	HeadBranch     string
	// Branch is the one that a push, a schedule or a dispatch is about; "" for a tag.
	Branch string
}

// judged are the events whose checkout may hold what a stranger wrote.
// https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows
var judged = []string{"pull_request", "pull_request_target", "merge_group", "workflow_run"}

// branchEvents are about a branch, and not about somebody's wish to change it.
var branchEvents = []string{"push", "schedule", "workflow_dispatch"}

// Judged says whether the head may be a stranger's, so that the base commit's configuration judges it.
func (e *Event) Judged() bool { return slices.Contains(judged, e.Name) }

// Fork says whether the head comes from another repository, for which GitHub gives a token that
// only reads.
func (e *Event) Fork() bool {
	return e.HeadRepository != "" && !strings.EqualFold(e.HeadRepository, e.Repository)
}

// maxSize is above GitHub's own limit of 25 MB.
const maxSize = 32 << 20

// Read reads the event of the environment. With an error comes what is known without the payload.
func Read(getenv func(string) string) (*Event, error) {
	e := &Event{Name: getenv("GITHUB_EVENT_NAME")}
	if e.Name == "" {
		return e, nil
	}
	p, err := readPayload(getenv("GITHUB_EVENT_PATH"))
	if err == nil {
		e.fill(p)
	}
	if repository := getenv("GITHUB_REPOSITORY"); e.Repository == "" && fullName.MatchString(repository) {
		e.Repository = repository
	}
	if slices.Contains(branchEvents, e.Name) {
		if branch, ok := strings.CutPrefix(getenv("GITHUB_REF"), "refs/heads/"); ok {
			e.Branch = branch
		}
	}
	if e.Head == "" && slices.Contains([]string{"push", "schedule", "workflow_dispatch", "merge_group"}, e.Name) {
		e.Head = commit(getenv("GITHUB_SHA")) // elsewhere that is a merge, or the default branch
	}
	return e, err
}

func readPayload(name string) (*payload, error) {
	const advice = "podmend reads the event of a workflow from the file that GITHUB_EVENT_PATH names"
	if name == "" {
		return nil, errors.New("GITHUB_EVENT_PATH is not set; " + advice)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("the event cannot be read: %w; %s", err, advice)
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, maxSize+1))
	if err != nil {
		return nil, fmt.Errorf("the event cannot be read: %w; %s", err, advice)
	}
	p := new(payload)
	if len(content) > maxSize {
		return nil, fmt.Errorf("the event has more than %d MiB; %s", maxSize>>20, advice)
	}
	if err := json.Unmarshal(content, p); err != nil {
		return nil, fmt.Errorf("the event is not in order: %w; %s", err, advice)
	}
	return p, nil
}

// A payload is the part of GitHub's payloads that podmend reads.
// https://docs.github.com/webhooks/webhook-events-and-payloads
type payload struct {
	Before      string     `json:"before"`
	After       string     `json:"after"`
	Repository  repository `json:"repository"`
	PullRequest struct {
		Number int    `json:"number"`
		Head   branch `json:"head"`
		Base   branch `json:"base"`
	} `json:"pull_request"`
	MergeGroup struct {
		HeadSHA string `json:"head_sha"`
		BaseSHA string `json:"base_sha"`
	} `json:"merge_group"`
	WorkflowRun struct {
		HeadSHA        string     `json:"head_sha"`
		HeadBranch     string     `json:"head_branch"`
		HeadRepository repository `json:"head_repository"`
		PullRequests   []struct {
			Number int    `json:"number"`
			Base   branch `json:"base"`
		} `json:"pull_requests"`
	} `json:"workflow_run"`
}

type repository struct {
	FullName string `json:"full_name"`
}

type branch struct {
	SHA  string     `json:"sha"`
	Ref  string     `json:"ref"`
	Repo repository `json:"repo"`
}

func (e *Event) fill(p *payload) {
	e.Repository = nameOf(p.Repository)
	switch e.Name {
	case "pull_request", "pull_request_target":
		request := p.PullRequest
		e.Number, e.Head, e.Base = request.Number, commit(request.Head.SHA), commit(request.Base.SHA)
		e.HeadRepository, e.HeadBranch = nameOf(request.Head.Repo), request.Head.Ref
	case "merge_group":
		e.Head, e.Base = commit(p.MergeGroup.HeadSHA), commit(p.MergeGroup.BaseSHA)
	case "push":
		e.Head, e.Base = commit(p.After), commit(p.Before)
	case "workflow_run":
		run := p.WorkflowRun
		e.Head, e.HeadRepository, e.HeadBranch = commit(run.HeadSHA), nameOf(run.HeadRepository), run.HeadBranch
		// GitHub lists none for a fork, and a run may have several: the number is looked up by the head.
		for _, request := range run.PullRequests {
			if e.Base == "" {
				e.Base = commit(request.Base.SHA)
			}
		}
	}
}

var (
	sha      = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)
	fullName = regexp.MustCompile(`^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$`)
)

// commit is a SHA, or "" for what is none: GitHub writes zeros for a branch that was not there.
func commit(text string) string {
	if !sha.MatchString(text) || strings.Trim(text, "0") == "" {
		return ""
	}
	return text
}

func nameOf(r repository) string {
	if !fullName.MatchString(r.FullName) {
		return ""
	}
	return r.FullName
}
