package fix

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/podmend/podmend/render"
)

// loose asks that a mapping entry that is to be deleted holds nothing that only other values print,
// and that nothing behind it belongs to it.
func (p *templatePull) loose(edit *FileEdit, start, end int) error {
	template, err := p.template(edit.File)
	if err != nil {
		return err
	}
	source := template.Source
	from, to := edit.Start-template.Skipped, edit.End-template.Skipped
	own := indentation(strings.TrimLeft(source[from:], "\n"))
	if at := strings.LastIndexByte(source[:from], '\n') + 1; strings.TrimSpace(source[at:from]) == "" {
		own = indentation(source[at:])
	}
	if !p.allPrinted(edit.File, template, from, to, start, end) && !p.itemsPrinted(edit.File, template, [2]int{from, to}, start, end) {
		return errLeavesParts
	}
	return ends(template, to, own)
}

// replaceable widens a range whose text is replaced to what goes with it: all of a hostPath. It asks
// that what is emptied holds nothing that only other values print, and that nothing behind several
// lines belongs to them.
func (p *templatePull) replaceable(from, to templatePlace, start, end int, added string) (templatePlace, templatePlace, error) {
	template, err := p.templateOf(from.file)
	if err != nil {
		return from, to, err
	}
	source := template.Source
	last := p.lastInk(end - 1)
	severalLines := strings.Contains(p.text[start:last+1], "\n") && (last+1 == len(p.text) || p.text[last+1] == '\n')
	ink := strings.TrimSpace(added)
	if key := strings.LastIndex(source[:from.offset], "hostPath:"); severalLines && ink == "{}" && key >= 0 && strings.HasSuffix(p.text[:p.lastInk(start-1)+1], "hostPath:") {
		key += len("hostPath:")
		own := keyColumn(source, key)
		from.offset = key
		to.offset = belonging(template, closed(template, key, to.offset, own), own)
		for _, part := range template.Parts() {
			if at, _ := firstInkColumn(source, part); !part.Action && part.Start > key && part.End <= to.offset && at >= 0 && at <= own {
				return from, to, errLeavesParts
			}
		}
	} else if (ink == "{}" || ink == "[]") && !strings.HasSuffix(strings.TrimRight(source[:from.offset], " "), ":") {
		return from, to, errLeavesParts // it would stand behind an action, away from its key
	} else if (ink == "" || ink == "{}" || ink == "[]") && !p.allPrinted(p.trace.Files[from.file].File, template, from.offset, to.offset, start, end) {
		return from, to, errLeavesParts
	}
	if ink == "" && doublesComma(template, from.offset, to.offset) {
		return from, to, errLeavesParts
	}
	if severalLines {
		at := from.offset
		if ink == "" { // what goes may start with the line break before it
			at += len(source[at:]) - len(strings.TrimLeft(source[at:], " \r\n"))
		}
		err = ends(template, to.offset, keyColumn(source, at))
	}
	return from, to, err
}

// doublesComma says whether a deletion leaves a comma that other values print right behind another one, or behind the
// bracket that opens a list: [{{ if .Values.more }}, more{{ end }}].
func doublesComma(template *render.Template, from, to int) bool {
	before := byte(0)
	for _, part := range template.Parts() {
		if part.Action {
			continue
		}
		if text := strings.TrimSpace(template.Source[part.Start:max(part.Start, min(part.End, from))]); text != "" {
			before = text[len(text)-1]
		}
		if text := strings.TrimSpace(template.Source[min(part.End, max(part.Start, to)):part.End]); text != "" {
			return text[0] == ',' && strings.IndexByte("[{,", before) >= 0
		}
	}
	return false
}

// keyColumn is the indentation of the key on the line of an offset, behind the dash of a list item.
func keyColumn(source string, at int) int {
	line := source[strings.LastIndexByte(source[:at], '\n')+1:]
	return len(line) - len(strings.TrimLeft(line, " -"))
}

func columnOf(source string, at int) int { return at - strings.LastIndexByte(source[:at], '\n') - 1 }

