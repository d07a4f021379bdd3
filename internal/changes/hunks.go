package changes

import (
	"bytes"
	"errors"
	"fmt"
	"io"

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
func hunks(before, after []byte) (found []Hunk, opaque bool, err error) {
	if isBinary(before) || isBinary(after) || len(before)+len(after) > maxText {
		return nil, true, nil
	}
	unified, err := udiff.ToUnifiedDiff("", "", string(before), udiff.Lines(string(before), string(after)), contextLines)
	if err != nil {
		return nil, false, fmt.Errorf("compare line by line: %w", err)
	}
	shift := 0 // the library loses count of the lines between the edits of one hunk
	for _, hunk := range unified.Hunks {
		converted := Hunk{OldStart: hunk.FromLine, NewStart: hunk.FromLine + shift}
		before, after := hunk.FromLine, hunk.FromLine+shift
		for _, line := range hunk.Lines {
			next := Line{Kind: ' ', Text: line.Content}
			if line.Kind != udiff.Insert {
				next.Old = before
				before++
				converted.OldLines++
			}
			if line.Kind != udiff.Delete {
				next.New = after
				after++
				converted.NewLines++
			}
			switch line.Kind {
			case udiff.Insert:
				next.Kind = '+'
			case udiff.Delete:
				next.Kind = '-'
			}
			converted.Lines = append(converted.Lines, next)
		}
		shift += converted.NewLines - converted.OldLines
		found = append(found, converted)
	}
	return found, false, nil
}

// isBinary looks for a zero byte near the beginning, as git does.
func isBinary(content []byte) bool {
	return bytes.IndexByte(content[:min(len(content), 8000)], 0) >= 0
}
