package render

import (
	"reflect"
	"slices"

	"github.com/podmend/podmend/internal/yamledit"
)

// A ValuesChange is a change of a values file.
type ValuesChange struct {
	File   string
	Change yamledit.Change
	// List is what a list was that is set as a whole, and Items are the changes in it: several such changes
	// of one list are made together.
	List  any
	Items []yamledit.Change
}

// With makes the changes of another one in the same list.
func (c *ValuesChange) With(items []yamledit.Change) error {
	both := slices.Clone(c.Items)
	for _, item := range items {
		if !slices.ContainsFunc(both, func(other yamledit.Change) bool { return reflect.DeepEqual(other, item) }) {
			both = append(both, item)
		}
	}
	list, err := yamledit.ApplyTree(c.List, both)
	if err != nil {
		return err
	}
	c.Items, c.Change.Value = both, list
	return nil
}

// ValueChange turns a change of an object that a chart printed into the change of a values file that
// causes it. ok is false where no value is known to be behind the field.
func (l *Locator) ValueChange(result *Result, object *Object, change yamledit.Change) (changed ValuesChange, ok bool) {
	rendered, ok := l.tracedText(object)
	if !ok {
		return changed, false
	}
	set, path, ok := object.Trace.Template.valueAt(rendered, change.Path)
	if !ok {
		return changed, false
	}
	change.Path = path
	if set.Parent == "" {
		return ValuesChange{File: set.File, Change: change}, true
	}
	return l.valueChange(l.values(result, object.Trace.Template.Chart), set, change)
}

// valueChange turns a change of a layer that is not to be edited into one of the values of the chart
// around it: there, a key goes by null, and a list is set as a whole.
func (l *Locator) valueChange(values *valuesOf, set *ValueSource, change yamledit.Change) (changed ValuesChange, ok bool) {
	if set.Parent == "" {
		return ValuesChange{File: set.File, Change: change}, true
	}
	changed.File = set.Parent
	for i, step := range change.Path {
		if !step.List {
			continue
		}
		above := change.Path[:i]
		inner := change
		inner.Path = change.Path[i:]
		inner.Prune = min(change.Prune, len(inner.Path)-1)
		changed.List = yamledit.ValueAt(values.tree(set), above)
		changed.Change = yamledit.Change{Op: yamledit.Set, Path: set.Below.Concat(above)}
		return changed, changed.With([]yamledit.Change{inner}) == nil
	}
	changed.Change = change
	changed.Change.Path = set.Below.Concat(change.Path)
	switch change.Op {
	case yamledit.Set:
		return changed, true
	case yamledit.Delete:
		changed.Change = yamledit.Change{Op: yamledit.Set, Path: changed.Change.Path, Value: nil}
		return changed, true
	}
	return changed, false
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
