package review

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/podmend/podmend/internal/github"
	"github.com/podmend/podmend/internal/githubfake"
	"github.com/podmend/podmend/report"
)

// A stage is a pull request on a GitHub of its own, with a clock that waits for nothing.
type stage struct {
	t      *testing.T
	server *githubfake.Server
	repo   *githubfake.Repo
	pull   *githubfake.Pull
	client *github.Client
	waited time.Duration
	files  []string // that are looked at
}

func newStage(t *testing.T, base, change githubfake.Files) *stage {
	t.Helper()
	s := &stage{t: t, server: githubfake.New(t)}
	s.repo = s.server.CreateRepo("octo/shop", base)
	s.repo.Push("feature", "mona", "Change", change)
	s.pull = s.repo.OpenPullRequest(githubfake.PullOptions{Head: "feature", Author: "mona"})
	s.client = s.as(s.server.URL, s.repo.ActionsToken("contents: read", "pull-requests: write"))
	for _, files := range []githubfake.Files{base, change} {
		for name := range files {
			s.files = append(s.files, name)
		}
	}
	slices.Sort(s.files)
	s.files = slices.Compact(s.files)
	return s
}

// as makes a client with a token.
func (s *stage) as(url, token string) *github.Client {
	s.t.Helper()
	client, err := github.New(github.Options{
		Token: token, APIURL: url, Repository: s.repo.Name(),
		Now: func() time.Time { return time.Now().Add(s.waited) },
		Sleep: func(_ context.Context, d time.Duration) error {
			s.waited += d
			s.server.Advance(d)
			return nil
		},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(client.Close)
	return client
}

// input reads the head of the pull request with the toy.
func (s *stage) input() *Input {
	s.t.Helper()
	head := s.pull.State().HeadSHA
	all := s.as(s.server.URL, s.repo.ActionsToken("contents: read", "pull-requests: write"))
	diff, err := all.Diff(context.Background(), &github.Pull{Number: s.pull.Number, Head: head})
	if err != nil {
		s.t.Fatal(err)
	}
	files := map[string]string{}
	for _, name := range s.files {
		if text, ok := s.repo.File(head, name); ok {
			files[name] = text
		}
	}
	return &Input{
		Report: toy(files), Diff: diff, Head: head,
		File: func(name string) ([]byte, error) {
			if text, ok := files[name]; ok {
				return []byte(text), nil
			}
			return nil, fmt.Errorf("open %s: no such file", name)
		},
	}
}

// run posts what the toy finds, and counts the writes.
func (s *stage) run(change ...func(*Input)) (*Result, int) {
	s.t.Helper()
	in := s.input()
	for _, c := range change {
		c(in)
	}
	s.server.Forget()
	result, err := Post(context.Background(), s.client, s.pull.Number, in)
	if err != nil {
		s.t.Fatal(err)
	}
	s.addsUp(in, result)
	return result, s.server.Writes()
}

// addsUp asks that each new finding is told, or named as one that is not.
func (s *stage) addsUp(in *Input, result *Result) {
	s.t.Helper()
	want := 0
	for i := range in.Report.Findings {
		if f := &in.Report.Findings[i]; isNew(f) {
			want++
			_, told := result.Reached[f.ID]
			if told == slices.Contains(result.Unposted, f.ID) {
				s.t.Errorf("%s: told %v, and the same of its not being told", f.ID, told)
			}
		}
	}
	if got := len(result.Reached) + len(result.Unposted); got != want {
		s.t.Errorf("%d findings are told or named, of %d", got, want)
	}
}

// settles asks that one more run writes nothing.
func (s *stage) settles(change ...func(*Input)) {
	s.t.Helper()
	if _, writes := s.run(change...); writes != 0 {
		s.t.Errorf("a second run on the same commit writes %d times: %+v", writes, s.server.Requests())
	}
}

// shown returns podmend's comments that a reader sees: neither hidden nor outdated.
func (s *stage) shown() []githubfake.Comment {
	var shown []githubfake.Comment
	for _, c := range s.pull.ReviewComments() {
		if c.Author == "github-actions[bot]" && c.Minimized == "" && !c.Outdated {
			shown = append(shown, c)
		}
	}
	return shown
}

func (s *stage) places() []string {
	var places []string
	for _, c := range s.shown() {
		places = append(places, fmt.Sprintf("%s:%d", c.Path, c.Line))
	}
	slices.Sort(places)
	return places
}

func (s *stage) wantPlaces(want ...string) {
	s.t.Helper()
	if got := s.places(); !slices.Equal(got, want) {
		s.t.Errorf("comments stand at %v, want %v", got, want)
	}
}

// body is the text of the review that speaks.
func (s *stage) body() string {
	body := ""
	for _, r := range s.pull.Reviews() {
		if m, rest, ok := parseMarker(r.Body); ok && m.isReview() && m.state == current {
			body = rest
		}
	}
	return body
}

var (
	toyFields = regexp.MustCompile(`(?m)^[ \t]*(privileged|hostPID|hostNetwork): (true)\b`)
	toyName   = regexp.MustCompile(`name: (\S+)`)
	toyRules  = map[string]string{"privileged": "privileged", "hostPID": "hostNamespaces", "hostNetwork": "hostNamespaces"}
)

// toy is a checker of a few fields. A finding is known by its file, its field and the name above it.
func toy(files map[string]string) *report.Report {
	r := &report.Report{
		Policy: report.Policy{Level: "baseline", Versions: []string{"v1.37"}},
		Source: report.Source{Files: map[string]string{}},
	}
	for name, text := range files {
		for _, at := range toyFields.FindAllStringSubmatchIndex(text, -1) {
			field := text[at[2]:at[3]]
			item := "pod"
			if names := toyName.FindAllStringSubmatch(text[:at[0]], -1); len(names) > 0 {
				item = names[len(names)-1][1]
			}
			line := strings.Count(text[:at[2]], "\n") + 1
			column := at[2] - strings.LastIndex(text[:at[2]], "\n")
			id := fmt.Sprintf("%s-%s", toyRules[field], hashOf(name + field + item)[:12])
			target := "plain:" + name
			r.Findings = append(r.Findings, report.Finding{
				ID: id, Control: toyRules[field], Level: "baseline", Severity: report.SeverityHigh, Scope: report.ScopeNew,
				Message: "toy: " + field + " is true", Status: report.StatusOpen, Proposal: "fix-" + id,
				Origin: report.Origin{File: name, Line: line, EndLine: line, Column: column, EndColumn: column + at[1] - at[2], Exact: true, Via: report.ViaManifest},
				Occurrences: []report.Occurrence{{
					Target: target, Object: report.Object{APIVersion: "v1", Kind: "Pod", Name: item}, Field: "spec." + field, Value: "true", Scope: report.ScopeNew,
				}},
			})
			r.Proposals = append(r.Proposals, report.Proposal{
				ID: "fix-" + id, Findings: []string{id}, Status: report.ProposalProven, AloneProven: true, Targets: []string{target},
				Edits: []report.Edit{{File: name, Start: at[4], End: at[5], NewText: "false"}},
			})
			r.Source.Files[name] = sum([]byte(text))
		}
		r.Targets = append(r.Targets, report.Target{ID: "plain:" + name, Kind: "plain", Path: name, Status: report.TargetOK, PodTemplates: 1})
	}
	r.Finish()
	return r
}

// pod is a manifest whose fields stand on lines 5 and following.
func pod(name string, fields ...string) string {
	text := "apiVersion: v1\nkind: Pod\nmetadata:\n  name: " + name + "\nspec:\n"
	for _, field := range fields {
		text += "  " + field + "\n"
	}
	return text
}
