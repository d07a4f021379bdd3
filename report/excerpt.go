package report

import (
	"strings"
	"unicode/utf8"
)

// A span is a range of columns in one line: from 1, counted in code points. end is the
// first column behind it; 0 says that only the start is known.
type span struct{ start, end int }

const (
	// tabWidth keeps deeply indented lines on the screen.
	tabWidth = 4
	// maxExcerpt is how wide a source line is shown where the output has no width. Some
	// manifests are one line of a megabyte.
	maxExcerpt = 160
)

// An excerpt is a source line as it is printed, with marks to print under it.
type excerpt struct {
	text  string
	marks string // "" if no span lies in the line
	parts []Part // text, cut where marks begin and end
	cut   bool   // the line is longer than what text shows
}

// newExcerpt shows a line in at most limit columns, cut around the first of its spans.
func newExcerpt(line string, spans []span, limit int) excerpt {
	line = strings.TrimSuffix(line, "\r")
	first := span{start: 1}
	if len(spans) > 0 {
		first = spans[0]
	}
	// Only what could be shown is looked at closely.
	part, skipped, cutAfter := surroundings(line, first.start, limit)
	cells := inertCells(part)
	expandTabs(cells)
	marked := make([]bool, len(cells)+1) // one more: a place may be the end of the line
	focus := [2]int{len(cells), -1}
	for i, s := range spans {
		from, to := s.start-1-skipped, s.end-1-skipped
		if to <= from {
			to = from + 1
		}
		from, to = max(from, 0), min(to, len(cells))
		if from == len(cells) && !cutAfter {
			to = from + 1
		}
		for at := from; at < to; at++ {
			marked[at] = true
		}
		if i == 0 && from < to {
			focus = [2]int{from, to}
		}
	}
	start, end := window(cells, focus, limit, skipped > 0, cutAfter)
	return draw(cells, marked, start, end, skipped > 0 || start > 0, cutAfter || end < len(cells))
}

// surroundings returns the part of the line that lies within limit runes of a column, how
// many runes are before it, and whether some are behind it.
func surroundings(line string, column, limit int) (part string, skipped int, cutAfter bool) {
	if len(line) <= limit {
		return line, 0, false
	}
	at, runes := 0, 0
	for ; runes < column-1 && at < len(line); runes++ {
		_, size := utf8.DecodeRuneInString(line[at:])
		at += size
	}
	from, skipped := at, runes
	for range limit {
		if from == 0 {
			break
		}
		_, size := utf8.DecodeLastRuneInString(line[:from])
		from -= size
		skipped--
	}
	to := at
	for range limit {
		_, size := utf8.DecodeRuneInString(line[to:])
		to += size
	}
	return line[from:to], skipped, to < len(line)
}

func expandTabs(cells []cell) {
	column := 0
	for i := range cells {
		if cells[i].r == '\t' {
			cells[i].width = tabWidth - column%tabWidth
			cells[i].text = strings.Repeat(" ", cells[i].width)
		}
		column += cells[i].width
	}
}

// window chooses which cells to show: all if they fit, else the focus with about twice as
// much behind it as before it.
func window(cells []cell, focus [2]int, limit int, cutBefore, cutAfter bool) (start, end int) {
	total := 0
	for _, c := range cells {
		total += c.width
	}
	if total <= limit && !cutBefore && !cutAfter {
		return 0, len(cells)
	}
	room := limit - 2 // for the two ellipses
	start = min(focus[0], len(cells))
	end = start
	grow := func(to, upTo int) {
		for end < min(to, len(cells)) && room-cells[end].width >= upTo {
			room -= cells[end].width
			end++
		}
	}
	back := func(upTo int) {
		for start > 0 && room-cells[start-1].width >= upTo {
			start--
			room -= cells[start].width
		}
	}
	grow(focus[1], limit/4)
	back(room * 2 / 3)
	grow(len(cells), 0)
	back(0)
	return start, end
}

func draw(cells []cell, marked []bool, start, end int, cutBefore, cutAfter bool) excerpt {
	var text, marks strings.Builder
	var parts []Part
	add := func(more string, marked bool) {
		text.WriteString(more)
		if last := len(parts) - 1; last >= 0 && parts[last].Marked == marked {
			parts[last].Text += more
		} else {
			parts = append(parts, Part{more, marked})
		}
	}
	if cutBefore {
		add(ellipsis, false)
		marks.WriteByte(' ')
	}
	for i := start; i < end; i++ {
		add(cells[i].text, marked[i])
		mark := " "
		if marked[i] {
			mark = "^"
		}
		marks.WriteString(strings.Repeat(mark, cells[i].width))
	}
	if cutAfter {
		add(ellipsis, false)
	} else if marked[len(cells)] {
		marks.WriteByte('^')
	}
	return excerpt{
		text:  strings.TrimRight(text.String(), " "),
		marks: strings.TrimRight(marks.String(), " "),
		parts: parts,
		cut:   cutBefore || cutAfter,
	}
}
