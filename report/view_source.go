package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"github.com/podmend/podmend/fix"
	"github.com/podmend/podmend/internal/yamledit"
)

// A SourceFile is a file that findings point into, or why it is not shown.
type SourceFile struct {
	Text    []byte // nil if it is not shown
	Problem string // why
	lines   [][]byte
}

// File reads a file of the report, once.
func (v *View) File(name string) *SourceFile {
	file := v.files[name]
	if file == nil {
		file = v.read(name)
		v.files[name] = file
	}
	return file
}

// emptySum is the SHA-256 of a file that is not there yet.
var emptySum = fmt.Sprintf("%x", sha256.Sum256(nil))

func (v *View) read(name string) *SourceFile {
	if v.source == nil || name == "" {
		return &SourceFile{}
	}
	text, err := v.source(name)
	if errors.Is(err, fs.ErrNotExist) && v.Source.Files[name] == emptySum {
		return &SourceFile{Text: []byte{}} // a file that an edit makes
	}
	if err != nil {
		return &SourceFile{Problem: "Its lines are not shown, because it cannot be read: " + InertProse(err.Error(), maxProse)}
	}
	sum := sha256.Sum256(text)
	if want := v.Source.Files[name]; want != "" && want != hex.EncodeToString(sum[:]) {
		return &SourceFile{Problem: "Its lines are not shown, because it has changed since the check. Run podmend check again."}
	}
	file := &SourceFile{Text: text}
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // columns do not count it
	end := []byte("\n")
	if !bytes.Contains(text, end) {
		end = []byte("\r")
	}
	file.lines = bytes.Split(text, end)
	return file
}

// An ExcerptLine is one line of source around a finding.
type ExcerptLine struct {
	Number int
	Parts  []Part
	Marked bool // the finding stands in it
}

// A Part is a piece of a line, marked if it is the finding's own.
type Part struct {
	Text   string
	Marked bool
}

// maxMarked is how many lines of a finding are shown.
const maxMarked = 8

// Excerpt shows the lines of a finding, with some around them. It is nil where the exact place or
// the file is not known.
func (v *View) Excerpt(f *Finding, around int) []ExcerptLine {
	lines := v.File(f.Origin.File).lines
	if !f.Origin.Exact || f.Origin.Line < 1 || f.Origin.Line > len(lines) {
		return nil
	}
	last := min(max(f.Origin.Line, lastLine(f)), f.Origin.Line+maxMarked-1, len(lines))
	var excerpt []ExcerptLine
	for n := max(1, f.Origin.Line-around); n <= min(len(lines), last+around); n++ {
		var spans []span
		switch {
		case n == f.Origin.Line:
			spans = []span{spanOf(f)}
		case n > f.Origin.Line && n < f.Origin.EndLine && n <= last:
			spans = []span{{1, 1 << 30}}
		case n == f.Origin.EndLine && n > f.Origin.Line && n <= last:
			spans = []span{{1, f.Origin.EndColumn}}
		}
		if n == len(lines) && len(lines[n-1]) == 0 && spans == nil {
			break // behind the last line end
		}
		excerpt = append(excerpt, ExcerptLine{
			Number: n, Marked: spans != nil,
			Parts: newExcerpt(string(lines[n-1]), spans, maxExcerpt).parts,
		})
	}
	return excerpt
}

// A Change is what a proposal does to one file.
type Change struct {
	File    string
	Problem string // why the lines are not shown; then there are no hunks
	Hunks   []Hunk
}

// A Hunk is some lines that follow each other, of which some change.
type Hunk struct {
	Lines []ChangedLine
}

// String draws the hunk as in a diff, below a line that says where it is.
func (h Hunk) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "@@ line %d @@\n", max(h.Lines[0].Before, h.Lines[0].After))
	for _, line := range h.Lines {
		sign := " "
		switch {
		case line.After == 0:
			sign = "-"
		case line.Before == 0:
			sign = "+"
		}
		b.WriteString(sign + line.Text + "\n")
	}
	return b.String()
}

// A ChangedLine is in one of the two texts, or in both. Its numbers count from 1 and are 0 in the
// text that does not have it.
type ChangedLine struct {
	Before, After int
	Text          string
}

// Changes shows edits as changed lines, file by file.
func (v *View) Changes(edits []Edit) []Change {
	var changes []Change
	byFile := map[string][]yamledit.Edit{}
	var names seen
	for _, edit := range edits {
		names.add(edit.File)
		byFile[edit.File] = append(byFile[edit.File], yamledit.Edit{Start: edit.Start, End: edit.End, NewText: edit.NewText})
	}
	for _, name := range names.list {
		changes = append(changes, v.change(name, byFile[name]))
	}
	return changes
}

func (v *View) change(name string, edits []yamledit.Edit) Change {
	change := Change{File: Inert(name, maxPath)}
	file := v.File(name)
	if file.Text == nil {
		change.Problem = file.Problem
		if change.Problem == "" {
			change.Problem = "Its lines are not shown, because a saved report holds no source. Run podmend fix to see them."
		}
		return change
	}
	hunks, err := fix.Hunks(file.Text, edits)
	if err != nil {
		change.Problem = "Its lines are not shown: " + InertProse(err.Error(), maxProse)
		return change
	}
	for _, hunk := range hunks {
		before, after := hunk.FromLine, hunk.ToLine
		var shown Hunk
		for _, line := range hunk.Lines {
			text := strings.TrimSuffix(strings.TrimSuffix(line.Content, "\n"), "\r")
			changed := ChangedLine{Text: newExcerpt(text, nil, maxExcerpt).text}
			if line.Kind != udiff.Insert {
				changed.Before = before
				before++
			}
			if line.Kind != udiff.Delete {
				changed.After = after
				after++
			}
			shown.Lines = append(shown.Lines, changed)
		}
		change.Hunks = append(change.Hunks, shown)
	}
	return change
}
