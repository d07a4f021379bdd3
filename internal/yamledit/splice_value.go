package yamledit

import (
	"bytes"
	"regexp"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// replace gives a node a new value, at its place, with its anchor but without its tag,
// which belonged to the old value.
func (s *splicer) replace(n *yaml.Node, v any) {
	sp := s.layout.spans[n]
	start, anchor := sp.body, ""
	if n.Kind != yaml.AliasNode && n.Style&yaml.TaggedStyle != 0 {
		start = sp.start
		if n.Anchor != "" {
			anchor = "&" + n.Anchor + " "
		}
	}
	oldBlock := n.Style&yaml.FlowStyle == 0 && len(n.Content) > 0
	// An emptied or empty collection becomes a block in a file of blocks.
	newBlock := isNested(v) && !sp.holder.flow && !s.style.json &&
		(n.Style&yaml.FlowStyle == 0 || len(n.Content) == 0)
	switch {
	case sp.holder.flow || s.style.json || !oldBlock && !newBlock:
		s.inlineForInline(n, start, anchor, v)
	case !newBlock:
		s.inlineForBlock(n, v)
	case oldBlock:
		s.blockForBlock(n, v)
	default:
		s.blockForInline(n, start, v)
	}
}

// inlineForInline replaces the value's own text.
func (s *splicer) inlineForInline(n *yaml.Node, start int, anchor string, v any) {
	sp := s.layout.spans[n]
	text := s.style.line(v)
	switch {
	case !sp.holder.flow && !s.style.json && !isNested(v):
		text = s.style.blockLine(v)
	case isNested(v) && s.isSpread(n):
		_, before, _ := s.lineOf(sp.start)
		indent := before[:len(before)-len(strings.TrimLeft(before, " \t"))]
		text = s.style.spread(v, indent)
	}
	if quoted, ok := inQuotesOf(n, v); ok && !s.style.json {
		text = quoted
	}
	if start < sp.end {
		s.edit(start, sp.end, anchor+text+s.headerComment(n))
		return
	}
	// An empty value: behind its colon or dash, or its anchor.
	switch {
	case sp.holder.flow && sp.holder.after < 0 && !sp.holder.list:
		text = ": " + text
	case sp.end > 0 && s.src[sp.end-1] != ' ':
		text = " " + text
	}
	s.edit(sp.end, sp.end, text)
}

// inQuotesOf writes a string in the quotes of the scalar that it replaces.
func inQuotesOf(n *yaml.Node, v any) (string, bool) {
	text, ok := v.(string)
	if !ok || n.Kind != yaml.ScalarNode || !plainInQuotes.MatchString(text) {
		return "", false
	}
	switch {
	case n.Style&yaml.SingleQuotedStyle != 0:
		return "'" + text + "'", true
	case n.Style&yaml.DoubleQuotedStyle != 0:
		return `"` + text + `"`, true
	}
	return "", false
}

// plainInQuotes matches what stands for itself in quotes of either kind.
var plainInQuotes = regexp.MustCompile(`^[A-Za-z0-9_./:-]*$`)

// isSpread says that the lines of the flow collection's own kind of file are spread: the
// old value, or if that is on one line, the JSON document.
func (s *splicer) isSpread(n *yaml.Node) bool {
	sp := s.layout.spans[n]
	if bytes.ContainsAny(s.src[sp.start:sp.end], "\r\n") {
		return true
	}
	root := s.layout.spans[s.doc.Root]
	return s.style.json && bytes.ContainsAny(s.src[root.start:root.end], "\r\n")
}

// headerComment is the comment behind the "|" of a block scalar.
func (s *splicer) headerComment(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode || n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 {
		return ""
	}
	body := s.layout.spans[n].body
	header := s.src[body:lineEnd(s.src, body, s.layout.spans[n].end)]
	if i := bytes.IndexByte(header, '#'); i >= 0 {
		return " " + strings.TrimRight(string(header[i:]), " \t")
	}
	return ""
}

// inlineForBlock puts a short value where a block collection was. The comment on the
// line of the key stays, what stood in the collection goes.
func (s *splicer) inlineForBlock(n *yaml.Node, v any) {
	sp := s.layout.spans[n]
	end := s.tail(item{value: n, end: sp.end}, sp.holder.column)
	at := s.holderEnd(n)
	if at < 0 || s.sameLine(at, sp.body) {
		s.edit(sp.body, end, s.style.blockLine(v))
		return
	}
	s.dropTag(n)
	s.edit(at, at, " "+s.style.blockLine(v))
	s.edit(s.restOfLine(at), end, "")
}

// dropTag takes the tag away that stands on the line above a block collection.
func (s *splicer) dropTag(n *yaml.Node) {
	if n.Style&yaml.TaggedStyle == 0 {
		return
	}
	from, anchor := s.layout.spans[n].start, ""
	if n.Anchor != "" {
		anchor = " &" + n.Anchor
	}
	to := s.holderEnd(n)
	for from > 0 && (s.src[from-1] == ' ' || s.src[from-1] == '\t') {
		from--
	}
	s.edit(from, to, anchor)
}

// holderEnd is the offset behind the colon or dash that holds the value, or behind the
// value's anchor and tag; -1 at the root.
func (s *splicer) holderEnd(n *yaml.Node) int {
	sp := s.layout.spans[n]
	if sp.start < sp.body && (n.Anchor != "" || n.Style&yaml.TaggedStyle != 0) {
		return sp.start + len(bytes.TrimRight(s.properties(n), " \t\r\n"))
	}
	return sp.holder.after
}

// properties is the text of the node's anchor and tag, up to a comment or line break.
func (s *splicer) properties(n *yaml.Node) []byte {
	sp := s.layout.spans[n]
	text := s.src[sp.start:lineEnd(s.src, sp.start, sp.body)]
	if i := bytes.Index(text, []byte(" #")); i >= 0 {
		text = text[:i]
	}
	return text
}

func (s *splicer) sameLine(a, b int) bool {
	return lineEnd(s.src, a, b) == b
}

// blockForBlock replaces a block collection by another, in its column.
func (s *splicer) blockForBlock(n *yaml.Node, v any) {
	sp := s.layout.spans[n]
	end := s.tail(item{value: n, end: sp.end}, sp.holder.column)
	column := s.file.column(sp.body)
	start, first := sp.body, ""
	s.dropTag(n)
	if _, isObject := v.(*object); isObject && column <= sp.holder.column {
		// The list stood in the column of its key, where a mapping cannot.
		column = sp.holder.column + s.style.unit
		start, _, _ = s.lineOf(sp.body)
		first = strings.Repeat(" ", column)
	}
	s.edit(start, end, first+s.lines(s.style.block(v), column))
}

// lines joins lines; all but the first are indented to the column.
func (s *splicer) lines(lines []string, column int) string {
	return strings.Join(lines, s.style.lineBreak+strings.Repeat(" ", column))
}

// blockForInline puts a block collection where a short value was: behind a dash on the
// same line, else on new lines below, so that a comment on the line stays there.
func (s *splicer) blockForInline(n *yaml.Node, start int, v any) {
	sp := s.layout.spans[n]
	h := sp.holder
	block := s.style.block(v)
	rest := s.restOfLine(sp.end)
	keepsAnchor := n.Kind != yaml.AliasNode && n.Anchor != ""
	if h.list && !keepsAnchor && s.sameLine(h.after, start) {
		gap := ""
		if start == h.after {
			gap = " "
		}
		column := s.file.column(start) + len(gap)
		s.edit(start, sp.end, gap+block[0]+s.headerComment(n))
		if len(block) > 1 {
			indent := strings.Repeat(" ", column)
			s.edit(rest, rest, s.style.lineBreak+indent+s.lines(block[1:], column))
		}
		return
	}
	column := max(h.column, 0) + s.style.unit
	if h.column < 0 {
		column = 0
	}
	if _, isList := v.(*list); isList && !h.list && h.column >= 0 && s.style.compact {
		column = h.column
	}
	indent := strings.Repeat(" ", column)
	if _, _, blank := s.lineOf(sp.start); blank && h.column < 0 {
		s.edit(start, sp.end, s.lines(block, column)+s.headerComment(n))
		return
	}
	anchor := ""
	if start < sp.body && n.Anchor != "" {
		anchor = " &" + n.Anchor
	}
	from := start
	for from > 0 && (s.src[from-1] == ' ' || s.src[from-1] == '\t') {
		from--
	}
	s.edit(from, sp.end, anchor+s.headerComment(n))
	s.edit(rest, rest, s.style.lineBreak+indent+s.lines(block, column))
}
