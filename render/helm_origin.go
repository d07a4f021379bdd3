package render

import (
	"fmt"
	"path"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

// fromTemplate returns the place behind a field that a template of a chart printed. ok is false
// where that is not certain.
func (l *Locator) fromTemplate(object *Object, path yamledit.Path) (origin Origin, ok bool) {
	field, ok := l.printed(object, path)
	if !ok {
		return Origin{}, false
	}
	if set, ok := object.Trace.Template.valueOf(field.path); ok {
		if origin, ok := l.fromValues(field, set); ok {
			return origin, true
		}
	}
	if set, ok := object.Trace.Template.switchOf(field.path); ok {
		if origin, ok := l.fromValues(field, set); ok {
			origin.Archived = l.archivedField(field)
			return origin, true
		}
	}
	if origin, ok := l.fromValueIn(object, field); ok {
		return origin, true
	}
	template := l.template(field.file)
	if template == nil || field.file.Inside != "" {
		return Origin{}, false // see Archived
	}
	origin = Origin{File: field.file.File, Via: field.via(), Exact: true, Chain: field.chain(l), Place: field.place(template)}
	position := template.Position(field.start, field.end)
	origin.Line, origin.Column, origin.EndLine, origin.EndColumn = position.Line, position.Column, position.EndLine, position.EndColumn
	return origin, true
}

// fromValueIn describes a mapping of which a template in an archive prints a scalar from a value that is set where
// somebody may edit it.
func (l *Locator) fromValueIn(object *Object, field *printedField) (Origin, bool) {
	if field.action || field.file.Inside == "" {
		return Origin{}, false
	}
	above := field.path.String() + "."
	for i := range field.trace.Set {
		set := &field.trace.Set[i]
		if set.parent != nil || !strings.HasPrefix(set.Field.String(), above) || len(set.Field) != len(field.path)+1 {
			continue
		}
		if printed, ok := l.printed(object, set.Field); ok {
			return l.fromValues(printed, set)
		}
	}
	return Origin{}, false
}

// Archived returns the place in a packed chart that prints a field: nobody edits it, and people look there.
func (l *Locator) Archived(object *Object, path yamledit.Path) Archived {
	if field, ok := l.printed(object, path); ok && field.file.Inside != "" {
		return l.archivedField(field)
	}
	return Archived{}
}

func (l *Locator) archivedField(field *printedField) Archived {
	position := l.template(field.file).Position(field.start, field.end)
	return Archived{File: field.file.Inside, Line: position.Line, Column: position.Column}
}

// A printedField is a field of a rendered object and the source that printed it.
type printedField struct {
	trace      *TemplateTrace
	path       yamledit.Path
	found      yamledit.Found
	rendered   *yamledit.File
	file       *TemplateFile
	frame      int
	start, end int // the source that stands for the field: its own text, or the action that prints it
	action     bool
}

// printed finds what printed the field at path, or for a missing field the nearest mapping or list
// around it.
func (l *Locator) printed(object *Object, path yamledit.Path) (*printedField, bool) {
	if object.Trace == nil || object.Trace.Template == nil {
		return nil, false
	}
	rendered, ok := l.tracedText(object)
	if !ok {
		return nil, false
	}
	doc := len(rendered.Docs) - 1
	found, ok := rendered.Nearest(doc, path)
	if !ok {
		return nil, false
	}
	f := &printedField{trace: object.Trace.Template, path: path, found: found, rendered: rendered}
	return f, f.locate()
}

// locate finds the source of the field: the key where the value is a mapping or a list, else the
// value, together with the key where one text holds both.
func (f *printedField) locate() bool {
	key, value := f.found.Key, f.found.Value
	if f.found.Node.Kind != yaml.ScalarNode {
		at := key.Offset
		span, offset, ok := f.trace.source(at)
		if !ok {
			return f.fromAction(at)
		}
		end := offset + max(key.End-key.Offset, 1)
		if key.Offset == value.Offset {
			end = offset + 1 // an item of a list is shown by its first byte
		}
		f.set(span, offset, end)
		return true
	}
	if value.Offset == value.End {
		value = key // an empty value
	}
	span, start, ok := f.trace.source(value.Offset)
	last, end, lastOK := f.trace.source(max(value.End-1, value.Offset))
	if !ok || !lastOK || span.File != last.File || end-start != max(value.End-1-value.Offset, 0) {
		at := value.Offset
		if ok {
			at = f.firstAction(value.Offset, value.End)
		}
		return f.fromAction(at)
	}
	f.set(span, start, end+1)
	if keySpan, keyStart, ok := f.trace.source(key.Offset); ok && keySpan.File == span.File && start-keyStart == value.Offset-key.Offset {
		f.start = keyStart
	}
	return true
}

func (f *printedField) set(span *TemplateSpan, start, end int) {
	f.file, f.frame, f.start, f.end = &f.trace.Files[span.File], span.Frame, start, end
}

// firstAction returns the first byte from start to end that an action printed.
func (f *printedField) firstAction(start, end int) int {
	for at := start; at < end; at++ {
		if i := f.trace.SpanAt(at); i >= 0 && f.trace.Spans[i].Kind == SpanAction {
			return at
		}
	}
	return start
}

func (f *printedField) fromAction(at int) bool {
	i := f.trace.SpanAt(at)
	if i < 0 || f.trace.Spans[i].Kind != SpanAction {
		return false
	}
	span := &f.trace.Spans[i]
	f.set(span, span.Start, span.End)
	f.action = true
	return true
}

func (f *printedField) via() Via {
	switch {
	case f.action:
		return ViaGenerated
	case f.trace.Frames[f.frame].Define != "":
		return ViaHelper
	}
	return ViaLiteral
}

// chain lists the actions that included the named template that holds the field, the innermost
// first.
func (f *printedField) chain(l *Locator) (chain []Link) {
	for at := f.frame; at >= 0 && f.trace.Frames[at].Parent >= 0; at = f.trace.Frames[at].Parent {
		frame := &f.trace.Frames[at]
		if frame.End == 0 {
			continue
		}
		if link, ok := l.link(&f.trace.Files[frame.File], frame.Start, ViaHelper); ok {
			chain = append(chain, link)
		}
	}
	return chain
}

func (l *Locator) link(file *TemplateFile, offset int, via Via) (Link, bool) {
	template := l.template(file)
	if template == nil || file.Inside != "" {
		return Link{}, false
	}
	return Link{File: file.File, Line: template.Line(offset), Via: via}, true
}

// place names the field in its file: the named template, the field's text and its order among those
// that read the same. What one action prints is told apart by its place in the object.
func (f *printedField) place(template *Template) string {
	wanted := template.Source[f.start:f.end]
	same := strings.Count(template.Source[:f.start], wanted)
	key := f.path.String()
	if !f.action {
		for i := len(f.path) - 1; i >= 0; i-- {
			if !f.path[i].List {
				key = f.path[i].Key
				break
			}
		}
	}
	return fmt.Sprintf("%s:%s:%s#%d", f.trace.Frames[f.frame].Define, key, wanted, same)
}

// template reads a template, once; nil if it cannot be read.
func (l *Locator) template(file *TemplateFile) *Template {
	key := path.Join(file.File, file.Inside)
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if template, ok := l.templates[key]; ok {
		return template
	}
	var template *Template
	if file.Inside != "" {
		template = ReadTemplate(file.Content)
	} else if content, err := l.files.ReadFile(file.File); err == nil {
		template = ReadTemplate(content)
	}
	l.templates[key] = template
	return template
}

// tracedText is the parsed text that the trace of an object is about. ok is false where it differs from the
// object's in more than its scalars.
func (l *Locator) tracedText(object *Object) (file *yamledit.File, ok bool) {
	rendered := l.rendered(object)
	if object.Trace.YAML == nil {
		return rendered, true
	}
	file = yamledit.Parse(object.Trace.YAML)
	return file, sameShape(lastRoot(rendered), lastRoot(file))
}

// sameShape says whether two trees differ in nothing but scalars.
func sameShape(a, b *yaml.Node) bool {
	a, b = resolveAlias(a), resolveAlias(b)
	if a == nil || b == nil {
		return a == b
	}
	if a.Kind != b.Kind || len(a.Content) != len(b.Content) {
		return false
	}
	for i := range a.Content {
		if a.Kind == yaml.MappingNode && i%2 == 0 && a.Content[i].Value != b.Content[i].Value {
			return false
		}
		if !sameShape(a.Content[i], b.Content[i]) {
			return false
		}
	}
	return true
}