// allPrinted says whether each part of a range of a template printed something in a range of text.
func (p *templatePull) allPrinted(file string, template *render.Template, from, to, start, end int) bool {
	for _, part := range template.Parts() {
		if part.End <= from || part.Start >= to {
			continue
		}
		text := strings.TrimSpace(template.Source[max(part.Start, from):min(part.End, to)])
		if (part.Prints || !part.Action && text != "") && !p.printedIn(file, part, start, end) {
			return false
		}
	}
	return true
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

// belonging returns where what belongs to an entry of an indentation ends, if it ends at least at an
// offset: whole blocks and actions behind it print what is indented deeper.
func belonging(template *render.Template, end, own int) int {
	source, depth := template.Source, 0
	for _, part := range template.Parts() {
		if part.End <= end {
			continue
		}
		part.Start = max(part.Start, end)
		switch part.Word {
		case "if", "with", "range":
			depth++
			continue
		case "end":
			if depth--; depth == 0 {
				end = part.End
			}
		}
		by, ok := indentedBy(source[part.Start:part.End])
		at, _ := firstInkColumn(source, part)
		switch {
		case depth < 0 || depth == 0 && part.Word == "else":
			return end
		case part.Prints && depth == 0:
			if !ok || by <= own {
				return end
			}
			end = part.End
		case part.Prints && (ok && by <= own || !ok && columnOf(source, part.Start) <= own),
			!part.Action && at >= 0 && (depth == 0 || at <= own):
			return end
		}
	}
	return end
}

// closed returns where the last block ends that opens in a range, if nothing but ends of blocks follows the range until
// there, or other branches of what is indented deeper than own; else the range's end.
func closed(template *render.Template, from, to, own int) int {
	source, depth := template.Source, 0
	for _, part := range template.Parts() {
		if part.End <= from {
			continue
		}
		behind := part.Start >= to
		if behind && depth <= 0 {
			return to
		}
		at, _ := firstInkColumn(source, part)
		switch {
		case part.Word == "end":
			if depth--; behind && depth == 0 {
				return part.End
			}
		case part.Word == "if" || part.Word == "with" || part.Word == "range":
			depth++
		case !behind || strings.TrimSpace(source[part.Start:part.End]) == "":
		case own < 0 || !part.Action && at >= 0 && at <= own || part.Prints && columnOf(source, part.Start) <= own:
			return to
		}
	}
	return to
}

// firstInkColumn is the column of the first text of a part of a template that is no comment, -1 if
// it has none, and whether a list item starts there.
func firstInkColumn(source string, part render.TemplatePart) (column int, item bool) {
	at := part.Start
	for line := range strings.Lines(source[part.Start:part.End]) {
		if ink := strings.TrimSpace(line); ink != "" && !strings.HasPrefix(ink, "#") {
			return columnOf(source, at+indentation(line)), strings.HasPrefix(ink, "- ")
		}
		at += len(line)
	}
	return -1, false
}

// indentedBy is the number that an action passes to indent or nindent.
func indentedBy(action string) (int, bool) {
	match := indentFunction.FindStringSubmatch(action)
	if match == nil {
		return 0, false
	}
	by, err := strconv.Atoi(match[1])
	return by, err == nil
}

var indentFunction = regexp.MustCompile(`n?indent\s+(\d+)`)

// ends asks that what follows an entry of an indentation does not go on with it.
func ends(template *render.Template, to, own int) error {
	source := template.Source
	for _, part := range template.Parts() {
		if part.End <= to {
			continue
		}
		part.Start = max(part.Start, to)
		switch {
		case !part.Action:
			if at, item := firstInkColumn(source, part); at > own || item && at >= own {
				return errLeavesParts
			} else if at >= 0 {
				return nil
			}
		case part.Word == "end" || part.Word == "else":
			return nil
		case part.Prints:
			if by, ok := indentedBy(source[part.Start:part.End]); ok && by < own {
				return nil
			}
			return errLeavesParts
		}
	}
	return nil
}
