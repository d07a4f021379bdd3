package render

import (
	"strings"
	"unicode/utf8"
)

// unmarkedText is what a marked template printed: the text without marks, and the marks by where
// they stood in it.
type unmarkedText struct {
	text  string
	marks []standingMark
}

type standingMark struct{ at, number int }

// unmark takes the marks out of a printed text.
func unmark(printed string) unmarkedText {
	var result unmarkedText
	var b strings.Builder
	b.Grow(len(printed))
	for {
		start := strings.IndexRune(printed, markStart)
		if start < 0 {
			b.WriteString(printed)
			result.text = b.String()
			return result
		}
		b.WriteString(printed[:start])
		printed = printed[start+utf8.RuneLen(markStart):]
		number := 0
		for {
			r, size := utf8.DecodeRuneInString(printed)
			if r < markZero || r > markZero+9 || number > 1<<30 {
				break
			}
			number = number*10 + int(r-markZero)
			printed = printed[size:]
		}
		result.marks = append(result.marks, standingMark{b.Len(), number})
	}
}

// A spanReader follows the marks of a printed text and says what printed its parts.
type spanReader struct {
	marker *templateMarker
	text   string
	trace  *TemplateTrace
	frame  int
	// units of the frames, by their index
	units []int
}

// spansOf traces a text that a marked template printed.
func (m *templateMarker) spansOf(printed unmarkedText) *TemplateTrace {
	r := &spanReader{marker: m, text: printed.text, trace: &TemplateTrace{}, frame: -1}
	if len(printed.marks) == 0 {
		return r.trace
	}
	r.emit(TemplateSpan{At: 0, Frame: -1})
	for i, standing := range printed.marks {
		if standing.number >= len(m.marks) {
			continue
		}
		end := len(r.text)
		var next *sourceMark
		if i+1 < len(printed.marks) {
			end = printed.marks[i+1].at
			if number := printed.marks[i+1].number; number < len(m.marks) {
				next = &m.marks[number]
			}
		}
		var before *sourceMark
		if i > 0 && printed.marks[i-1].number < len(m.marks) {
			before = &m.marks[printed.marks[i-1].number]
		}
		mark := &m.marks[standing.number]
		r.enter(mark, before)
		r.read(mark, next, standing.at, end)
	}
	return r.trace
}

func (r *spanReader) emit(span TemplateSpan) {
	spans := r.trace.Spans
	if len(spans) > 0 && spans[len(spans)-1].At == span.At {
		spans[len(spans)-1] = span
		return
	}
	r.trace.Spans = append(spans, span)
}

// enter follows a mark into its frame: the running one, one that the action before it opened, or
// one that goes on after those above it have ended.
func (r *spanReader) enter(mark, before *sourceMark) {
	m := r.marker
	if before != nil && before.pieceEnd < 0 && before.unit == r.currentUnit() {
		caller := m.units[before.unit]
		file := &m.files[caller.file]
		call, isCall := file.calls[before.token]
		callee := m.units[mark.unit]
		if isCall && callee.define == call.name && (mark.unit != before.unit || mark.token == callee.first) {
			token := file.tokens[before.token]
			r.push(mark.unit, TemplateFrame{Define: callee.define, Parent: r.frame, File: caller.file, Start: token.start, End: token.end})
			return
		}
	}
	for frame := r.frame; frame >= 0; frame = r.trace.Frames[frame].Parent {
		if r.units[frame] == mark.unit {
			r.frame = frame
			return
		}
	}
	callee := m.units[mark.unit]
	r.push(mark.unit, TemplateFrame{Define: callee.define, Parent: r.frame, File: callee.file})
}

func (r *spanReader) currentUnit() int {
	if r.frame < 0 {
		return -1
	}
	return r.units[r.frame]
}

func (r *spanReader) push(unit int, frame TemplateFrame) {
	r.trace.Frames = append(r.trace.Frames, frame)
	r.units = append(r.units, unit)
	r.frame = len(r.trace.Frames) - 1
}

// read says what printed the text between a mark and the next one.
func (r *spanReader) read(mark, next *sourceMark, start, end int) {
	if start == end {
		return
	}
	m := r.marker
	unit := m.units[mark.unit]
	file := &m.files[unit.file]
	text := r.text[start:end]
	if mark.pieceEnd >= 0 {
		piece := file.source[mark.offset:mark.pieceEnd]
		literal := TemplateSpan{At: start, Kind: SpanLiteral, File: unit.file, Frame: r.frame, Start: mark.offset, End: mark.pieceEnd}
		switch {
		case strings.HasPrefix(text, piece):
			r.emit(literal)
			if len(text) > len(piece) {
				r.emit(TemplateSpan{At: start + len(piece), Frame: r.frame})
			}
		case strings.HasPrefix(piece, text):
			literal.End = mark.offset + len(text)
			r.emit(literal)
		default:
			r.emit(TemplateSpan{At: start, Frame: r.frame})
		}
		return
	}
	token := file.tokens[mark.token]
	r.emit(TemplateSpan{At: start, Kind: SpanAction, File: unit.file, Frame: r.frame, Start: token.start, End: token.end})
	if next == nil || next.unit == mark.unit {
		return
	}
	// The first mark of a named template may have been trimmed away: what stands before its next
	// mark is then its text.
	callee := m.units[next.unit]
	if call, ok := file.calls[mark.token]; !ok || call.name != callee.define {
		return
	}
	source := m.files[callee.file].source[m.files[callee.file].tokens[next.token].textStart:next.offset]
	rest := strings.TrimLeft(text, " \t\r\n")
	indent := 0 // of the next line, which a function added
	if strings.HasSuffix(source, "\n") {
		indent = len(rest) - len(strings.TrimRight(rest, " "))
	}
	rest = rest[:len(rest)-indent]
	if rest != "" && strings.HasSuffix(source, rest) {
		at := end - indent - len(rest)
		frame := TemplateFrame{Define: callee.define, Parent: r.frame, File: unit.file, Start: token.start, End: token.end}
		r.push(next.unit, frame)
		r.emit(TemplateSpan{At: at, Kind: SpanLiteral, File: callee.file, Frame: r.frame, Start: next.offset - len(rest), End: next.offset})
		if indent > 0 {
			r.emit(TemplateSpan{At: end - indent, Frame: r.frame})
		}
	}
}
