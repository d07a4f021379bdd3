package yamledit

import (
	"bytes"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// flowCollection changes, deletes and adds items of a flow mapping or list of which at
// least one stays.
func (s *splicer) flowCollection(n *yaml.Node, np *nodePlan, items []item) {
	last := -1
	for i := range items {
		if np.items[i].Op != Delete {
			s.item(items[i], np, i)
			last = i
		}
	}
	for i := 0; i < len(items); i++ {
		if np.items[i].Op != Delete {
			continue
		}
		first := i
		for i+1 < len(items) && np.items[i+1].Op == Delete {
			i++
		}
		if s.flowCut(items, first, i) {
			for k := first; k <= i; k++ {
				s.edits = append(s.edits, s.headings(items, k, s.file.column(items[k].start), func(k int) bool { return np.items[k].Op == Delete })...)
			}
		}
	}
	if np.grown != nil {
		s.flowGrow(n, np.grown, items, last)
	}
}

// flowCut deletes the items from first to last with their commas: by lines if they stand
// on lines of their own, which it tells, so that comments on other lines stay.
func (s *splicer) flowCut(items []item, first, last int) (ownLines bool) {
	atEnd := last == len(items)-1
	if atEnd && items[last].comma < 0 {
		// The comma before the deleted items has nothing to part any more.
		comma := items[first-1].comma
		if s.flowLines(items, first, last) {
			s.edit(comma, comma+1, "")
			return true
		}
		if only := s.src[comma+1 : items[first].start]; len(bytes.TrimSpace(only)) == 0 {
			s.edit(comma, items[last].end, "")
			return false
		}
		s.edit(comma, comma+1, "")
		s.edit(items[first].start, items[last].end, "")
		return false
	}
	if s.flowLines(items, first, last) {
		return true
	}
	if atEnd {
		// A comma stood behind the last item; the one before takes its place.
		if before := items[first-1].comma; len(bytes.TrimSpace(s.src[before+1:items[first].start])) == 0 {
			s.edit(before+1, items[last].comma+1, "")
			return false
		}
		s.edit(items[first].start, items[last].comma+1, "")
		return false
	}
	end := items[last].comma + 1
	for end < items[last+1].start && (s.src[end] == ' ' || s.src[end] == '\t') {
		end++
	}
	s.edit(items[first].start, end, "")
	return false
}

// flowLines deletes whole lines if the items have some to themselves.
func (s *splicer) flowLines(items []item, first, last int) bool {
	if s.flowRow(items, first, last) {
		return true
	}
	var cuts []Edit
	for i := first; i <= last; i++ {
		start, _, blank := s.lineOf(items[i].start)
		if !blank {
			return false
		}
		end := max(items[i].end, items[i].comma+1)
		rest := s.restOfLine(end)
		if breakAt(s.src, rest) == 0 {
			return false
		}
		cuts = append(cuts, Edit{Start: start, End: s.nextLine(rest)})
	}
	s.edits = append(s.edits, cuts...)
	return true
}

// flowRow deletes items that fill one line together.
func (s *splicer) flowRow(items []item, first, last int) bool {
	start, _, blank := s.lineOf(items[first].start)
	end := max(items[last].end, items[last].comma+1)
	rest := s.restOfLine(end)
	if !blank || breakAt(s.src, rest) == 0 || !s.sameLine(items[first].start, items[last].start) {
		return false
	}
	s.edit(start, s.nextLine(rest), "")
	return true
}

// flowGrow adds items behind the last kept one, on lines of their own if that has one.
func (s *splicer) flowGrow(n *yaml.Node, grown any, items []item, last int) {
	it := items[last]
	_, indent, ownLine := s.lineOf(it.start)
	spread := ownLine && bytes.ContainsAny(s.src[s.layout.spans[n].start:it.start], "\r\n")
	var texts []string
	switch v := grown.(type) {
	case *object:
		colon := ": "
		if s.style.tight {
			colon = ":"
		}
		for _, p := range v.pairs {
			texts = append(texts, s.style.scalar(p.key, true)+colon+s.flowText(p.value, spread, indent))
		}
	case *list:
		for _, v := range v.items {
			texts = append(texts, s.flowText(v, spread, indent))
		}
	}
	between := ", "
	if s.style.tight {
		between = ","
	}
	if spread {
		between = "," + s.style.lineBreak + indent
	}
	text := ""
	for _, t := range texts {
		text += between + t
	}
	// A comment behind the last item stays with it.
	end := max(it.end, it.comma+1)
	rest := s.restOfLine(end)
	if !spread || rest == end || it.comma >= 0 && last < len(items)-1 {
		s.edit(it.end, it.end, text)
		return
	}
	if it.comma < 0 {
		s.edit(it.end, it.end, ",")
		s.edit(rest, rest, text[1:])
		return
	}
	s.edit(rest, rest, text[1:]+",")
}

func (s *splicer) flowText(v any, spread bool, indent string) string {
	if spread && s.style.json {
		return s.style.spread(v, indent)
	}
	return s.style.line(v)
}
