package fix

import (
	"strings"

	"github.com/podmend/podmend/render"
)

// beforeComment is the end of a range without a comment that another part of the template prints on its last line, such as
// behind the end of a block.
func (p *templatePull) beforeComment(start, end int) int {
	span := p.span(end - 1)
	if span == nil || span.Kind != render.SpanLiteral || span.At <= start || !strings.HasPrefix(strings.TrimSpace(p.text[span.At:end]), "#") ||
		strings.Contains(strings.TrimSpace(p.text[span.At:end]), "\n") || p.isLineStart(span.At) {
		return end
	}
	return p.lastInk(span.At-1) + 1
}

// afterComments is the start of a range without comments that another part of the template prints above it.
func (p *templatePull) afterComments(start, end int) int {
	ink := start
	for ink < end && p.text[ink] == '#' {
		line := strings.IndexByte(p.text[ink:end], '\n')
		if line < 0 {
			return start
		}
		ink = p.firstInk(ink + line)
	}
	from, to, err := p.sourceRange(start, min(ink+1, end))
	if err != nil {
		return ink
	}
	template, err := p.templateOf(from.file)
	if err != nil || ink < end && strings.Contains(template.Source[from.offset:to.offset], "{{") {
		return ink
	}
	return start
}
