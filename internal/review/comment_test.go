package review

import (
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/githubfake"
	"github.com/podmend/podmend/report"
)

// A comment says what it is about once, and nothing about fields that are in order.
func TestWords(t *testing.T) {
	s := newStage(t, githubfake.Files{"a.yaml": "a: 1\n"}, githubfake.Files{"b.yaml": pod("b", "hostPID: true")})
	s.run(func(in *Input) { in.Report.Findings[0].Message = "host namespaces: hostPID is true" })
	_, text, _ := parseMarker(s.of("b.yaml").Body)
	if !strings.HasPrefix(text, "[hostNamespaces](https://github.com/podmend/podmend/blob/main/docs/controls/hostNamespaces.md) **high**: hostPID is true.\n\nReaches") {
		t.Errorf("the comment says\n%s", text)
	}
	if !strings.Contains(text, "Why it matters: With hostPID the processes") || strings.Contains(text, "hostNetwork") || strings.Contains(text, "hostIPC") {
		t.Errorf("the comment says\n%s", text)
	}
}

// Of several changes that bring a finding about, a comment at one names the others.
func TestSeveralCauses(t *testing.T) {
	s := newStage(t, githubfake.Files{"b.yaml": pod("b", "hostPID: true")}, githubfake.Files{"c.yaml": pod("c"), "d.yaml": pod("d")})
	s.run(func(in *Input) {
		in.Report.Findings[0].Changes = []report.Lines{{File: "c.yaml", Line: 2, EndLine: 3}, {File: "d.yaml", Line: 4, EndLine: 4}}
	})
	s.wantPlaces("c.yaml:3")
	if body := s.of("c.yaml").Body; !strings.Contains(body, "What changes here and in `d.yaml:4` brings it about; the field itself stands in `b.yaml:6`.") {
		t.Errorf("the comment says\n%s", body)
	}
}

// An exemption in the pull request itself counts later, which its comment says.
func TestPendingExemption(t *testing.T) {
	for field, want := range map[string]bool{
		"hostPID: true # podmend:ignore hostNamespaces -- why":           true,
		"# podmend:ignore hostNamespaces -- why\n  hostPID: true":        true,
		"hostPID: true # podmend:ignore hostPorts -- why":                false,
		"x: 1 # podmend:ignore hostNamespaces -- why\n\n  hostPID: true": false,
	} {
		s := newStage(t, githubfake.Files{"a.yaml": "a: 1\n"}, githubfake.Files{"b.yaml": pod("b", field)})
		s.run()
		if body := s.of("b.yaml").Body; strings.Contains(body, "The exemption in line 6 counts from the merge on; until then this stays open.") != want {
			t.Errorf("%q: the comment says\n%s", field, body)
		}
	}
}

// What is over is folded below what became of it, and offers nothing any more.
func TestEnded(t *testing.T) {
	s := newStage(t, githubfake.Files{"a.yaml": "a: 1\n"}, githubfake.Files{"b.yaml": pod("b", "privileged: true", "x: 1")})
	s.run(func(in *Input) {
		in.Report.Proposals[0].Edits = []report.Edit{{File: "b.yaml", Start: strings.Index(pod("b", "privileged: true"), "  priv"), End: len(pod("b", "privileged: true"))}}
	})
	if body := s.of("b.yaml").Body; !strings.Contains(body, "```suggestion\n```\n") {
		t.Fatalf("the comment says\n%s", body)
	}
	s.repo.Push("feature", "mona", "Mend", githubfake.Files{"b.yaml": pod("b", "x: 1")})
	s.run()
	_, text, _ := parseMarker(s.of("b.yaml").Body)
	if !strings.Contains(text, "no longer adds it.\n\n<details><summary>What it said</summary>\n\n[privileged]") || !strings.HasSuffix(text, "\n\n</details>\n") ||
		!strings.Contains(text, "Suggested was to take the lines away.") || strings.Contains(text, "suggestion") {
		t.Errorf("the comment says\n%s", text)
	}
}
