package review

import (
	"slices"
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/githubfake"
	"github.com/podmend/podmend/report"
)

const filler = "# one\n# two\n# three\n# four\n# five\n# six\n# seven\n# eight\n# nine\n# ten\n"

func TestFirstReview(t *testing.T) {
	s := newStage(t,
		githubfake.Files{"a.yaml": pod("a", "hostPID: false", filler+"  x: 1"), "old.yaml": pod("old", "hostPID: true")},
		githubfake.Files{"a.yaml": pod("a", "hostPID: true", filler+"  x: 1"), "b.yaml": pod("b", "privileged: true", "hostNetwork: true")})
	onlyNew := func(in *Input) {
		for i := range in.Report.Findings {
			if f := &in.Report.Findings[i]; f.Origin.File == "old.yaml" {
				f.Scope = report.ScopeOld
			}
		}
		in.Report.Finish()
	}
	result, writes := s.run(onlyNew)
	if writes != 1 || result.Reviews != 1 || len(result.Messages) > 0 {
		t.Errorf("%d writes, %+v", writes, result)
	}
	s.wantPlaces("a.yaml:6", "b.yaml:6", "b.yaml:7")
	if body := s.body(); !strings.Contains(body, "**3 new violations**") || !strings.Contains(body, "1 finding is older") {
		t.Errorf("the review says\n%s", body)
	}
	for _, c := range s.shown() {
		if !strings.Contains(c.Body, "```suggestion\n  ") || strings.Contains(c.Body, "old.yaml") {
			t.Errorf("a comment says\n%s", c.Body)
		}
	}
	if got := s.pull.Reviews()[0].State; got != "COMMENTED" {
		t.Errorf("the review is %s", got)
	}
	s.settles(onlyNew)
}

func TestNothingToSay(t *testing.T) {
	s := newStage(t, githubfake.Files{"a.yaml": pod("a")}, githubfake.Files{"a.yaml": pod("b")})
	if result, writes := s.run(); writes != 0 || len(s.pull.Reviews()) > 0 {
		t.Errorf("%d writes, %+v", writes, result)
	}
}

// Each step is a push or a deed of a person, and what a reader finds after the next run.
func TestStory(t *testing.T) {
	s := newStage(t,
		githubfake.Files{"a.yaml": pod("a", filler+"  x: 1")},
		githubfake.Files{
			"a.yaml": pod("a", "hostPID: true", filler+"  x: 1"), "b.yaml": pod("b", "privileged: true"), "c.yaml": pod("c", "hostNetwork: true"),
			"d.yaml": pod("d", "hostPID: true"),
		})
	s.run()
	s.wantPlaces("a.yaml:6", "b.yaml:6", "c.yaml:6", "d.yaml:6")

	// Lines are shifted: GitHub moves the comments, and there is nothing to write.
	s.repo.Push("feature", "mona", "Shift", githubfake.Files{"b.yaml": "# one line more\n" + pod("b", "privileged: true")})
	if _, writes := s.run(); writes != 0 {
		t.Errorf("a shift of lines costs %d writes", writes)
	}
	s.wantPlaces("a.yaml:6", "b.yaml:7", "c.yaml:6", "d.yaml:6")

	// A suggestion is taken: its comment says so, once, and is hidden.
	s.pull.TakeSuggestion("mona", s.of("a.yaml").ID)
	result, writes := s.run()
	if writes != 2 || result.Reviews != 0 || result.Hidden != 1 {
		t.Errorf("%d writes, %+v", writes, result)
	}
	s.wantPlaces("b.yaml:7", "c.yaml:6", "d.yaml:6")
	if c := s.of("a.yaml"); c.Minimized != "resolved" || !strings.Contains(c.Body, "**Mended**") || strings.Contains(c.Body, "```suggestion") || c.Resolved {
		t.Errorf("the comment is %+v", c)
	}
	if !strings.Contains(s.body(), "**3 new violations**") {
		t.Errorf("the review says\n%s", s.body())
	}
	s.settles()

	// One is exempt on the base: its comment says so once.
	exempt := func(in *Input) { allow(in, "b.yaml", "loads a @module") }
	if result, _ := s.run(exempt); result.Hidden != 1 {
		t.Errorf("%+v", result)
	}
	if c := s.of("b.yaml"); c.Minimized != "resolved" || !strings.Contains(c.Body, "**Allowed** by an exemption in `.podmend.yaml:3`: loads a @&#8203;module.") {
		t.Errorf("the comment is %+v", c)
	}
	s.wantPlaces("c.yaml:6", "d.yaml:6")
	s.settles(exempt)

	// Somebody answers: the comment stays in sight, also when its finding is gone.
	s.pull.Reply("mona", s.of("c.yaml").ID, "It has to see the node.")
	s.settles(exempt)
	s.repo.Push("feature", "mona", "Mend", githubfake.Files{"c.yaml": pod("c", "hostNetwork: false")})
	s.run(exempt)
	if c := s.of("c.yaml"); c.Minimized != "" || !strings.Contains(c.Body, "**Mended**") {
		t.Errorf("the comment is %+v", c)
	}
	s.settles(exempt)

	// A force-push takes the lines away and brings the finding elsewhere: it is told there, and
	// what stands at the old lines is hidden.
	s.repo.ForcePush("feature", "mona", "Again", s.repo.SHA("main"), githubfake.Files{"d.yaml": "# new\n# file\n" + pod("d", "hostIPC: false", "hostPID: true # sees processes")})
	result, writes = s.run(exempt)
	if result.Reviews != 1 || result.Hidden != 1 || writes != 3 {
		t.Errorf("%d writes, %+v", writes, result)
	}
	s.wantPlaces("d.yaml:9")
	if c := s.of("d.yaml"); c.Minimized != "outdated" {
		t.Errorf("the comment before is %+v", c)
	}
	s.settles(exempt)
	speaking := 0
	for _, r := range s.pull.Reviews() {
		if strings.Contains(r.Body, "podmend finds") {
			speaking++
		}
	}
	if speaking != 1 {
		t.Errorf("%d reviews speak", speaking)
	}

	// All is mended.
	s.repo.Push("feature", "mona", "Mend", githubfake.Files{"d.yaml": pod("d")})
	s.run(exempt)
	s.wantPlaces()
	if !strings.Contains(s.body(), "podmend finds nothing") {
		t.Errorf("the review says\n%s", s.body())
	}
	s.settles(exempt)

	// It comes back: it is told again, although a comment about it is hidden.
	s.repo.Push("feature", "mona", "Break", githubfake.Files{"d.yaml": pod("d", "hostPID: true")})
	s.run(exempt)
	s.wantPlaces("d.yaml:6")
	s.settles(exempt)
}

