package fix

import (
	"strings"

	"github.com/podmend/podmend/render"
)

// itemsPrinted says whether a source range of a template is a key and a list of which each item was printed in a range of
// text. What only other values print inside of an item goes with it, as if the item alone were deleted.
func (p *templatePull) itemsPrinted(file string, template *render.Template, source [2]int, start, end int) bool {
	dash, ok := dashColumn(template, source[0], source[1])
	if !ok {
		return false
	}
	for _, part := range template.Parts() {
		if part.End <= source[0] || part.Start >= source[1] || p.printedIn(file, part, start, end) {
			continue
		}
		part.Start, part.End = max(part.Start, source[0]), min(part.End, source[1])
		if part.Prints && !continuesItem(template.Source, part, dash) || !part.Action && startsItem(template.Source, part, dash) {
			return false
		}
	}
	return true
}

// dashColumn is where the items start of a list that a range is, behind the line of its key.
func dashColumn(template *render.Template, from, to int) (dash int, ok bool) {
	dash = -1
	key := true
	for _, part := range template.Parts() {
		if part.Action || part.End <= from || part.Start >= to {
			continue
		}
		at := max(part.Start, from)
		for line := range strings.Lines(template.Source[at:min(part.End, to)]) {
			own, whole := indentation(line), columnOf(template.Source, at) == 0
			ink := strings.TrimSpace(line)
			at += len(line)
			item := ink == "-" || strings.HasPrefix(ink, "- ")
			switch {
			case ink == "" || ink[0] == '#' || !whole:
			case key:
				if !strings.HasSuffix(ink, ":") {
					return 0, false
				}
				key = false
			case dash < 0 && item:
				dash = own
			case dash < 0 || own < dash || own == dash && !item:
				return 0, false
			}
		}
	}
	return dash, dash >= 0
}

// continuesItem says whether what an action prints stands inside of an item: behind a key, or indented deeper.
func continuesItem(source string, action render.TemplatePart, dash int) bool {
	if by, ok := indentedBy(source[action.Start:action.End]); ok {
		return by > dash
	}
	line := source[strings.LastIndexByte(source[:action.Start], '\n')+1 : action.Start]
	return indentation(line) > dash && strings.HasSuffix(strings.TrimSpace(line), ":")
}

// startsItem says whether a text holds a line that is indented no deeper than the dashes of a list.
func startsItem(source string, text render.TemplatePart, dash int) bool {
	at := text.Start
	for line := range strings.Lines(source[text.Start:text.End]) {
		if strings.TrimSpace(line) != "" && columnOf(source, at) == 0 && indentation(line) <= dash {
			return true
		}
		at += len(line)
	}
	return false
}
