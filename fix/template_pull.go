package fix

import (
	"errors"
	"regexp"
	"strings"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// errNotInTemplate says that a range of rendered text has no counterpart in one template.
var errNotInTemplate = errors.New("the text comes from several places of the chart, or out of an action")

// A templatePull translates edits of a rendered object into edits of the templates that printed it.
type templatePull struct {
	trace    *render.TemplateTrace
	text     string
	template func(file string) (*render.Template, error)
}

// edits translates an edit of the rendered text. The error is errNotInTemplate, errLeavesParts, or
// says that a template cannot be read.
func (p *templatePull) edits(edit yamledit.Edit) ([]FileEdit, error) {
	if edit.Start < edit.End && edit.NewText == "" && p.isLineStart(edit.Start) && (p.isLineStart(edit.End) || edit.End == len(p.text)) {
		return p.delete(edit.Start, edit.End)
	}
	pulled, err := p.edit(edit)
	if err == nil && edit.NewText == "" && edit.End == len(p.text) {
		err = p.widenLast(&pulled)
	}
	return []FileEdit{pulled}, err
}

// widenLast takes the lines of an object's end away as they stand in the template: they come with the line break before
// them, and other lines may follow there.
func (p *templatePull) widenLast(edit *FileEdit) error {
	template, err := p.template(edit.File)
	if err != nil {
		return err
	}
	start, end := edit.Start-template.Skipped, edit.End-template.Skipped
	start += len(lineBreak.FindString(template.Source[start:end]))
	if from, to := wholeLines(template.Source, start, end); from != start || to != end {
		edit.Start, edit.End = from+template.Skipped, to+template.Skipped
	}
	return nil
}

var lineBreak = regexp.MustCompile(`^\r?\n`)

func (p *templatePull) edit(edit yamledit.Edit) (FileEdit, error) {
	start, end, added := edit.Start, edit.End, edit.NewText
	if start == end {
		return p.insert(start, added)
	}
	if replaced, ok := p.action(edit); ok {
		return replaced, nil
	}
	// What stays the same at both ends is no part of the edit.
	for start < end && added != "" && p.text[start] == added[0] {
		start, added = start+1, added[1:]
	}
	for start < end && added != "" && p.text[end-1] == added[len(added)-1] {
		end, added = end-1, added[:len(added)-1]
	}
	if start == end {
		return p.insert(start, added)
	}
	end = p.beforeComment(start, end)
	from, to, err := p.sourceRange(start, end)
	if err != nil {
		return FileEdit{}, err
	}
	if from, to, err = p.replaceable(from, to, start, end, added); err != nil {
		return FileEdit{}, err
	}
	if added, err = p.indented(added, start, from); err != nil {
		return FileEdit{}, err
	}
	return p.checked(from.file, from.offset, to.offset, added)
}

func (p *templatePull) isLineStart(at int) bool { return at == 0 || p.text[at-1] == '\n' }

// A templatePlace is an offset in a template.
type templatePlace struct {
	file, frame, offset int
}

// sourceRange finds the source of a range: it starts and ends with text of one template, or with
// the whole output of an action in it.
func (p *templatePull) sourceRange(start, end int) (from, to templatePlace, err error) {
	from, ok := p.startOf(start)
	if !ok {
		return from, to, errNotInTemplate
	}
	to, ok = p.endOf(end)
	if !ok {
		return from, to, errNotInTemplate
	}
	if from.frame != to.frame {
		from, to, ok = p.lift(from, to, start, end)
	}
	if !ok || from.file != to.file || from.offset > to.offset {
		return from, to, errNotInTemplate
	}
	if template, err := p.templateOf(from.file); err == nil {
		to.offset = closed(template, from.offset, to.offset, -1)
	}
	return from, to, nil
}

// startOf is the place of the byte at an offset, if a range may start there.
func (p *templatePull) startOf(at int) (templatePlace, bool) {
	span := p.span(at)
	if span == nil {
		return templatePlace{}, false
	}
	switch span.Kind {
	case render.SpanLiteral:
		return templatePlace{span.File, span.Frame, span.Start + at - span.At}, true
	case render.SpanAction:
		if strings.TrimSpace(p.text[span.At:at]) == "" {
			return templatePlace{span.File, span.Frame, span.Start}, true
		}
	}
	return templatePlace{}, false
}

// endOf is the place behind the byte before an offset, if a range may end there.
func (p *templatePull) endOf(at int) (templatePlace, bool) {
	span := p.span(at - 1)
	if span == nil {
		return templatePlace{}, false
	}
	switch span.Kind {
	case render.SpanLiteral:
		return templatePlace{span.File, span.Frame, span.Start + at - span.At}, true
	case render.SpanAction:
		if strings.TrimSpace(p.text[at:p.spanEnd(at-1)]) == "" {
			return templatePlace{span.File, span.Frame, span.End}, true
		}
	}
	return templatePlace{}, false
}

func (p *templatePull) span(at int) *render.TemplateSpan {
	if i := p.trace.SpanAt(at); i >= 0 {
		return &p.trace.Spans[i]
	}
	return nil
}

func (p *templatePull) spanEnd(at int) int {
	if i := p.trace.SpanAt(at) + 1; i < len(p.trace.Spans) {
		return p.trace.Spans[i].At
	}
	return len(p.text)
}

// lift replaces places in named templates by the actions that include these, until both places are
// in one frame. Nothing else that such an action prints may be left out.
func (p *templatePull) lift(from, to templatePlace, start, end int) (templatePlace, templatePlace, bool) {
	common := p.commonFrame(from.frame, to.frame)
	if common < 0 {
		return from, to, false
	}
	for from.frame != common {
		frame := p.trace.Frames[from.frame]
		if before := start - 1; before >= 0 && p.hasFrame(p.lastInk(before), from.frame) {
			return from, to, false
		}
		from = templatePlace{frame.File, frame.Parent, frame.Start}
	}
	for to.frame != common {
		frame := p.trace.Frames[to.frame]
		if p.hasFrame(p.firstInk(end), to.frame) {
			return from, to, false
		}
		to = templatePlace{frame.File, frame.Parent, frame.End}
	}
	return from, to, true
}

func (p *templatePull) commonFrame(a, b int) int {
	above := map[int]bool{}
	for ; a >= 0; a = p.trace.Frames[a].Parent {
		above[a] = true
	}
	for ; b >= 0; b = p.trace.Frames[b].Parent {
		if above[b] {
			return b
		}
	}
	return -1
}

// hasFrame says whether the byte at an offset was printed in a frame or below it.
func (p *templatePull) hasFrame(at, frame int) bool {
	span := p.span(at)
	if at < 0 || at >= len(p.text) || span == nil {
		return false
	}
	for own := span.Frame; own >= 0; own = p.trace.Frames[own].Parent {
		if own == frame {
			return true
		}
	}
	return false
}

// lastInk is the last byte up to an offset that is no white space, -1 if there is none.
func (p *templatePull) lastInk(at int) int {
	return len(strings.TrimRight(p.text[:at+1], " \t\r\n")) - 1
}

// firstInk is the first byte from an offset on that is no white space.
func (p *templatePull) firstInk(at int) int {
	return len(p.text) - len(strings.TrimLeft(p.text[at:], " \t\r\n"))
}

// deleteLines takes whole lines away: in the template, the lines that hold nothing else. With a list
// item goes what other values print behind it as part of it.
func (p *templatePull) deleteLines(start, end int, item bool) (FileEdit, error) {
	start = p.afterComments(p.firstInk(start), end)
	end = p.beforeComment(start, p.lastInk(end-1)+1)
	if start >= end {
		return FileEdit{}, errNotInTemplate
	}
	from, to, err := p.sourceRange(start, end)
	if err != nil {
		return FileEdit{}, err
	}
	template, err := p.templateOf(from.file)
	if err != nil {
		return FileEdit{}, err
	}
	if item {
		to.offset = belonging(template, to.offset, columnOf(template.Source, from.offset))
	}
	a, b := wholeLines(template.Source, from.offset, to.offset)
	return p.checked(from.file, a, b, "")
}

// wholeLines widens a range to the lines that hold nothing else but white space and comments that
// belong to it.
func wholeLines(source string, start, end int) (int, int) {
	lineStart := strings.LastIndexByte(source[:start], '\n') + 1
	lineEnd := len(source)
	if at := strings.IndexByte(source[end:], '\n'); at >= 0 {
		lineEnd = end + at + 1
	}
	rest := strings.TrimSpace(source[end:lineEnd])
	if strings.TrimSpace(source[lineStart:start]) != "" || rest != "" && (!strings.HasPrefix(rest, "#") || strings.Contains(rest, "{{")) {
		return start, end
	}
	if lineEnd == len(source) && !strings.HasSuffix(source, "\n") && lineStart > 0 {
		return lineStart - 1, lineEnd
	}
	return lineStart, lineEnd
}

func indentation(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// templateOf reads a template that may be edited: those in archives are none.
func (p *templatePull) templateOf(index int) (*render.Template, error) {
	file := &p.trace.Files[index]
	if file.Inside != "" {
		return nil, errNotInTemplate
	}
	return p.template(file.File)
}

// checked makes the edit if it leaves the template's actions whole.
func (p *templatePull) checked(index, start, end int, added string) (FileEdit, error) {
	template, err := p.templateOf(index)
	if err != nil {
		return FileEdit{}, err
	}
	if !template.WholeActions(start, end) {
		return FileEdit{}, errNotInTemplate
	}
	return FileEdit{p.trace.Files[index].File, yamledit.Edit{Start: start + template.Skipped, End: end + template.Skipped, NewText: added}}, nil
}
