// Package changes tells what the head of a pull request changes against its base, from git's
// object store and without a git program.
package changes

import "cmp"

// A Diff is what lies between the merge base and the head, file by file in the order of names.
type Diff struct {
	Base  string // SHA of the merge base
	Head  string // SHA of the head; "" if the head is the work tree
	Files []File
}

// A Status is what became of a file.
type Status string

// The states of a file, in GitHub's words.
const (
	Added    Status = "added"
	Modified Status = "modified"
	Removed  Status = "removed"
	Renamed  Status = "renamed" // its content may have changed too
)

// A File is one that the head adds, changes, renames or removes. Names are slash-separated and
// relative to the repository's root.
type File struct {
	Name    string // in the head; of a removed file, in the base
	OldName string // in the base, where the file was renamed; else ""
	Status  Status
	Hunks   []Hunk // in the order of lines; none where no line differs or Opaque is set
	Opaque  bool   // the content is no text, or too large to be compared
	// Link and OldLink are where a symbolic link leads, in the head and in the base; of a link the hunks show that.
	Link, OldLink string
}

// A Hunk is a run of changed lines with up to three unchanged ones around it, as in a unified diff.
type Hunk struct {
	OldStart, OldLines int // lines count from 1
	NewStart, NewLines int
	Lines              []Line
}

// A Line is one of a hunk. Old and New are its numbers, 0 where the side lacks it.
type Line struct {
	Kind byte // ' ', '-' or '+'
	Old  int
	New  int
	Text string // with its line end, if it has one
}

// File returns the file that has the name in the head, or nil.
func (d *Diff) File(name string) *File {
	for i := range d.Files {
		if d.Files[i].Name == name && d.Files[i].Status != Removed {
			return &d.Files[i]
		}
	}
	return nil
}

// Hunk returns the hunk that holds all lines from start to end of the head, or nil.
func (f *File) Hunk(start, end int) *Hunk {
	for i := range f.Hunks {
		if h := &f.Hunks[i]; h.NewLines > 0 && start >= h.NewStart && end < h.NewStart+h.NewLines {
			return h
		}
	}
	return nil
}

// Adds says whether the head adds or changes one of the lines from start to end.
func (f *File) Adds(start, end int) bool {
	for _, hunk := range f.Hunks {
		for _, line := range hunk.Lines {
			if line.Kind == '+' && line.New >= start && line.New <= end {
				return true
			}
		}
	}
	return false
}

// OldLine is the number that a line of the head has in the base; 0 if the head adds or changes it, or
// if that is not known.
func (f *File) OldLine(line int) int {
	if f.Opaque || f.Status == Added {
		return 0
	}
	shift := 0
	for _, hunk := range f.Hunks {
		for _, one := range hunk.Lines {
			if one.New == line {
				return one.Old
			}
		}
		if hunk.NewStart > line {
			break
		}
		shift += hunk.OldLines - hunk.NewLines
	}
	return line + shift
}

// Runs are the parts of a hunk that change lines without a break, each with one unchanged line around it.
func (h *Hunk) Runs() (found []Hunk) {
	for start := 0; start < len(h.Lines); start++ {
		if h.Lines[start].Kind == ' ' {
			continue
		}
		end := start
		for end < len(h.Lines) && h.Lines[end].Kind != ' ' {
			end++
		}
		run := Hunk{Lines: h.Lines[max(0, start-1):min(len(h.Lines), end+1)]}
		for _, line := range run.Lines {
			if line.Old > 0 {
				run.OldStart, run.OldLines = cmp.Or(run.OldStart, line.Old), run.OldLines+1
			}
			if line.New > 0 {
				run.NewStart, run.NewLines = cmp.Or(run.NewStart, line.New), run.NewLines+1
			}
		}
		found = append(found, run)
		start = end
	}
	return found
}
