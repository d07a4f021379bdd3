package yamledit

import (
	"encoding/json"
	"errors"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// A layout says where the text of each node of a document starts and ends, which the
// YAML package does not tell.
type layout struct {
	spans map[*yaml.Node]span
	items map[*yaml.Node][]item // of collections
	err   error
}

// A span is where a node stands.
type span struct {
	start int // of the text, anchor and tag included
	body  int // of the text after anchor and tag; of a block collection, its first item
	end   int // of the text; block scalars and collections end with their last line's text

	holder holder
}

// A holder is what a value stands in.
type holder struct {
	after  int  // offset behind the value's ":" or "-"; -1 at the root or without any
	column int  // of the enclosing block collection, -1 at the root
	flow   bool // inside a flow collection
	list   bool // a list item
}

// An item is an entry of a mapping or an item of a list.
type item struct {
	key, value *yaml.Node // key is nil in a list
	start      int        // of the "?", the key, the "-", or the item in a flow list
	end        int        // of the text
	comma      int        // offset of the "," behind it in a flow collection, or -1
}

var errLayout = errors.New("the text does not look as its tree says")

// layoutOf finds the places of a document's nodes when they are first asked for.
func (f *File) layoutOf(d *Document) *layout {
	d.shape.once.Do(func() {
		l := &layout{spans: map[*yaml.Node]span{}, items: map[*yaml.Node][]item{}}
		d.shape.layout = l
		if d.Root == nil {
			l.err = errLayout
			return
		}
		t := &tracer{file: f, layout: l, end: d.End, pos: f.offset(d.Root)}
		t.node(d.Root, holder{after: -1, column: -1})
		l.err = t.err
		if l.err == nil && d.Root.Style&yaml.FlowStyle != 0 {
			d.shape.json = json.Valid(textOf(f.Src, d))
		}
	})
	return d.shape.layout
}

// A tracer follows the tree through the text.
type tracer struct {
	file   *File
	layout *layout
	pos    int // behind what has been read
	end    int // of the document
	err    error
}

func (t *tracer) fail() {
	if t.err == nil {
		t.err = errLayout
	}
	t.pos = t.end
}

// peek is the byte at pos, 0 at the end.
func (t *tracer) peek() byte {
	if t.pos >= t.end {
		return 0
	}
	return t.file.Src[t.pos]
}

// blankAt says that white space or the end stands at the offset.
func (t *tracer) blankAt(i int) bool {
	return i >= t.end || t.file.Src[i] == ' ' || t.file.Src[i] == '\t' || breakAt(t.file.Src, i) > 0
}

// gap skips white space and comments.
func (t *tracer) gap() {
	src := t.file.Src
	for t.pos < t.end {
		switch n := breakAt(src, t.pos); {
		case n > 0:
			t.pos += n
		case src[t.pos] == ' ' || src[t.pos] == '\t':
			t.pos++
		case src[t.pos] == '#':
			t.pos = lineEnd(src, t.pos, t.end)
		default:
			return
		}
	}
}

// lineEnd is the offset of the YAML line break at or after i, or the end.
func lineEnd(src []byte, i, end int) int {
	for i < end && breakAt(src, i) == 0 {
		i++
	}
	return i
}

// node traces a node. A node without text stands at pos; others say where they start.
func (t *tracer) node(n *yaml.Node, h holder) {
	if t.err != nil {
		return
	}
	if isBare(n) {
		t.layout.spans[n] = span{start: t.pos, body: t.pos, end: t.pos, holder: h}
		return
	}
	start := t.file.offset(n)
	if start < t.pos || start > t.end {
		t.fail()
		return
	}
	s := span{start: start, holder: h}
	t.pos = start
	t.properties(n)
	s.body = t.pos
	switch n.Kind {
	case yaml.AliasNode:
		t.pos += 1 + len(n.Value)
	case yaml.ScalarNode:
		t.scalar(n, h.column)
	case yaml.MappingNode, yaml.SequenceNode:
		t.collection(n, h)
		if items := t.layout.items[n]; n.Style&yaml.FlowStyle == 0 && len(items) > 0 {
			s.body = items[0].start
		}
	default:
		t.fail()
	}
	s.end = t.pos
	if s.end > t.end {
		t.fail()
	}
	t.layout.spans[n] = s
}

// properties skips the node's anchor and tag and goes to what follows them.
func (t *tracer) properties(n *yaml.Node) {
	anchor, tag := n.Anchor != "", n.Style&yaml.TaggedStyle != 0
	// The tag "!" leaves no trace in the node; no other text starts with it.
	plainTag := n.Kind == yaml.ScalarNode || n.Style&yaml.FlowStyle != 0
	for {
		switch c := t.peek(); {
		case c == '&' && anchor:
			anchor = false
			t.pos += 1 + len(n.Anchor)
		case c == '!' && (tag || plainTag):
			tag, plainTag = false, false
			for !t.blankAt(t.pos) {
				t.pos++
			}
		default:
			return
		}
		last := t.pos
		t.gap()
		if c := t.peek(); isEmptyScalar(n) && !(c == '&' && anchor || c == '!' && tag) {
			t.pos = last
			return
		}
	}
}

func (t *tracer) collection(n *yaml.Node, h holder) {
	switch {
	case n.Style&yaml.FlowStyle == 0 && n.Kind == yaml.MappingNode:
		t.blockMapping(n)
	case n.Style&yaml.FlowStyle == 0:
		t.blockList(n)
	default:
		t.flow(n, h.column)
	}
}
