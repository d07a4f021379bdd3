package review

import (
	"fmt"
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/ghtext"
	"github.com/podmend/podmend/internal/githubfake"
	"github.com/podmend/podmend/report"
)

// edit replaces the first old in a text.
func edit(t *testing.T, text, old, with string) report.Edit {
	t.Helper()
	i := strings.Index(text, old)
	if i < 0 {
		t.Fatalf("no %q in %q", old, text)
	}
	return report.Edit{File: "a.yaml", Start: i, End: i + len(old), NewText: with}
}

func TestSuggest(t *testing.T) {
	for _, test := range []struct {
		name, text string
		edits      [][2]string
		start, end int // 0 for no suggestion
		want       string
	}{
		{"one word", "a: 1\nb: true\nc: 3\n", [][2]string{{"true", "false"}}, 2, 2, "b: false\n"},
		{"two lines", "a: 1\nb: true\nc: 3\nd: true # x\n", [][2]string{{"1", "2"}, {"3", "4"}}, 1, 3, "a: 2\nb: true\nc: 4\n"},
		{"CRLF is kept", "a: 1\r\nb: true\r\n", [][2]string{{"true", "false"}}, 2, 2, "b: false\r\n"},
		{"another line has other ends", "a: 1\r\nb: true\n", [][2]string{{"true", "false"}}, 2, 2, "b: false\n"},
		{"lines of both ends", "b: [x,\r\n  y, z]\n", [][2]string{{"x", "u"}, {", z", ""}}, 0, 0, ""},
		{"other ends come", "a: 1\nb: 2\n", [][2]string{{"1", "1\r\nc: 3"}}, 0, 0, ""},
		{"tabs are kept", "a: 1\n\tb: true\t# x\n", [][2]string{{"true", "false"}}, 2, 2, "\tb: false\t# x\n"},
		{"no final line end", "a: 1\nb: true", [][2]string{{"true", "false"}}, 2, 2, "b: false"},
		{"lines go", "a: 1\nb:\n- x\nc: 3\n", [][2]string{{"b:\n- x\n", ""}}, 2, 3, ""},
		{"the middle of a line goes", "a: 1\nb: [x, y]\n", [][2]string{{", y", ""}}, 2, 2, "b: [x]\n"},
		{"lines join", "a: 1\nb:\n  x\nc: 3\n", [][2]string{{"\n  x", " x"}}, 2, 3, "b: x\n"},
		{"a line end goes alone", "a:\n  b\nc: 3\n", [][2]string{{"b\n", "b # "}}, 2, 3, "  b # c: 3\n"},
		{"lines come", "a: 1\nc: 3\n", [][2]string{{"c", "b: 2\nc"}}, 2, 2, "b: 2\nc: 3\n"},
		{"at the end", "a: 1\n", [][2]string{{"\n", "\nb: 2\n"}}, 1, 1, "a: 1\nb: 2\n"},
		{"backticks", "a: '```'\nb: true\n", [][2]string{{"```", "`"}}, 1, 1, "a: '`'\n"},
		{"all goes", "a: 1\n", [][2]string{{"a: 1\n", ""}}, 1, 1, ""},
		{"nothing changes", "a: 1\n", [][2]string{{"1", "1"}}, 0, 0, ""},
		{"the last line end comes", "a: 1", [][2]string{{"1", "1\n"}}, 0, 0, ""},
		{"the last line end goes", "a: 1\nb: 2\n", [][2]string{{"2\n", "2"}}, 0, 0, ""},
		{"the last line without end goes", "a: 1\nb: 2", [][2]string{{"b: 2", ""}}, 0, 0, ""},
		{"a control character", "a: 1 # \x1b\nb: 2\n", [][2]string{{"1", "2"}}, 0, 0, ""},
		{"no UTF-8", "a: 1 # \xff\n", [][2]string{{"1", "2"}}, 0, 0, ""},
		{"a lone carriage return", "a: 1 # \r x\n", [][2]string{{"1", "2"}}, 0, 0, ""},
		{"text that runs backwards", "a: 1 # \u202e x\n", [][2]string{{"1", "2"}}, 0, 0, ""},
		{"a line of a megabyte", "a: 1 # " + strings.Repeat("x", 1<<20) + "\n", [][2]string{{"1", "2"}}, 0, 0, ""},
		{"two edits overlap", "abc: 1\n", [][2]string{{"ab", "x"}, {"bc", "y"}}, 0, 0, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var edits []report.Edit
			for _, e := range test.edits {
				edits = append(edits, edit(t, test.text, e[0], e[1]))
			}
			got, ok := suggest([]byte(test.text), edits)
			if ok != (test.start > 0) {
				t.Fatalf("got %+v, %v", got, ok)
			}
			if ok && (got.start != test.start || got.end != test.end || got.text != test.want) {
				t.Errorf("got lines %d to %d, %q, want %d to %d, %q", got.start, got.end, got.text, test.start, test.end, test.want)
			}
		})
	}
	for _, outside := range []report.Edit{{Start: -1, End: 1}, {Start: 3, End: 2}, {Start: 0, End: 99}} {
		if got, ok := suggest([]byte("a: 1\n"), []report.Edit{outside}); ok {
			t.Errorf("%+v: got %+v", outside, got)
		}
	}
}

