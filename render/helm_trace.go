package render

import (
	"sort"
)

// A TemplateTrace says which source printed each byte of an object.
type TemplateTrace struct {
	// Within leads from the values of the target to those of the chart that printed the object: the
	// names of subcharts.
	Within []string
	// Chart names the chart as its values layers do.
	Chart  string
	Files  []TemplateFile
	Frames []TemplateFrame
	Spans  []TemplateSpan // in order; each ends where the next one starts
	// Set holds the values behind fields that actions print, as far as they were asked for.
	Set []ValueSource
	// Absent holds the values in which fields are to be set that are missing.
	Absent []ValueSource
	// Switches holds the values that are true and without which fields are not there that templates in archives print.
	Switches []ValueSource
}

// A TemplateFile is a file with templates.
type TemplateFile struct {
	File string // relative to the repository's root; an archive, if Inside is set
	// Inside names the file in the archive, "" for files of the repository.
	Inside string
	// Fetched names the chart, where a release asks for one from elsewhere.
	Fetched string
	// Content is the file's, where it stands in an archive.
	Content []byte
	// Vendor is the repository that the chart was copied from, "" if it is at home here.
	Vendor string
}

// A TemplateFrame is a running template: that of a file, or a named one with the action that
// included it.
type TemplateFrame struct {
	Define string // "" for the template of a file
	// Parent is the index of the frame with the action that included this one, -1 if there is none.
	Parent int
	// File, Start and End are where the action stands that included it.
	File, Start, End int
}

// A SpanKind says what printed a span.
type SpanKind int8

// The kinds of spans.
const (
	SpanUnknown SpanKind = iota // white space that a function added, or nobody knows
	SpanLiteral                 // text of a template, byte for byte from Start
	SpanAction                  // the output of the action from Start to End
)

// A TemplateSpan is a range of bytes that one place printed.
type TemplateSpan struct {
	At         int // first byte in the object's text
	Kind       SpanKind
	File       int // index in Files
	Frame      int // index in Frames
	Start, End int // byte range in the file
}

// SpanAt returns the index of the span that printed the byte at an offset, -1 if there is none.
func (t *TemplateTrace) SpanAt(at int) int {
	return sort.Search(len(t.Spans), func(i int) bool { return t.Spans[i].At > at }) - 1
}

// source returns where the byte at an offset of the rendered text stands literally.
func (t *TemplateTrace) source(at int) (span *TemplateSpan, offset int, ok bool) {
	i := t.SpanAt(at)
	if i < 0 || t.Spans[i].Kind != SpanLiteral {
		return nil, 0, false
	}
	span = &t.Spans[i]
	return span, span.Start + at - span.At, true
}

// part returns the trace of the bytes from start to end.
func (t *TemplateTrace) part(start, end int) *TemplateTrace {
	part := &TemplateTrace{Within: t.Within, Chart: t.Chart, Files: t.Files, Frames: t.Frames}
	for i := max(t.SpanAt(start), 0); i < len(t.Spans) && t.Spans[i].At < end; i++ {
		span := t.Spans[i]
		if cut := start - span.At; cut > 0 {
			if span.Kind == SpanLiteral {
				span.Start += cut
			}
			span.At = start
		}
		span.At -= start
		part.Spans = append(part.Spans, span)
	}
	return part
}

// agrees says whether the marked text is the plain one. What actions print may differ by as many
// bytes: some charts print digests of marked templates, or something else each time.
func (t *TemplateTrace) agrees(plain, marked string) bool {
	if plain == marked {
		return true
	}
	if len(plain) != len(marked) {
		return false
	}
	for i, span := range t.Spans {
		end := len(plain)
		if i+1 < len(t.Spans) {
			end = t.Spans[i+1].At
		}
		if span.Kind != SpanAction && plain[span.At:end] != marked[span.At:end] {
			return false
		}
	}
	return true
}

// compact drops the files and frames that no span needs.
func (t *TemplateTrace) compact() *TemplateTrace {
	compact := &TemplateTrace{Within: t.Within}
	files, frames := map[int]int{}, map[int]int{-1: -1}
	file := func(old int) int {
		if _, known := files[old]; !known {
			files[old] = len(compact.Files)
			compact.Files = append(compact.Files, t.Files[old])
		}
		return files[old]
	}
	var frame func(old int) int
	frame = func(old int) int {
		if _, known := frames[old]; !known {
			moved := t.Frames[old]
			moved.Parent, moved.File = frame(moved.Parent), file(moved.File)
			frames[old] = len(compact.Frames)
			compact.Frames = append(compact.Frames, moved)
		}
		return frames[old]
	}
	for _, span := range t.Spans {
		span.Frame = frame(span.Frame)
		if span.Kind != SpanUnknown {
			span.File = file(span.File)
		}
		compact.Spans = append(compact.Spans, span)
	}
	return compact
}
