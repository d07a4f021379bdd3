package render

import (
	"bytes"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

// absent returns the value in which a missing field is to be set: that of a mapping which an action prints as it is
// around the field, or would print if it held anything. What stands in the template beside such an action would be
// there twice once somebody sets the value.
func (v *valuesOf) absent(l *Locator, field *printedField) (source ValueSource, ok bool) {
	nearest := len(field.found.Path)
	var found valueCandidate
	below := field.path[nearest:]
	if chain, keys, outer, printed := l.printsAround(field); printed {
		for cut := nearest; cut >= outer && !ok; cut-- {
			found, ok = v.mapping(field, yamledit.Keys(chain...).Concat(field.path[cut:nearest]), keys)
		}
	} else if chain, printable := l.wouldPrint(field); printable {
		found, ok = v.mapping(field, yamledit.Keys(chain...), nil)
		below = field.path[nearest+1:]
	}
	if !ok {
		return source, false
	}
	if source, ok = v.source(found); !ok {
		return source, false
	}
	source.Field = field.path
	source.Path = source.Path.Concat(below)
	return source, true
}

// mapping looks for a mapping of values, in the strongest layer that sets it, with no other keys than those that were
// printed.
func (v *valuesOf) mapping(field *printedField, own yamledit.Path, printed []string) (valueCandidate, bool) {
	found, ok := v.at(field, own)
	held, isMapping := found.value.(map[string]any)
	if !ok || !isMapping {
		return found, false
	}
	for key := range held {
		if !slices.Contains(printed, key) {
			return found, false
		}
	}
	return found, true
}

// printsAround returns the keys from .Values of what one action prints in the mapping around a missing field, and the
// keys that it prints there. outer is how much of the field's path may lead to the first thing that it prints.
func (l *Locator) printsAround(f *printedField) (chain, keys []string, outer int, ok bool) {
	if f.found.Node.Kind != yaml.MappingNode {
		return nil, nil, 0, false
	}
	doc := len(f.rendered.Docs) - 1
	action := -1
	for i := 0; i < max(len(f.found.Node.Content), 1); i += 2 {
		at := f.found.Value.Offset // {}
		if len(f.found.Node.Content) > 0 {
			key := f.found.Node.Content[i].Value
			child, ok := f.rendered.Find(doc, f.found.Path.Join(key))
			if span := f.trace.SpanAt(child.Key.Offset); !ok || span < 0 || f.trace.Spans[span].Kind != SpanAction {
				continue
			}
			at, keys = child.Key.Offset, append(keys, key)
		}
		span := f.trace.SpanAt(at)
		if span < 0 || f.trace.Spans[span].Kind != SpanAction || action >= 0 && action != span {
			return nil, nil, 0, false
		}
		action = span
	}
	if action < 0 {
		return nil, nil, 0, false
	}
	for outer = len(f.found.Path); outer > 0; outer-- {
		around, ok := f.rendered.Find(doc, f.found.Path[:outer])
		if !ok || f.trace.SpanAt(around.Key.Offset) != action {
			break
		}
	}
	inner := *f
	if !inner.fromAction(f.trace.Spans[action].At) {
		return nil, nil, 0, false
	}
	chain, ok = l.namedValue(&inner)
	return chain, keys, outer, ok
}

// wouldPrint returns the keys from .Values that the template prints below a missing key, if they hold anything:
// {{ with .Values.x }}key: {{ toYaml . }}{{ end }}.
func (l *Locator) wouldPrint(f *printedField) (chain []string, ok bool) {
	_, template, places := l.unprinted(f)
	if len(places) != 1 || len(f.path) < len(f.found.Path)+2 {
		return nil, false
	}
	i := places[0]
	if i == 0 || i+1 >= len(template.tokens) || template.tokens[i+1].word != "end" {
		return nil, false
	}
	opener, printer := template.tokens[i-1], template.tokens[i]
	key := strings.TrimSpace(template.Source[printer.textStart:printer.textEnd])
	if key != f.path[len(f.found.Path)].Key+":" {
		return nil, false
	}
	if opener.word != "with" && opener.word != "if" {
		return nil, false
	}
	blocks := template.around(opener.start)
	dot, known := dotWithin(blocks[:len(blocks)-1])
	about, ok := valueOfBlock(template.Source[opener.start:opener.end], dot, known)
	if !ok {
		return nil, false
	}
	chain, ok = template.printedValue(printer.start, printer.end)
	return chain, ok && slices.Equal(chain, about)
}

// unprinted returns the tokens of the template around a missing field before which the missing key stands among the
// keys of the mapping around it, though it was not printed there.
func (l *Locator) unprinted(f *printedField) (file *TemplateFile, template *Template, tokens []int) {
	if len(f.found.Path) >= len(f.path) || f.path[len(f.found.Path)].List || f.found.Node.Kind != yaml.MappingNode {
		return nil, nil, nil
	}
	var sibling *TemplateSpan
	var first int
	doc := len(f.rendered.Docs) - 1
	for i := 0; i < len(f.found.Node.Content) && sibling == nil; i += 2 {
		if child, ok := f.rendered.Find(doc, f.found.Path.Join(f.found.Node.Content[i].Value)); ok {
			sibling, first, _ = f.trace.source(child.Key.Offset)
		}
	}
	if sibling == nil {
		return nil, nil, nil
	}
	from := first
	if span, offset, ok := f.trace.source(f.found.Key.Offset); ok && span.File == sibling.File && span.Frame == sibling.Frame {
		from = min(offset, first)
	}
	file = &f.trace.Files[sibling.File]
	if template = l.template(file); template == nil {
		return nil, nil, nil
	}
	to := f.nextText(sibling, len(template.Source))
	line := strings.Repeat(" ", first-strings.LastIndexByte(template.Source[:first], '\n')-1) + f.path[len(f.found.Path)].Key + ":"
	define, _ := template.DefinedAround(from)
	for i, token := range template.tokens {
		if own, _ := template.DefinedAround(token.textStart); own != define || token.textStart < from || token.textStart >= to {
			continue
		}
		lineStart := strings.LastIndexByte(template.Source[:token.textStart], '\n') + 1
		if strings.TrimSpace(template.Source[lineStart:token.textStart]) != "" {
			lineStart = token.textStart
		}
		if slices.ContainsFunc(strings.Split(template.Source[lineStart:token.textEnd], "\n"), func(text string) bool { return strings.HasPrefix(text, line) }) {
			tokens = append(tokens, i)
		}
	}
	return file, template, tokens
}

// nextText is the offset in the template of a span where the text goes on behind a field; end if it does not.
func (f *printedField) nextText(like *TemplateSpan, end int) int {
	text := f.rendered.Src
	for i := max(f.trace.SpanAt(f.found.Value.End), 0); i < len(f.trace.Spans); i++ {
		span := &f.trace.Spans[i]
		stop := len(text)
		if i+1 < len(f.trace.Spans) {
			stop = f.trace.Spans[i+1].At
		}
		at := max(span.At, f.found.Value.End)
		blank := len(text[at:stop]) - len(bytes.TrimLeft(text[at:stop], " \t\r\n"))
		if at+blank < stop && span.Kind == SpanLiteral && span.File == like.File && span.Frame == like.Frame {
			return span.Start + at + blank - span.At
		}
	}
	return end
}

// PrintsOtherwise returns the line of a template that prints the mapping of a missing field, or would with other values,
// so that the field cannot be added beside. ok is false where there is none.
func (l *Locator) PrintsOtherwise(object *Object, path yamledit.Path) (file string, line int, ok bool) {
	field, ok := l.printed(object, path)
	if !ok || len(field.found.Path) >= len(path) {
		return "", 0, false
	}
	if node := field.found.Node; node.Kind == yaml.MappingNode && len(node.Content) == 0 && field.fromAction(field.found.Value.Offset) {
		if template := l.template(field.file); template != nil {
			return field.file.File, template.Line(field.start), true
		}
	}
	in, template, tokens := l.unprinted(field)
	if len(tokens) == 0 {
		return "", 0, false
	}
	return in.File, template.Line(template.tokens[tokens[0]].textEnd), true
}