func allow(in *Input, file, reason string) {
	for i := range in.Report.Findings {
		if f := &in.Report.Findings[i]; f.Origin.File == file {
			f.Status = report.StatusExempt
			f.Exemption = &report.Exemption{Reason: reason, File: ".podmend.yaml", Line: 3}
		}
	}
	in.Report.Finish()
}

// of is the first comment on a file.
func (s *stage) of(file string) githubfake.Comment {
	s.t.Helper()
	all := s.pull.ReviewComments()
	i := slices.IndexFunc(all, func(c githubfake.Comment) bool { return c.Path == file })
	if i < 0 {
		s.t.Fatalf("no comment on %s", file)
	}
	return all[i]
}

// What one click commits is the proven edit, with the line ends of the file.
func TestTakenSuggestions(t *testing.T) {
	for name, text := range map[string]string{
		"LF":           pod("b", "privileged: true", "x: 1"),
		"CRLF":         strings.ReplaceAll(pod("b", "privileged: true", "x: 1"), "\n", "\r\n"),
		"no final end": strings.TrimSuffix(pod("b", "x: 1", "privileged: true"), "\n"),
		"CRLF, no end": strings.TrimSuffix(strings.ReplaceAll(pod("b", "privileged: true"), "\n", "\r\n"), "\r\n"),
		"tabs":         pod("b", "privileged: true\t# why\tnot"),
		"backticks":    pod("b", "privileged: true # ```` no", "x: '```'"),
		"at the top":   "privileged: true\n",
	} {
		s := newStage(t, githubfake.Files{"a.yaml": "a: 1\n"}, githubfake.Files{"b.yaml": text})
		s.run()
		s.pull.TakeSuggestion("mona", s.of("b.yaml").ID)
		got, _ := s.repo.File(s.pull.State().HeadSHA, "b.yaml")
		if want := strings.Replace(text, "true", "false", 1); got != want {
			t.Errorf("%s: a click makes %q, want %q", name, got, want)
		}
		if result, _ := s.run(); result.Hidden != 1 {
			t.Errorf("%s: %+v", name, result)
		}
	}
}
