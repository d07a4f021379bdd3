package yamledit

import (
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// blockCollection changes, deletes and adds items of a block mapping or list of which at
// least one stays.
func (s *splicer) blockCollection(n *yaml.Node, np *nodePlan, items []item) {
	column := s.file.column(items[0].start)
	first, last := -1, -1 // of those that stay
	var cuts []Edit
	for i := 0; i < len(items); i++ {
		if np.items[i].Op != Delete {
			s.item(items[i], np, i)
			if last = i; first < 0 {
				first = i
			}
			continue
		}
		if start, _, blank := s.lineOf(items[i].start); blank {
			cuts = append(cuts, s.headings(items, i, column, func(k int) bool { return np.items[k].Op == Delete })...)
			cuts = append(cuts, Edit{Start: start, End: s.nextLine(s.tail(items[i], column))})
			continue
		}
		// The item shares its line with a dash or "?": what follows is pulled up, a
		// comment line too.
		cut := Edit{Start: items[i].start, End: s.nextText(s.tail(items[i], column))}
		for i+1 < len(items) && np.items[i+1].Op == Delete && cut.End == items[i+1].start {
			i++
			cut.End = s.nextText(s.tail(items[i], column))
		}
		cuts = append(cuts, cut)
	}
	s.cut(cuts, items[first].start)
	if np.grown != nil {
		at := s.tail(items[last], column)
		s.edit(at, at, s.style.lineBreak+strings.Repeat(" ", column)+s.lines(s.style.block(np.grown), column))
	}
}

// nextLine is the start of the line after the offset, which is at the end of a line.
func (s *splicer) nextLine(offset int) int {
	return offset + breakAt(s.src, offset)
}

// nextText is the first text on the lines below the offset.
func (s *splicer) nextText(offset int) int {
	for offset < s.doc.End {
		if n := breakAt(s.src, offset); n > 0 {
			offset += n
		} else if s.src[offset] == ' ' || s.src[offset] == '\t' {
			offset++
		} else {
			break
		}
	}
	return offset
}

// cut deletes whole lines of a collection of which items stay, the first at an offset. Where the last line of a file goes
// that ended without a line break, the break before it goes too. Blank lines that parted what goes from the first item that
// stays go where they would part nothing.
func (s *splicer) cut(cuts []Edit, first int) {
	for i := 0; i < len(cuts); i++ {
		c := cuts[i]
		for opens := c.Start < first && s.opens(c.Start); ; {
			for i+1 < len(cuts) && cuts[i+1].Start == c.End {
				i++
				c.End = cuts[i].End
			}
			end := s.behindBlankLines(c.End)
			if !opens || end == c.End {
				break
			}
			c.End = end
		}
		if c.End == len(s.src) && c.Start > 0 && !endsLine(s.src, c.End) && endsLine(s.src, c.Start) {
			s.used.lastBreak = true
			if !s.way.keepLastBreak {
				c.Start -= breakBefore(s.src, c.Start)
			}
		}
		s.edit(c.Start, c.End, "")
	}
}

func endsLine(src []byte, end int) bool { return breakBefore(src, end) > 0 }

// breakBefore is the length of the line break that ends at an offset.
func breakBefore(src []byte, end int) int {
	for n := min(3, end); n > 0; n-- {
		if breakAt(src, end-n) == n {
			return n
		}
	}
	return 0
}

// opens says whether nothing stands above the start of a line that a blank line would part from what is below: a comment
// that stays.
func (s *splicer) opens(at int) bool {
	if at > s.doc.Start && !endsLine(s.src, at) {
		return false
	}
	above, _, _ := s.lineOf(max(at-breakBefore(s.src, at), 0))
	return !strings.HasPrefix(strings.TrimSpace(string(s.src[above:at])), "#")
}

// behindBlankLines is where the first line starts from an offset on that is not blank.
func (s *splicer) behindBlankLines(at int) int {
	for at < s.doc.End {
		end := lineEnd(s.src, at, s.doc.End)
		if strings.Trim(string(s.src[at:end]), " \t") != "" || s.nextLine(end) == end {
			break
		}
		at = s.nextLine(end)
	}
	return at
}
