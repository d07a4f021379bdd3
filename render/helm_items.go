package render

import (
	"bytes"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

// A cutLine is a line of the text of an item of a List, without the indentation that it has in the list.
type cutLine struct {
	at         int // in the text of the item
	start, end int // in that of the list
}

// keepItemTexts gives the items of a List the text that a template printed for them, where that says the same by itself:
// only of such a text it is known what printed it.
func keepItemTexts(text string, items []Object) {
	file := yamledit.Parse([]byte(text))
	for i := range items {
		cut, _, ok := cutItem(text, file, items[i].Source.Path)
		if !ok || yamledit.Bounded([]byte(cut)) != nil {
			continue
		}
		if asJSON, err := yaml.YAMLToJSON([]byte(cut)); err == nil && bytes.Equal(asJSON, items[i].YAML) {
			items[i].YAML = []byte(cut)
		}
	}
}

// cutItem cuts the lines of an item out of the text of a List. ok is false where the item is not in block style.
func cutItem(text string, file *yamledit.File, path yamledit.Path) (cut string, lines []cutLine, ok bool) {
	found, ok := file.Find(len(file.Docs)-1, path)
	if !ok {
		return "", nil, false
	}
	start := found.Value.Offset
	lineStart := strings.LastIndexByte(text[:start], '\n') + 1
	indent := start - lineStart
	if dashes := text[lineStart:start]; strings.Trim(dashes, " -") != "" || !strings.Contains(dashes, "-") {
		return "", nil, false
	}
	var b strings.Builder
	for at := lineStart; at < len(text); {
		end := len(text)
		if line := strings.IndexByte(text[at:], '\n'); line >= 0 {
			end = at + line + 1
		}
		from := at + indent
		if at > lineStart {
			blank := end - at - len(strings.TrimLeft(text[at:end], " "))
			if isEmpty := strings.TrimSpace(text[at:end]) == ""; blank < indent && !isEmpty {
				break // the next item, or what stands behind the list
			}
			from = at + min(blank, indent)
		}
		lines = append(lines, cutLine{b.Len(), from, end})
		b.WriteString(text[from:end])
		at = end
	}
	return b.String(), lines, true
}

// item returns the trace of an item of a List, from that of the list, whose text says where the item stands.
func (t *TemplateTrace) item(text string, item *Object) *TemplateTrace {
	cut, lines, ok := cutItem(text, yamledit.Parse([]byte(text)), item.Source.Path)
	if !ok || cut != string(item.YAML) {
		return nil
	}
	trace := &TemplateTrace{Within: t.Within, Chart: t.Chart, Files: t.Files, Frames: t.Frames}
	for _, line := range lines {
		for _, span := range t.part(line.start, line.end).Spans {
			span.At += line.at
			trace.Spans = append(trace.Spans, span)
		}
	}
	return trace
}
