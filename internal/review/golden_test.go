package review

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/changes"
	"github.com/podmend/podmend/internal/golden"
	"github.com/podmend/podmend/internal/samples"
	"github.com/podmend/podmend/report"
)

const top = "../.."

// added is a diff that adds the files that a report points into.
func added(r *report.Report, file func(string) ([]byte, error)) *changes.Diff {
	diff := &changes.Diff{}
	seen := map[string]bool{}
	for _, f := range r.Findings {
		content, err := file(f.Origin.File)
		if err != nil || seen[f.Origin.File] {
			continue
		}
		seen[f.Origin.File] = true
		hunk := changes.Hunk{NewStart: 1}
		for line := range strings.Lines(string(content)) {
			hunk.NewLines++
			hunk.Lines = append(hunk.Lines, changes.Line{Kind: '+', New: hunk.NewLines, Text: line})
		}
		diff.Files = append(diff.Files, changes.File{Name: f.Origin.File, Status: changes.Added, Hunks: []changes.Hunk{hunk}})
	}
	return diff
}

// The words that reviewers read, for the reports that all sinks are tested with.
func TestGolden(t *testing.T) {
	for _, name := range samples.Names {
		r, file := samples.Read(t, top, name)
		for i := range r.Findings {
			r.Findings[i].Scope = report.ScopeNew
		}
		r.Finish()
		d := newDraft(&Input{Report: r, Diff: added(r, file), Head: strings.Repeat("a", 40), File: file})
		var got bytes.Buffer
		fmt.Fprintf(&got, "%s\n", d.body())
		for i, c := range d.comments {
			if c.at.surface == InReview || i == 12 {
				break
			}
			fmt.Fprintf(&got, "---\n\n> %s %s %d-%d\n\n%s\n", c.at.surface, report.Inert(c.at.file, 0), c.at.start, c.at.end, d.textOf(c))
		}
		golden.Check(t, name+".md", got.Bytes())
	}
}