// What a click commits is what the edits make, for any text and edits.
func FuzzSuggest(f *testing.F) {
	f.Add("a: 1\nb: true\nc: 3\n", 8, 12, "false", 14, 14, "x")
	f.Add("a: 1\r\nb: true", 9, 13, "false\n", 0, 0, "")
	f.Add("a\n\nb", 1, 2, "", 3, 4, "`")
	f.Fuzz(func(t *testing.T, text string, start, end int, with string, start2, end2 int, with2 string) {
		edits := []report.Edit{{Start: start, End: end, NewText: with}}
		if start2 >= end && end2 >= start2 {
			edits = append(edits, report.Edit{Start: start2, End: end2, NewText: with2})
		}
		got, ok := suggest([]byte(text), edits)
		if !ok {
			return
		}
		want, whole := spliced([]byte(text), edits, 0, len(text))
		if !whole {
			t.Fatal("edits outside of the text were taken")
		}
		lines := strings.SplitAfter(text, "\n")
		committed := strings.Join(lines[:got.start-1], "") + got.text + strings.Join(lines[got.end:], "")
		if committed != want || committed == text {
			t.Errorf("a click makes %q of %q, the edits %q", committed, text, want)
		}
		block := ghtext.Fenced("suggestion", got.text)
		mark, rest, _ := strings.Cut(block, "suggestion\n")
		body := strings.TrimSuffix(rest, mark+"\n")
		if strings.Contains(body, mark) {
			t.Errorf("a fence ends in its text: %q", block)
		}
		if body != got.text && body != got.text+"\n" {
			t.Errorf("the block holds %q for %q", body, got.text)
		}
	})
}

