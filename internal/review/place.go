package review

import (
	"github.com/podmend/podmend/internal/changes"
	"github.com/podmend/podmend/report"
)

// A place is where a comment stands. GitHub takes lines of the diff only.
type place struct {
	surface    Surface
	file       string
	start, end int // lines of the head, for AtLine
}

// maxSpan is how many lines a comment without a suggestion spans; of more it names the first.
const maxSpan = 10

// placeOf finds the place of one finding: the changed lines that make it, else its own line, else a
// changed file, else the review.
func (d *draft) placeOf(f *report.Finding) place {
	var candidates []report.Lines
	candidates = append(candidates, f.Changes...)
	if f.Origin.Line > 0 {
		candidates = append(candidates, report.Lines{File: f.Origin.File, Line: f.Origin.Line, EndLine: max(f.Origin.EndLine, f.Origin.Line)})
	}
	for _, lines := range candidates {
		if at, ok := atLines(d.in.Diff, lines); ok {
			return at
		}
	}
	for _, lines := range append(candidates, report.Lines{File: f.Origin.File}) {
		if file := d.in.Diff.File(lines.File); file != nil {
			return place{surface: AtFile, file: file.Name}
		}
	}
	return place{surface: InReview}
}

// atLines is the part of some lines that can be commented on.
func atLines(diff *changes.Diff, lines report.Lines) (place, bool) {
	file := diff.File(lines.File)
	if file == nil {
		return place{}, false
	}
	at := place{surface: AtLine, file: file.Name, start: lines.Line, end: max(lines.EndLine, lines.Line)}
	for i := range file.Hunks {
		hunk := &file.Hunks[i]
		first, last := hunk.NewStart, hunk.NewStart+hunk.NewLines-1
		if hunk.NewLines == 0 || at.end < first || at.start > last {
			continue
		}
		at.start, at.end = max(at.start, first), min(at.end, last)
		if at.end-at.start >= maxSpan || crossesRemoved(hunk, at.start, at.end) {
			at.end = at.start
		}
		return at, true
	}
	return place{}, false
}

// crossesRemoved says whether removed lines stand between two lines of the head: GitHub does not
// take a suggestion over them.
func crossesRemoved(hunk *changes.Hunk, start, end int) bool {
	inside := false
	for _, line := range hunk.Lines {
		switch {
		case line.New == start:
			inside = start < end
		case line.Kind == '-' && inside:
			return true
		}
		if line.New == end {
			return false
		}
	}
	return false
}

// agrees says whether the lines of a hunk are those of the file: a diff of another commit is none.
func agrees(hunk *changes.Hunk, content *lined, start, end int) bool {
	for _, line := range hunk.Lines {
		if line.New >= start && line.New <= end && line.Kind != '-' && line.Text != content.line(line.New) {
			return false
		}
	}
	return true
}
