package fix

import (
	"errors"
	"strings"

	"github.com/podmend/podmend/internal/yamledit"
)

// errLeavesParts says that a deletion would take away what other values would print, or leave it
// without what is around it.
var errLeavesParts = errors.New("other values would print more there")

// delete takes whole lines away, entry by entry: between two entries a template may hold others that
// it did not print.
func (p *templatePull) delete(start, end int) ([]FileEdit, error) {
	var edits []FileEdit
	for _, entry := range entries(p.text[start:end]) {
		edit, err := p.deleteLines(start+entry.start, start+entry.end, entry.item)
		if err != nil {
			return nil, err
		}
		if !entry.item {
			if err := p.loose(&edit, start+entry.start, start+entry.end); err != nil {
				return nil, err
			}
		}
		edits = append(edits, edit)
	}
	return edits, nil
}

// An entry is the lines of a list item or mapping entry with the comments above it.
type entry struct {
	start, end int
	item       bool
}

// entries splits lines into list items or mapping entries of the indentation of the first.
func entries(text string) (found []entry) {
	indent, isItem := -1, false
	at, comments := 0, -1 // comments start where no entry has started since
	for line := range strings.Lines(text) {
		own := indentation(line)
		ink := strings.TrimSpace(line)
		item := strings.HasPrefix(ink, "- ") || ink == "-"
		starts := false
		switch {
		case ink == "":
		case ink[0] == '#':
			if comments < 0 && (indent < 0 || own == indent) {
				comments = at
			}
		case indent < 0:
			indent, isItem, starts = own, item, true
		default:
			starts = own == indent && item == isItem
			if !starts {
				comments = -1
			}
		}
		if starts {
			from := at
			if comments >= 0 {
				from = comments
			}
			if len(found) > 0 {
				found[len(found)-1].end = from
			}
			found = append(found, entry{from, at, isItem})
			comments = -1
		}
		at += len(line)
	}
	if len(found) == 0 {
		return []entry{{0, len(text), true}} // comments alone
	}
	found[0].start = 0
	found[len(found)-1].end = len(text)
	return found
}

// deleteItems takes list items away and leaves the key of an emptied list, behind which a template
// may print others.
func (p *templatePull) deleteItems(rendered *yamledit.File, doc int, items []yamledit.Change) ([]FileEdit, error) {
	var edits []FileEdit
	for _, change := range items {
		found, ok := rendered.Find(doc, change.Path)
		if !ok {
			return nil, errNotInTemplate
		}
		start := strings.LastIndexByte(p.text[:found.Value.Offset], '\n') + 1
		end := len(p.text)
		if at := strings.IndexByte(p.text[found.Value.End:], '\n'); at >= 0 {
			end = found.Value.End + at + 1
		}
		if before := strings.TrimSpace(p.text[start:found.Value.Offset]); before != "-" || p.text[max(found.Value.End-1, 0)] == '\n' && p.lastInk(found.Value.End-1) < start {
			return nil, errNotInTemplate
		}
		if p.text[found.Value.End-1] == '\n' {
			end = found.Value.End
		}
		edit, err := p.deleteLines(p.commentsAbove(start), end, true)
		if err != nil {
			return nil, err
		}
		edits = append(edits, edit)
	}
	return edits, nil
}

// commentsAbove is where the comments right above a line start that are indented like it.
func (p *templatePull) commentsAbove(start int) int {
	own := indentation(p.text[start:])
	for start > 0 {
		above := strings.LastIndexByte(p.text[:start-1], '\n') + 1
		if line := p.text[above:start]; indentation(line) != own || line[own] != '#' {
			break
		}
		start = above
	}
	return start
}
