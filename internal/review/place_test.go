package review

import (
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/changes"
	"github.com/podmend/podmend/report"
)

// diffOf is a diff of one hunk that replaces each line that differs.
func diffOf(name, base, head string) *changes.Diff {
	was, is := strings.SplitAfter(base, "\n"), strings.SplitAfter(head, "\n")
	hunk := changes.Hunk{OldStart: 1, NewStart: 1}
	add := func(kind byte, old, now int, text string) {
		if text != "" {
			hunk.Lines = append(hunk.Lines, changes.Line{Kind: kind, Old: old, New: now, Text: text})
		}
	}
	for i := range max(len(was), len(is)) {
		switch {
		case i < len(was) && i < len(is) && was[i] == is[i]:
			add(' ', i+1, i+1, is[i])
			continue
		case i < len(was):
			add('-', i+1, 0, was[i])
		}
		if i < len(is) {
			add('+', 0, i+1, is[i])
		}
	}
	hunk.OldLines, hunk.NewLines = strings.Count(base, "\n"), strings.Count(head, "\n")
	return &changes.Diff{Files: []changes.File{{Name: name, Status: changes.Modified, Hunks: []changes.Hunk{hunk}}}}
}

func TestPlaces(t *testing.T) {
	diff := &changes.Diff{Files: []changes.File{
		{Name: "a.yaml", Status: changes.Modified, Hunks: []changes.Hunk{
			{OldStart: 1, OldLines: 3, NewStart: 1, NewLines: 4, Lines: []changes.Line{
				{Kind: ' ', Old: 1, New: 1}, {Kind: '+', New: 2}, {Kind: '-', Old: 2}, {Kind: '+', New: 3}, {Kind: ' ', Old: 3, New: 4},
			}},
			{OldStart: 50, OldLines: 30, NewStart: 51, NewLines: 30},
		}},
		{Name: "gone.yaml", Status: changes.Removed, Hunks: []changes.Hunk{{OldStart: 1, OldLines: 9}}},
		{Name: "large.yaml", Status: changes.Modified, Opaque: true},
		{Name: "values.yaml", Status: changes.Modified, Hunks: []changes.Hunk{{OldStart: 5, NewStart: 5, OldLines: 2, NewLines: 2}}},
	}}
	at := func(file string, line, end int) report.Finding {
		return report.Finding{Origin: report.Origin{File: file, Line: line, EndLine: end}}
	}
	distant := at("templates/a.yaml", 7, 7)
	distant.Changes = []report.Lines{{File: "values.yaml", Line: 5, EndLine: 6}}
	outside := at("templates/a.yaml", 7, 7)
	outside.Changes = []report.Lines{{File: "values.yaml", Line: 60, EndLine: 60}}
	for _, test := range []struct {
		name string
		f    report.Finding
		want place
	}{
		{"a changed line", at("a.yaml", 2, 2), place{AtLine, "a.yaml", 2, 2}},
		{"a line beside it", at("a.yaml", 4, 4), place{AtLine, "a.yaml", 4, 4}},
		{"several lines", at("a.yaml", 1, 2), place{AtLine, "a.yaml", 1, 2}},
		{"lines with removed ones between", at("a.yaml", 2, 4), place{AtLine, "a.yaml", 2, 2}},
		{"lines that leave the hunk", at("a.yaml", 4, 9), place{AtLine, "a.yaml", 4, 4}},
		{"lines that enter the hunk", at("a.yaml", 45, 53), place{AtLine, "a.yaml", 51, 53}},
		{"more lines than one reads", at("a.yaml", 51, 70), place{AtLine, "a.yaml", 51, 51}},
		{"no hunk", at("a.yaml", 30, 30), place{AtFile, "a.yaml", 0, 0}},
		{"no line", at("a.yaml", 0, 0), place{AtFile, "a.yaml", 0, 0}},
		{"a file too large to show", at("large.yaml", 3, 3), place{AtFile, "large.yaml", 0, 0}},
		{"another file", at("b.yaml", 3, 3), place{surface: InReview}},
		{"a removed file", at("gone.yaml", 3, 3), place{surface: InReview}},
		{"at a distance", distant, place{AtLine, "values.yaml", 5, 6}},
		{"at a distance, outside of the hunk", outside, place{AtFile, "values.yaml", 0, 0}},
	} {
		d := &draft{in: &Input{Diff: diff}}
		if got := d.placeOf(&test.f); got != test.want {
			t.Errorf("%s: got %+v, want %+v", test.name, got, test.want)
		}
	}
}
