package review

import (
	"fmt"
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/ghtext"
	"github.com/podmend/podmend/internal/githubfake"
	"github.com/podmend/podmend/report"
)

// The level to reach: 300 findings over 60 files cost at most 10 writes and one review.
func TestManyFindings(t *testing.T) {
	change := githubfake.Files{}
	for i := range 60 {
		var text strings.Builder
		for j := range 5 {
			text.WriteString(pod(fmt.Sprintf("p%d", j), "hostPID: true") + "---\n")
		}
		change[fmt.Sprintf("apps/app%02d/pods.yaml", i)] = text.String()
	}
	s := newStage(t, githubfake.Files{"a.yaml": "a: 1\n"}, change)
	elsewhere := func(in *Input) {
		// Of the last files the fields stand on lines that nobody touched.
		for i := range in.Report.Findings {
			if f := &in.Report.Findings[i]; f.Origin.File >= "apps/app50" {
				f.Origin.Exact, f.Origin.Line, f.Origin.Column, f.Origin.EndLine, f.Origin.EndColumn = false, 0, 0, 0, 0
			}
		}
		in.Report.Finish()
	}
	s.server.SetThrottle(true)
	result, writes := s.run(elsewhere)
	if writes > 10 || result.Reviews != 1 || len(result.Unposted) > 0 {
		t.Errorf("%d writes, %d reviews, %d not posted, %v", writes, result.Reviews, len(result.Unposted), result.Messages)
	}
	told := map[Surface]int{}
	for _, surface := range result.Reached {
		told[surface]++
	}
	if told[AtLine] != maxLineComments || told[AtFile] != 25 || told[AtLine]+told[AtFile]+told[InReview] != 300 {
		t.Errorf("told %v", told)
	}
	body := s.body()
	want := fmt.Sprintf("**300 new violations** of the Pod Security Standard `baseline` (300 high): %d at lines, %d at files, %d below.", told[AtLine], told[AtFile], told[InReview])
	if !strings.Contains(body, want) {
		t.Errorf("the review does not say %q:\n%.300s", want, body)
	}
	listed := strings.Count(body, "\n- [") // each in a line
	more := 0
	if _, rest, ok := strings.Cut(body, "\n- "+""); ok {
		if _, err := fmt.Sscanf(rest[strings.LastIndex(rest, "\n- ")+3:], "%d more", &more); err != nil {
			more = 0
		}
	}
	if listed+more != told[InReview] {
		t.Errorf("the review lists %d and %d more, of %d", listed, more, told[InReview])
	}
	s.settles(elsewhere)

	// All is mended: 35 comments are hidden with one request, the review says so with another.
	mend := githubfake.Files{}
	for name := range change {
		mend[name] = pod("p0")
	}
	s.repo.Push("feature", "mona", "Mend", mend)
	if result, writes := s.run(); writes > 3 || result.Hidden != 35 {
		t.Errorf("%d writes, %+v", writes, result)
	}
	s.settles()
}

// Where a text is longer than GitHub takes, it is cut, and says how many more there are.
func TestLongTexts(t *testing.T) {
	s := newStage(t, githubfake.Files{"a.yaml": "a: 1\n"}, githubfake.Files{"b.yaml": pod("b", "privileged: true")})
	long := func(in *Input) {
		first := in.Report.Findings[0]
		first.Message = strings.Repeat("word ", 20_000)
		first.Occurrences = nil
		for i := range 3000 {
			first.Occurrences = append(first.Occurrences, report.Occurrence{
				Target: "plain:b.yaml", Object: report.Object{Kind: "Pod", Name: strings.Repeat(fmt.Sprint(i), 60)}, Scope: report.ScopeNew,
			})
		}
		in.Report.Findings = []report.Finding{first}
		for i := range 1000 {
			f := first
			f.ID, f.Proposal, f.Origin = fmt.Sprintf("privileged-%d", i), "", report.Origin{File: "elsewhere.yaml", Line: 3, Via: report.ViaManifest}
			in.Report.Findings = append(in.Report.Findings, f)
		}
		in.Report.Finish()
	}
	result, _ := s.run(long)
	if len(result.Unposted) > 0 || len(result.Reached) != 1001 {
		t.Errorf("%d are not posted: %v", len(result.Unposted), result.Messages)
	}
	var more int
	body := s.body()
	if _, err := fmt.Sscanf(body[strings.LastIndex(body, "\n- ")+3:], "%d more, which", &more); err != nil || more+strings.Count(body, "\n- [") != 1000 {
		t.Errorf("%d more (%v), and %d are listed", more, err, strings.Count(body, "\n- ["))
	}
	s.settles(long)
}

// A file that has many findings and no line for them gets a comment for each hundred.
func TestManyOnOneFile(t *testing.T) {
	s := newStage(t, githubfake.Files{"a.yaml": "a: 1\n"}, githubfake.Files{"b.yaml": pod("b", "privileged: true")})
	many := func(in *Input) {
		f := in.Report.Findings[0]
		in.Report.Findings = nil
		f.Proposal = ""
		f.Origin = report.Origin{File: "b.yaml", Via: report.ViaManifest}
		for i := range 250 {
			f.ID, f.Message = fmt.Sprintf("privileged-%060d", i), fmt.Sprintf("number %d: ", i)+strings.Repeat("word ", 100)
			in.Report.Findings = append(in.Report.Findings, f)
		}
		in.Report.Finish()
	}
	result, _ := s.run(many)
	if result.Comments != 3 || len(result.Unposted) > 0 {
		t.Errorf("%+v", result.Messages)
	}
	s.settles(many)
}

// A suggestion is whole or not there, however much stands before it.
func TestLongTextsLeaveSuggestionsWhole(t *testing.T) {
	value := "privileged: true # " + strings.Repeat("w", 9000)
	s := newStage(t, githubfake.Files{"a.yaml": "a: 1\n"}, githubfake.Files{"b.yaml": "kind: Pod\nname: x\n" + value + "\n"})
	for _, more := range []int{10, 50, 60, 65, 70, 90, 99} {
		in := s.input()
		for i := range more {
			f := in.Report.Findings[0]
			f.ID, f.Message = fmt.Sprintf("privileged-%d", i), fmt.Sprintf("number %d ", i)+strings.Repeat("word_", 75)
			in.Report.Findings = append(in.Report.Findings, f)
		}
		d := newDraft(in)
		text := d.textOf(d.comments[0])
		want := ghtext.Fenced("suggestion", strings.Replace(value, "true", "false", 1))
		if len(d.comments) != 1 || !strings.Contains(text, want) || len(text) > maxText {
			t.Errorf("with %d more findings the comment has %d bytes and ends with %q", more, len(text), text[len(text)-80:])
		}
	}
}
