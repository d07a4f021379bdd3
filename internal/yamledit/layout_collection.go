package yamledit

import (
	"bytes"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// childStart goes to where the next child's text starts and says where that is.
func (t *tracer) childStart() int {
	t.gap()
	return t.pos
}

// isIndicator says that c stands at pos with white space behind it.
func (t *tracer) isIndicator(c byte) bool {
	return t.peek() == c && t.blankAt(t.pos+1)
}

func (t *tracer) blockMapping(n *yaml.Node) {
	column := -1
	for i := 0; i+1 < len(n.Content) && t.err == nil; i += 2 {
		it := item{key: n.Content[i], value: n.Content[i+1], start: t.childStart(), comma: -1}
		if column < 0 {
			column = t.file.column(it.start)
		}
		h := holder{after: -1, column: column}
		explicit := t.isIndicator('?')
		if explicit {
			t.pos++
		}
		t.keyNode(it.key, h)
		keyEnd := t.pos
		if explicit {
			t.gap()
		} else {
			t.blanks()
		}
		switch {
		case t.isIndicator(':'):
			t.pos++
			h.after = t.pos
		case explicit && isBare(it.value):
			t.pos = keyEnd
		default:
			t.fail()
		}
		t.node(it.value, h)
		it.end = t.pos
		t.layout.items[n] = append(t.layout.items[n], it)
	}
}

// keyNode traces a key. A key with the tag "!" is refused: it makes 0 a text, and the
// tree does not show that.
func (t *tracer) keyNode(n *yaml.Node, h holder) {
	t.node(n, h)
	s := t.layout.spans[n]
	if t.err == nil && n.Style&yaml.TaggedStyle == 0 && bytes.IndexByte(t.file.Src[s.start:s.body], '!') >= 0 {
		t.fail()
	}
}

func (t *tracer) blanks() {
	for t.peek() == ' ' || t.peek() == '\t' {
		t.pos++
	}
}

func (t *tracer) blockList(n *yaml.Node) {
	column := -1
	for _, child := range n.Content {
		if t.err != nil {
			return
		}
		it := item{value: child, start: t.childStart(), comma: -1}
		if !t.isIndicator('-') {
			t.fail()
			return
		}
		if column < 0 {
			column = t.file.column(it.start)
		}
		t.pos++
		t.node(child, holder{after: t.pos, column: column, list: true})
		it.end = t.pos
		t.layout.items[n] = append(t.layout.items[n], it)
	}
}

// flow traces a flow collection and the pair that stands for a mapping in [a: b].
func (t *tracer) flow(n *yaml.Node, column int) {
	if n.Kind == yaml.MappingNode && t.isSinglePair(n) {
		t.flowPair(n, 0, column)
		return
	}
	open := t.peek()
	if open != '{' && open != '[' {
		t.fail()
		return
	}
	t.pos++
	for i := 0; i < len(n.Content) && t.err == nil; i++ {
		if n.Kind == yaml.MappingNode {
			t.flowPair(n, i, column)
			i++
		} else {
			it := item{value: n.Content[i], start: t.childStart(), comma: -1}
			t.node(it.value, holder{after: -1, column: column, flow: true, list: true})
			it.end = t.pos
			t.layout.items[n] = append(t.layout.items[n], it)
		}
		t.gap()
		if items := t.layout.items[n]; t.peek() == ',' && len(items) > 0 {
			items[len(items)-1].comma = t.pos
			t.pos++
		}
	}
	t.gap()
	// In ASCII, "}" and "]" come two behind their openers.
	if t.peek() != open+2 {
		t.fail()
		return
	}
	t.pos++
}

func (t *tracer) isSinglePair(n *yaml.Node) bool {
	if t.peek() != '{' {
		return true
	}
	return len(n.Content) > 0 && !isBare(n.Content[0]) && t.file.offset(n.Content[0]) == t.pos
}

// flowPair traces the entry whose key is the i-th child.
func (t *tracer) flowPair(n *yaml.Node, i, column int) {
	it := item{key: n.Content[i], value: n.Content[i+1], start: t.childStart(), comma: -1}
	h := holder{after: -1, column: column, flow: true}
	if t.peek() == '?' && (isBare(it.key) || t.file.offset(it.key) > t.pos) {
		t.pos++
	}
	t.keyNode(it.key, h)
	keyEnd := t.pos
	t.gap()
	if t.peek() == ':' {
		t.pos++
		h.after = t.pos
	} else {
		t.pos = keyEnd
	}
	t.node(it.value, h)
	it.end = t.pos
	t.layout.items[n] = append(t.layout.items[n], it)
}
