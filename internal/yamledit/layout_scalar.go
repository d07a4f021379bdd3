package yamledit

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// scalar goes behind the scalar at pos. The column is that of the enclosing block
// collection.
func (t *tracer) scalar(n *yaml.Node, column int) {
	switch {
	case n.Style&yaml.DoubleQuotedStyle != 0:
		t.quoted('"')
	case n.Style&yaml.SingleQuotedStyle != 0:
		t.quoted('\'')
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		t.blockScalar(column)
	default:
		t.plain(n.Value)
	}
}

func (t *tracer) quoted(quote byte) {
	if t.peek() != quote {
		t.fail()
		return
	}
	for t.pos++; t.pos < t.end; t.pos++ {
		switch c := t.file.Src[t.pos]; {
		case c == '\\' && quote == '"':
			t.pos++
		case c == quote && quote == '\'' && t.pos+1 < t.end && t.file.Src[t.pos+1] == quote:
			t.pos++
		case c == quote:
			t.pos++
			return
		}
	}
	t.fail()
}

// plain follows the value through the text: they differ in white space only, as line
// breaks are folded and a comment ends the scalar.
func (t *tracer) plain(value string) {
	at := t.pos
	for _, r := range value {
		if unicode.IsSpace(r) || r == '\u2028' || r == '\u2029' {
			continue
		}
		for at < t.end && t.blankAt(at) {
			at += max(1, breakAt(t.file.Src, at))
		}
		got, size := utf8.DecodeRune(t.file.Src[min(at, t.end):t.end])
		// Space that is no YAML white space is part of the text.
		for unicode.IsSpace(got) && size > 0 {
			at += size
			got, size = utf8.DecodeRune(t.file.Src[at:t.end])
		}
		if got != r {
			t.fail()
			return
		}
		at += size
		t.pos = at
	}
	// What follows could only be such space.
	for t.pos < t.end {
		got, size := utf8.DecodeRune(t.file.Src[t.pos:t.end])
		if !unicode.IsSpace(got) || t.blankAt(t.pos) {
			return
		}
		t.pos += size
	}
}

// blockScalar goes to the end of the last line of a literal or folded scalar, by the
// same rules as the YAML scanner. Empty lines at the end count if they are kept ("+").
func (t *tracer) blockScalar(column int) {
	src := t.file.Src
	header := t.pos
	t.pos = lineEnd(src, t.pos, t.end)
	indent, keep := 0, false
	for _, c := range src[header+1 : t.pos] {
		if c == '+' {
			keep = true
		} else if c >= '1' && c <= '9' {
			indent = max(column, 0) + int(c-'0')
		} else if c != '-' {
			break
		}
	}
	// An empty text ends with its header, without the comment there.
	last := header + len(bytes.TrimRight(src[header:t.pos], " \t"))
	if hash := bytes.IndexByte(src[header:t.pos], '#'); hash >= 0 {
		last = header + len(bytes.TrimRight(src[header:header+hash], " \t"))
	}
	at, widest := t.pos+breakAt(src, t.pos), 0
	for at < t.end {
		text := at
		for text < t.end && src[text] == ' ' && (indent == 0 || text-at < indent) {
			text++
		}
		widest = max(widest, text-at)
		if n := breakAt(src, text); n > 0 {
			if keep {
				last = text
			}
			at = text + n
			continue
		}
		if indent == 0 {
			indent = max(widest, column+1, 1)
		}
		if text-at != indent || text == t.end {
			break
		}
		last = lineEnd(src, text, t.end)
		at = last + breakAt(src, last)
	}
	t.pos = last
}
