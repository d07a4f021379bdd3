package changes

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"github.com/go-git/go-git/v5/plumbing/object"
)

var errTooLarge = errors.New("the file is too large")

func contentOf(entry object.ChangeEntry) (content []byte, err error) {
	if entry.Name == "" {
		return nil, nil
	}
	file, err := entry.Tree.TreeEntryFile(&entry.TreeEntry)
	if err != nil {
		return nil, err
	}
	if file.Size > maxFile {
		return nil, errTooLarge
	}
	reader, err := file.Reader()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, reader.Close()) }()
	content = make([]byte, 0, file.Size)
	buffer := bytes.NewBuffer(content)
	if _, err := io.Copy(buffer, reader); err != nil {
		return nil, err
	}
	return buffer.Bytes(), nil
}

// Unchanged lines around a change, and the size in bytes from which files are not compared by line.
const (
	contextLines = 3
	maxText      = 4 << 20
)

// hunks compares two texts line by line; opaque says that one of them is none, or too large.
func hunks(before, after []byte) (found []Hunk, opaque bool) {
	if isBinary(before) || isBinary(after) || len(before)+len(after) > maxText {
		return nil, true
	}
	was, is := compareLines(string(before), string(after))
	// Between two hunks stand more lines than both show around their changes.
	var open *Hunk
	shown := 0 // lines of the old text that are in a hunk already
	for i, j := 0, 0; i < len(was.lines) || j < len(is.lines); {
		if !was.at(i) && !is.at(j) {
			i, j = i+1, j+1
			continue
		}
		start := max(shown, i-contextLines)
		if open == nil || start > shown {
			found = append(found, Hunk{OldStart: start + 1, NewStart: j - (i - start) + 1})
			open = &found[len(found)-1]
		}
		open.context(was, start, i)
		for ; was.at(i); i++ {
			open.add(Line{Kind: '-', Old: i + 1, Text: was.lines[i]})
		}
		for ; is.at(j); j++ {
			open.add(Line{Kind: '+', New: j + 1, Text: is.lines[j]})
		}
		shown = i
		for shown < len(was.lines) && shown < i+contextLines && !was.at(shown) && !is.at(j+shown-i) {
			shown++
		}
		open.context(was, i, shown)
		i, j = shown, j+shown-i
	}
	return found, false
}

// context adds unchanged lines, which follow those that the hunk has.
func (h *Hunk) context(was *side, from, to int) {
	for ; from < to; from++ {
		h.add(Line{Kind: ' ', Old: from + 1, New: h.NewStart + h.NewLines, Text: was.lines[from]})
	}
}

func (h *Hunk) add(line Line) {
	h.Lines = append(h.Lines, line)
	if line.Kind != '+' {
		h.OldLines++
	}
	if line.Kind != '-' {
		h.NewLines++
	}
}

// compareLines says which lines of two texts differ, as git shows it.
func compareLines(before, after string) (was, is *side) {
	was, is = newSide(before), newSide(after)
	at := 0 // in the bytes of before
	i, j := 0, 0
	for _, edit := range udiff.Lines(before, after) {
		same := strings.Count(before[at:edit.Start], "\n")
		i, j = i+same, j+same
		for range strings.SplitAfter(strings.TrimSuffix(before[edit.Start:edit.End], "\n"), "\n") {
			if edit.Start < edit.End {
				was.changed[i] = true
				i++
			}
		}
		for range strings.SplitAfter(strings.TrimSuffix(edit.New, "\n"), "\n") {
			if edit.New != "" {
				is.changed[j] = true
				j++
			}
		}
		at = edit.End
	}
	slide(was, is)
	return was, is
}

func newSide(text string) *side {
	lines := strings.SplitAfter(text, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return &side{lines, make([]bool, len(lines))}
}

// isBinary looks for a zero byte near the beginning, as git does.
func isBinary(content []byte) bool {
	return bytes.IndexByte(content[:min(len(content), 8000)], 0) >= 0
}
