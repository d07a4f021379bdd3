package render

import (
	"github.com/podmend/podmend/internal/yamledit"
)

// ValueChange turns a change of an object that a chart printed into the change of a values file that
// causes it. ok is false where no value is known to be behind the field.
func (l *Locator) ValueChange(result *Result, object *Object, change yamledit.Change) (file string, changed yamledit.Change, ok bool) {
	rendered, ok := l.tracedText(object)
	if !ok {
		return "", change, false
	}
	set, path, ok := object.Trace.Template.valueAt(rendered, change.Path)
	if !ok {
		return "", change, false
	}
	change.Path = path
	if set.Parent == "" {
		return set.File, change, true
	}
	return l.valueChange(l.values(result, object.Trace.Template.Chart), set, change)
}

// valueChange turns a change of a layer that is not to be edited into one of the values of the chart
// around it: there, a key goes by null, and a list is set as a whole.
func (l *Locator) valueChange(values *valuesOf, set *ValueSource, change yamledit.Change) (file string, changed yamledit.Change, ok bool) {
	if set.Parent == "" {
		return set.File, change, true
	}
	for i, step := range change.Path {
		if !step.List {
			continue
		}
		above := change.Path[:i]
		inner := change
		inner.Path = change.Path[i:]
		inner.Prune = min(change.Prune, len(inner.Path)-1)
		list, err := yamledit.ApplyTree(yamledit.ValueAt(values.tree(set), above), []yamledit.Change{inner})
		if err != nil {
			return "", change, false
		}
		return set.Parent, yamledit.Change{Op: yamledit.Set, Path: set.Below.Concat(above), Value: list}, true
	}
	switch change.Op {
	case yamledit.Set:
		change.Path = set.Below.Concat(change.Path)
		return set.Parent, change, true
	case yamledit.Delete:
		return set.Parent, yamledit.Change{Op: yamledit.Set, Path: set.Below.Concat(change.Path), Value: nil}, true
	}
	return "", change, false
}

// source describes a candidate as what stands behind a field. ok is false where nothing may set it.
func (v *valuesOf) source(candidate valueCandidate) (source ValueSource, ok bool) {
	layer := &v.layers[candidate.layer]
	source = ValueSource{File: layer.File, Path: layer.At.Concat(candidate.path), Inside: layer.Inside != ""}
	if layer.Inside == "" && layer.Vendor == "" {
		return source, true
	}
	parent := v.parentOf(candidate.layer)
	if parent == nil {
		return source, false
	}
	source.Parent, source.Below = parent.File, parent.At.Concat(yamledit.Keys(layer.Within[len(parent.Within):]...))
	return source, true
}

// parentOf returns the layer of the nearest chart around that of a layer which may be edited, nil if
// there is none.
func (v *valuesOf) parentOf(index int) *readLayer {
	own := &v.layers[index]
	var nearest *readLayer
	for i := range v.layers {
		layer := &v.layers[i]
		outer := len(layer.Within) < len(own.Within) || layer.Above
		if outer && layer.Inside == "" && layer.Vendor == "" && yamlFile(layer) {
			nearest = layer // the strongest come first, the nearest last
		}
	}
	return nearest
}

func yamlFile(layer *readLayer) bool { return layer.file.Docs[0].Root != nil }

// file returns a layer's file by its name.
func (v *valuesOf) file(name string) *yamledit.File {
	for i := range v.layers {
		if v.layers[i].File == name && v.layers[i].Inside == "" {
			return v.layers[i].file
		}
	}
	return nil
}

// tree returns the values of the layer that a source names.
func (v *valuesOf) tree(set *ValueSource) any {
	for i := range v.layers {
		if v.layers[i].File == set.File && (v.layers[i].Inside != "") == set.Inside && yamledit.ValueAt(v.layers[i].tree, set.Path) != nil {
			return v.layers[i].tree
		}
	}
	return nil
}

// valueAt returns where the value behind a field stands: that of the field itself, or one that is
// printed together with it. rendered is the object's text.
func (t *TemplateTrace) valueAt(rendered *yamledit.File, field yamledit.Path) (set *ValueSource, path yamledit.Path, ok bool) {
	if set, ok := t.valueOf(field); ok {
		return set, set.Path, true
	}
	doc := len(rendered.Docs) - 1
	nearest, ok := rendered.Nearest(doc, field)
	if !ok {
		return nil, nil, false
	}
	span := t.SpanAt(nearest.Key.Offset)
	if span < 0 || t.Spans[span].Kind != SpanAction {
		return nil, nil, false
	}
	for i := range t.Set {
		set := &t.Set[i]
		known, ok := rendered.Find(doc, set.Field)
		if !ok || t.SpanAt(known.Key.Offset) != span {
			continue
		}
		common := 0
		for common < len(field) && common < len(set.Field) && field[common] == set.Field[common] {
			common++
		}
		// What is below the common part is the same in the value: it is printed as it is.
		below := set.Field[common:]
		if at := len(set.Path) - len(below); at > 0 && set.Path[at:].String() == below.String() {
			return set, set.Path[:at].Concat(field[common:]), true
		}
	}
	return nil, nil, false
}

// InTemplate says whether the key or list item at a path stands in a template, whatever its value
// comes from.
func (l *Locator) InTemplate(object *Object, path yamledit.Path) bool {
	field, ok := l.printed(object, path)
	if !ok || len(field.found.Path) < len(path) {
		return false
	}
	_, _, ok = field.trace.source(field.found.Key.Offset)
	return ok
}
