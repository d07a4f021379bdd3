package yamledit

import (
	"bytes"
	"encoding/json"
	"sort"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// A splicing is one of several ways to write the same changes.
type splicing struct {
	keepLastBreak bool // end with a line break although the file did not
	override      bool // set a merged key beside the merge key
}

// What a splicing met, which tells if another one is worth a try.
type splicingUsed struct {
	shared, merged, lastBreak bool
}

// A splicer collects the edits of one document.
type splicer struct {
	file   *File
	doc    *Document
	src    []byte
	layout *layout
	plan   *plan
	style  style
	way    splicing
	used   splicingUsed
	edits  []Edit
}

func (f *File) splice(d *Document, changes []Change, way splicing) ([]Edit, splicingUsed, error) {
	p, err := newPlan(d.Root, changes, way.override)
	if err != nil {
		return nil, splicingUsed{}, err
	}
	s := &splicer{file: f, doc: d, src: f.Src, layout: d.shape.layout, plan: p, way: way}
	s.used.shared, s.used.merged = p.shared, p.merged
	s.style = s.styleOf()
	if p.root != nil {
		s.replace(d.Root, ordered(p.root.Value))
	} else {
		s.walk(d.Root)
	}
	return tidy(s.src, s.edits), s.used, nil
}

func (f *File) isJSON(d *Document) bool {
	f.layoutOf(d)
	return d.shape.json
}

func isJSONText(text []byte) bool { return json.Valid(text) }

func (s *splicer) edit(start, end int, text string) {
	s.edits = append(s.edits, Edit{Start: start, End: end, NewText: text})
}

// walk makes the planned changes below a node.
func (s *splicer) walk(n *yaml.Node) {
	np := s.plan.nodes[n]
	if np == nil {
		for _, child := range n.Content {
			s.walk(child)
		}
		return
	}
	items := s.layout.items[n]
	kept := 0
	for i := range items {
		if c, ok := np.items[i]; !ok || c.Op != Delete {
			kept++
		}
	}
	switch {
	case kept > 0 && n.Style&yaml.FlowStyle != 0:
		s.flowCollection(n, np, items)
	case kept > 0:
		s.blockCollection(n, np, items)
	case np.grown != nil:
		s.replace(n, np.grown)
	case n.Kind == yaml.SequenceNode:
		s.replace(n, &list{})
	default:
		s.replace(n, &object{})
	}
}

// item makes the change of one kept item.
func (s *splicer) item(it item, np *nodePlan, i int) {
	c, changed := np.items[i]
	if !changed {
		if it.key != nil {
			s.walk(it.key)
		}
		s.walk(it.value)
		return
	}
	if c.Op == Rename {
		key := s.layout.spans[it.key]
		text := s.style.scalar(c.Key, key.holder.flow)
		if it.key.Style&yaml.DoubleQuotedStyle != 0 {
			text = jsonText(c.Key)
		}
		s.edit(key.start, key.end, text)
	}
	s.replace(it.value, ordered(c.Value))
}

// styleOf looks at how the document is written.
func (s *splicer) styleOf() style {
	st := style{lineBreak: "\n", step: "  ", json: s.doc.shape.json}
	text := s.src[s.doc.Start:s.doc.End]
	if !bytes.ContainsAny(text, "\r\n") {
		text = s.src
	}
	if i := bytes.IndexAny(text, "\r\n"); i >= 0 && text[i] == '\r' {
		st.lineBreak = string(text[i : i+breakAt(text, i)])
	}
	if items := s.layout.items[s.doc.Root]; st.json && len(items) > 0 {
		if _, indent, first := s.lineOf(items[0].start); first && indent != "" {
			st.step = indent
		}
		after := s.layout.spans[items[0].value].holder.after
		st.tight = after >= 0 && s.layout.spans[items[0].value].start == after
	}
	s.measure(s.doc.Root, &st)
	if st.unit < 0 || st.unit == 0 {
		st.unit = 2
	}
	return st
}

// measure finds the first mapping and the first list in a mapping.
func (s *splicer) measure(n *yaml.Node, st *style) {
	var unit int
	var list, compact bool
	var visit func(n *yaml.Node)
	visit = func(n *yaml.Node) {
		for _, it := range s.layout.items[n] {
			v := s.layout.spans[it.value]
			items := s.layout.items[it.value]
			if it.key != nil && it.value.Style&yaml.FlowStyle == 0 && len(items) > 0 {
				deeper := s.file.column(items[0].start) - v.holder.column
				if it.value.Kind == yaml.SequenceNode && !list {
					list, compact = true, deeper == 0
				} else if it.value.Kind == yaml.MappingNode && unit == 0 && deeper <= 8 {
					unit = deeper
				}
			}
			if unit == 0 || !list {
				visit(it.value)
			}
		}
	}
	visit(n)
	st.unit, st.compact = unit, compact
}

// lineOf gives the start of an offset's line, the text between, and whether that is
// blank.
func (s *splicer) lineOf(offset int) (start int, before string, blank bool) {
	start = s.file.breaks[max(sort.SearchInts(s.file.breaks, offset+1)-1, 0)]
	before = string(s.src[start:offset])
	return start, before, strings.Trim(before, " \t") == ""
}

// restOfLine is the end of the line if nothing but blanks and a comment stand behind the
// offset, else the offset.
func (s *splicer) restOfLine(offset int) int {
	i := offset
	for i < s.doc.End && (s.src[i] == ' ' || s.src[i] == '\t') {
		i++
	}
	switch {
	case i >= s.doc.End || breakAt(s.src, i) > 0:
		return i
	case s.src[i] == '#':
		return lineEnd(s.src, i, s.doc.End)
	}
	return offset
}

// tail is where an item's lines end, without the break: behind a comment on its last
// line and, for a nested value, behind comment lines below that are deeper than the item.
func (s *splicer) tail(it item, column int) int {
	end := s.restOfLine(max(it.end, it.comma+1))
	if it.value.Style&yaml.FlowStyle != 0 || len(it.value.Content) == 0 {
		return end
	}
	for at := end; at < s.doc.End; {
		at += breakAt(s.src, at)
		text := at
		for text < s.doc.End && s.src[text] == ' ' {
			text++
		}
		next := lineEnd(s.src, text, s.doc.End)
		switch {
		case text < s.doc.End && s.src[text] == '#' && text-at > column:
			end = next
		case len(bytes.Trim(s.src[text:next], " \t")) > 0:
			return end
		}
		if next == at {
			if breakAt(s.src, at) == 0 {
				return end
			}
		}
		at = next
	}
	return end
}
