package fix

import (
	"bytes"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"github.com/podmend/podmend/internal/yamledit"
)

// lineEdits turns byte edits, sorted and without overlap, into edits of whole lines that leave out
// the lines which are the same on both sides.
func lineEdits(before []byte, edits []yamledit.Edit) []udiff.Edit {
	var lines []udiff.Edit
	for i := 0; i < len(edits); {
		start := bytes.LastIndexByte(before[:edits[i].Start], '\n') + 1
		end := lineEnd(before, edits[i].End)
		var text strings.Builder
		at := start
		for ; i < len(edits) && edits[i].Start <= end; i++ {
			text.Write(before[at:edits[i].Start])
			text.WriteString(edits[i].NewText)
			at = edits[i].End
			end = max(end, lineEnd(before, at))
		}
		text.Write(before[at:end])
		lines = append(lines, trimmed(string(before[start:end]), text.String(), start))
	}
	return lines
}

// lineEnd is the offset behind the line that holds offset at.
func lineEnd(text []byte, at int) int {
	if at > 0 && text[at-1] == '\n' {
		return at
	}
	if i := bytes.IndexByte(text[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(text)
}

// trimmed is the edit at offset start from old to new lines, without equal lines at both ends.
func trimmed(before, after string, start int) udiff.Edit {
	was, is := strings.SplitAfter(before, "\n"), strings.SplitAfter(after, "\n")
	for len(was) > 0 && len(is) > 0 && was[0] == is[0] {
		start += len(was[0])
		was, is = was[1:], is[1:]
	}
	for len(was) > 0 && len(is) > 0 && was[len(was)-1] == is[len(is)-1] {
		was, is = was[:len(was)-1], is[:len(is)-1]
	}
	old := strings.Join(was, "")
	return udiff.Edit{Start: start, End: start + len(old), New: strings.Join(is, "")}
}
