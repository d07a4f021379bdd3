package fix

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// errLeavesParts says that a deletion would take away what other values would print, or leave it
// without what is around it.
var errLeavesParts = errors.New("other values would print more there")

// delete takes whole lines away, entry by entry: between two entries a template may hold others that
// it did not print.
func (p *templatePull) delete(start, end int) ([]FileEdit, error) {
	var edits []FileEdit
	for _, entry := range entries(p.text[start:end]) {
		edit, err := p.deleteLines(start+entry.start, start+entry.end)
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

// loose asks that a mapping entry that is to be deleted holds nothing that only other values print,
// and that nothing behind it belongs to it.
func (p *templatePull) loose(edit *FileEdit, start, end int) error {
	source, skipped, err := p.source(edit.File)
	if err != nil {
		return err
	}
	from, to := edit.Start-skipped, edit.End-skipped
	own := indentation(strings.TrimLeft(source[from:], "\n"))
	if at := strings.LastIndexByte(source[:from], '\n') + 1; strings.TrimSpace(source[at:from]) == "" {
		own = indentation(source[at:])
	}
	parts := render.TemplateParts(source)
	for i, part := range parts {
		switch {
		case part.End <= from:
		case part.Start < to:
			text := strings.TrimSpace(source[max(part.Start, from):min(part.End, to)])
			if (part.Prints || !part.Action && text != "") && !p.printedIn(edit.File, part, start, end) {
				return errLeavesParts
			}
			if part.End > to {
				rest := part
				rest.Start = to
				return p.ends(source, append([]render.TemplatePart{rest}, parts[i+1:]...), own)
			}
		default:
			return p.ends(source, parts[i:], own)
		}
	}
	return nil
}

// printedIn says whether a part of a template printed something in a range.
func (p *templatePull) printedIn(file string, part render.TemplatePart, start, end int) bool {
	for i := max(p.trace.SpanAt(start), 0); i < len(p.trace.Spans) && p.trace.Spans[i].At < end; i++ {
		span := &p.trace.Spans[i]
		if span.Kind != render.SpanUnknown && p.trace.Files[span.File].File == file && span.Start < part.End && span.End > part.Start {
			return true
		}
		for frame := span.Frame; frame >= 0; frame = p.trace.Frames[frame].Parent {
			included := &p.trace.Frames[frame]
			if included.End > 0 && p.trace.Files[included.File].File == file && included.Start == part.Start {
				return true
			}
		}
	}
	return false
}

var indentFunction = regexp.MustCompile(`n?indent\s+(\d+)`)

// ends asks that what follows an entry of an indentation does not go on with it.
func (p *templatePull) ends(source string, parts []render.TemplatePart, own int) error {
	for _, part := range parts {
		text := source[part.Start:part.End]
		switch {
		case !part.Action:
			for line := range strings.Lines(text) {
				if ink := strings.TrimSpace(line); ink == "" || strings.HasPrefix(ink, "#") {
					continue
				}
				at := indentation(line)
				if line == text[:len(line)] { // what stands before it on its line is trimmed
					at = part.Start - strings.LastIndexByte(source[:part.Start], '\n') - 1 + at
				}
				if at > own || strings.HasPrefix(line[indentation(line):], "- ") && at >= own {
					return errLeavesParts
				}
				return nil
			}
		case part.Word == "end" || part.Word == "else":
			return nil
		case part.Prints:
			if match := indentFunction.FindStringSubmatch(text); match != nil {
				if by, err := strconv.Atoi(match[1]); err == nil && by > own {
					return errLeavesParts
				}
			}
			return errLeavesParts
		}
	}
	return nil
}

// deleteItems takes list items away and leaves the key of an emptied list, behind which a template
// may print others.
func (p *templatePull) deleteItems(rendered *yamledit.File, doc int, changes []yamledit.Change) ([]FileEdit, []yamledit.Change, error) {
	var edits []FileEdit
	var rest []yamledit.Change
	for _, change := range changes {
		if change.Op != yamledit.Delete || !change.Path[len(change.Path)-1].List {
			rest = append(rest, change)
			continue
		}
		found, ok := rendered.Find(doc, change.Path)
		if !ok {
			return nil, nil, errNotInTemplate
		}
		start := strings.LastIndexByte(p.text[:found.Value.Offset], '\n') + 1
		end := len(p.text)
		if at := strings.IndexByte(p.text[found.Value.End:], '\n'); at >= 0 {
			end = found.Value.End + at + 1
		}
		if before := strings.TrimSpace(p.text[start:found.Value.Offset]); before != "-" || p.text[max(found.Value.End-1, 0)] == '\n' && p.lastInk(found.Value.End-1) < start {
			return nil, nil, errNotInTemplate
		}
		if p.text[found.Value.End-1] == '\n' {
			end = found.Value.End
		}
		edit, err := p.deleteLines(start, end)
		if err != nil {
			return nil, nil, err
		}
		edits = append(edits, edit)
	}
	return edits, rest, nil
}
