package fixpr

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/podmend/podmend/internal/changes"
	"github.com/podmend/podmend/internal/github"
	"github.com/podmend/podmend/internal/githubfake"
	"github.com/podmend/podmend/report"
)

// A stage is a repository on a GitHub of its own, with a clock that waits for nothing. A toy stands in for
// podmend: it mends "bad" to "good".
type stage struct {
	t       *testing.T
	server  *githubfake.Server
	repo    *githubfake.Repo
	client  *github.Client
	waited  time.Duration
	options Options
	partial bool
	pausing func() // is called once, before the next wait between two writes
}

const bad = "a: 1\nb: bad\nc: 3\n"

func newStage(t *testing.T, files githubfake.Files) *stage {
	t.Helper()
	s := &stage{t: t, server: githubfake.New(t)}
	s.repo = s.server.CreateRepo("octo/shop", files)
	s.client = s.as("contents: write", "pull-requests: write")
	return s
}

func (s *stage) as(permissions ...string) *github.Client {
	return s.with(s.server.URL, s.repo.ActionsToken(permissions...))
}

func (s *stage) with(url, token string) *github.Client {
	s.t.Helper()
	client, err := github.New(github.Options{
		Token: token, APIURL: url, Repository: s.repo.Name(),
		Now: func() time.Time { return time.Now().Add(s.waited) },
		Sleep: func(_ context.Context, d time.Duration) error {
			s.waited += d
			s.server.Advance(d)
			if interfere := s.pausing; interfere != nil {
				s.pausing = nil
				interfere()
			}
			return nil
		},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(client.Close)
	return client
}

// input reads the last commit of main with the toy.
func (s *stage) input() *Input { return s.inputFor("main") }

func (s *stage) inputFor(branch string) *Input {
	s.t.Helper()
	dir := s.t.TempDir()
	s.git(dir, "clone", "-q", "--depth=1", "--branch="+branch, "file://"+s.repo.Dir(), ".")
	objects, err := changes.Open(dir)
	if err != nil {
		s.t.Fatal(err)
	}
	commit := s.repo.SHA(branch)
	in := &Input{
		Options: s.options, Base: branch, Commit: commit, Report: &report.Report{Policy: report.Policy{Level: "baseline"}}, Left: map[string]string{},
		Partial: s.partial, RunURL: "https://github.example/octo/shop/actions/runs/1",
	}
	texts := map[string][]byte{}
	mended := map[string][]byte{}
	for _, name := range strings.Fields(s.git(dir, "ls-files")) {
		text, _ := s.repo.File(branch, name)
		texts[name] = []byte(text)
		at := strings.Index(text, "bad")
		if at < 0 {
			continue
		}
		mended[name] = []byte(strings.ReplaceAll(text, "bad", "good"))
		in.Proposals = append(in.Proposals, "fix-"+name)
		in.Report.Findings = append(in.Report.Findings, report.Finding{
			ID: "privileged-" + name, Control: "privileged", Severity: "high", Status: report.StatusOpen, Message: "it is bad", Proposal: "fix-" + name,
			Origin:      report.Origin{File: name, Line: 2},
			Occurrences: []report.Occurrence{{Target: "plain:" + name, Object: report.Object{Kind: "Pod", Name: "web"}, Field: "spec.bad"}},
		})
		in.Report.Proposals = append(in.Report.Proposals, report.Proposal{
			ID: "fix-" + name, Status: report.ProposalProven, Targets: []string{"plain:" + name},
			Edits: []report.Edit{{File: name, Start: at, End: at + 3, NewText: "good"}},
		})
	}
	in.Source = func(name string) ([]byte, error) { return texts[name], nil }
	if len(mended) > 0 {
		if in.Rewrite, err = objects.Rewrite(commit, mended); err != nil {
			s.t.Fatal(err)
		}
	}
	return in
}

func (s *stage) git(dir string, args ...string) string {
	s.t.Helper()
	command := exec.Command("git", args...)
	command.Dir = dir
	out, err := command.CombinedOutput()
	if err != nil {
		s.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// open runs, and asks for an operation.
func (s *stage) open(want Operation) *Result {
	s.t.Helper()
	result, err := Open(context.Background(), s.client, s.input())
	if err != nil || result.Operation != want {
		s.t.Fatalf("%+v, %v; want %s", result, err, want)
	}
	return result
}

// quiet asks that another run writes nothing.
func (s *stage) quiet() {
	s.t.Helper()
	before := s.server.Writes()
	if _, err := Open(context.Background(), s.client, s.input()); err != nil {
		s.t.Fatal(err)
	}
	if writes := s.server.Writes() - before; writes != 0 {
		s.t.Errorf("another run writes %d times", writes)
	}
}

const fixes = "podmend/fix-main"

func (s *stage) openPulls() []githubfake.PullState {
	var open []githubfake.PullState
	for _, pull := range s.repo.Pulls() {
		if state := pull.State(); state.State == "open" {
			open = append(open, state)
		}
	}
	return open
}

// wantOpen asks for one open pull request that mends all of main in one commit of podmend.
func (s *stage) wantOpen() githubfake.PullState {
	s.t.Helper()
	open := s.openPulls()
	if len(open) != 1 || open[0].HeadSHA != s.repo.SHA(fixes) {
		s.t.Fatalf("%d pull requests are open: %+v", len(open), open)
	}
	if !s.repo.Verified(open[0].HeadSHA) {
		s.t.Error("the commit is not signed")
	}
	for _, name := range []string{"a.yaml", "b.yaml"} {
		before, there := s.repo.File("main", name)
		if after, _ := s.repo.File(fixes, name); there && after != strings.ReplaceAll(before, "bad", "good") {
			s.t.Errorf("%s is %q", name, after)
		}
	}
	if m := parseText(open[0].Body).marker; m == nil || m.undone || m.commit != open[0].HeadSHA {
		s.t.Errorf("the marker is %+v", m)
	}
	return open[0]
}

func (s *stage) last() *githubfake.Pull {
	pulls := s.repo.Pulls()
	return pulls[len(pulls)-1]
}

func says(t *testing.T, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// tick ticks the box.
func tick(body string) string {
	return strings.Replace(body, "- [ ] "+renewMark, "- [x] "+renewMark, 1)
}