// A suggestion is made only where the diff shows its lines as they are, and nothing was removed between.
func TestOffers(t *testing.T) {
	base := "a: 0\nb: 0\nc: 0\nd: 0\ne: 0\n"
	head := "a: 1\nb: 0\nc: true\nd: 0\ne: 0\n"
	for _, test := range []struct {
		name   string
		change func(in *Input)
		want   bool
	}{
		{"as it is", func(*Input) {}, true},
		{"proven with others only", func(in *Input) { in.Report.Proposals[0].AloneProven = false }, false},
		{"not proven", func(in *Input) { in.Report.Proposals[0].Status = report.ProposalRefused }, false},
		{"another file", func(in *Input) { in.Report.Source.Files["a.yaml"] = sum([]byte("other")) }, false},
		{"no hash", func(in *Input) { in.Report.Source.Files = nil }, false},
		{"two files", func(in *Input) {
			in.Report.Proposals[0].Edits = append(in.Report.Proposals[0].Edits, report.Edit{File: "b.yaml", NewText: "x"})
		}, false},
		{"over removed lines", func(in *Input) { in.Report.Proposals[0].Edits[0].Start = strings.Index(head, "b: 0") }, false},
		{"outside of the hunk", func(in *Input) { in.Diff.Files[0].Hunks[0].NewLines = 2 }, false},
		{"a diff of another commit", func(in *Input) { in.Diff.Files[0].Hunks[0].Lines[4].Text = "c: else\n" }, false},
		{"not in the diff", func(in *Input) { in.Diff.Files = nil }, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := &Input{Diff: diffOf("a.yaml", base, head), File: func(string) ([]byte, error) { return []byte(head), nil }}
			in.Report = &report.Report{
				Source: report.Source{Files: map[string]string{"a.yaml": sum([]byte(head))}},
				Findings: []report.Finding{{
					ID: "f", Control: "privileged", Severity: report.SeverityHigh, Scope: report.ScopeNew, Status: report.StatusOpen,
					Proposal: "p", Origin: report.Origin{File: "a.yaml", Line: 3, EndLine: 3, Column: 4, EndColumn: 8, Exact: true},
				}},
				Proposals: []report.Proposal{{
					ID: "p", Findings: []string{"f"}, Status: report.ProposalProven, AloneProven: true, Edits: []report.Edit{edit(t, head, "true", "false")},
				}},
			}
			test.change(in)
			d := newDraft(in)
			if got := strings.Contains(d.textOf(d.comments[0]), "```suggestion\nc: false\n```"); got != test.want {
				t.Errorf("a suggestion: %v\n%s", got, d.textOf(d.comments[0]))
			}
		})
	}
}

// Of suggestions for the same lines one stands at a time: committed one upon the other, they would
// make what nobody proved. Each run offers the next.
func TestSuggestionsOfTheSameLines(t *testing.T) {
	text := pod("b", "containers: []")
	s := newStage(t, githubfake.Files{"a.yaml": "a: 1\n"}, githubfake.Files{"b.yaml": text})
	missing := func(in *Input) {
		head, _ := s.repo.File(in.Head, "b.yaml")
		for i, field := range []string{"hostPID", "hostIPC"} {
			if strings.Contains(head, field) {
				continue
			}
			id := fmt.Sprintf("hostNamespaces-%d", i)
			at := len(head) - 1
			in.Report.Findings = append(in.Report.Findings, report.Finding{
				ID: id, Control: "hostNamespaces", Level: "baseline", Severity: report.SeverityHigh, Scope: report.ScopeNew, Status: report.StatusOpen,
				Message: field + " is not set", Proposal: "fix-" + id, Origin: report.Origin{File: "b.yaml", Line: 6, EndLine: 6, Via: report.ViaManifest},
			})
			in.Report.Proposals = append(in.Report.Proposals, report.Proposal{
				ID: "fix-" + id, Findings: []string{id}, Status: report.ProposalProven, AloneProven: true,
				Edits: []report.Edit{{File: "b.yaml", Start: at, End: at, NewText: "\n  " + field + ": false"}},
			})
		}
		in.Report.Source.Files["b.yaml"] = sum([]byte(head))
		in.Report.Finish()
	}
	for _, want := range []string{"\n  hostPID: false\n", "\n  hostPID: false\n  hostIPC: false\n"} {
		s.run(missing)
		s.settles(missing)
		var clicks []githubfake.Comment
		for _, c := range s.shown() {
			if strings.Contains(c.Body, "```suggestion") {
				clicks = append(clicks, c)
			} else if !strings.Contains(c.Body, "Another comment suggests") || !strings.Contains(c.Body, "+  hostIPC: false") {
				t.Errorf("a comment says\n%s", c.Body)
			}
		}
		if len(clicks) != 1 {
			t.Fatalf("%d clicks are offered", len(clicks))
		}
		s.pull.TakeSuggestion("mona", clicks[0].ID)
		if got, _ := s.repo.File(s.pull.State().HeadSHA, "b.yaml"); !strings.HasSuffix(got, want) {
			t.Errorf("a click makes\n%s", got)
		}
	}
}
