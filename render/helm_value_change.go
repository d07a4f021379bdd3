package render

import (
	"fmt"

	"github.com/podmend/podmend/internal/yamledit"
)

// ValueChanges turns a change of an object that a chart printed into the changes of source that cause it
// by a value. ok is false where no value is known to be behind the field.
func (l *Locator) ValueChanges(object *Object, change yamledit.Change) (changes []PlacedChange, ok bool) {
	rendered, ok := l.tracedText(object)
	if !ok {
		return nil, false
	}
	set, path, ok := object.Trace.Template.valueAt(rendered, change.Path)
	switch {
	case ok && set.IsKey && change.Op == yamledit.Set:
		return nil, false
	case ok && change.Op == yamledit.Delete && path.EndsInItem() && !change.Path.EndsInItem():
		return nil, false // a range prints more of the item than this field
	case !ok && change.Op == yamledit.Set:
		if set, ok = object.Trace.Template.absentAt(change.Path); ok {
			path = set.Path
		}
	}
	if !ok || change.Op == yamledit.Delete && yamledit.ValueAt(set.layer.tree, path) == nil {
		return nil, false
	}
	change.Path = path
	if _, isText := yamledit.ValueAt(set.layer.tree, path).(string); isText && change.Op == yamledit.Set {
		if _, isSwitch := change.Value.(bool); isSwitch {
			change.Value = fmt.Sprint(change.Value) // a switch stays a text, such as a template for tpl
		}
	}
	changes, ok = l.valueChanges(set, change)
	for i := range changes {
		if !changes[i].Place.Patch {
			changes[i].Change.Prune = 0 // an emptied list of values stays: it also hides that of a subchart
		}
	}
	return changes, ok
}

// valueChanges turns a change of a layer that is not to be edited, or cannot be, into one of the values around it: there,
// a key goes by null, and a list is set as a whole.
func (l *Locator) valueChanges(set *ValueSource, change yamledit.Change) (changes []PlacedChange, ok bool) {
	parent := set.parent
	if parent == nil {
		if changes, ok := l.layerChanges(set.layer, change); ok || set.own == nil {
			return changes, ok
		}
		parent = set.own
	}
	for i, step := range change.Path {
		if !step.List {
			continue
		}
		if set.layer.Parameter != nil {
			return nil, false // others may set more of the list
		}
		above := change.Path[:i]
		inner := change
		inner.Path = change.Path[i:]
		inner.Prune = min(change.Prune, len(inner.Path)-1)
		whole, list, err := WholeList{Was: yamledit.ValueAt(set.layer.tree, above)}.With([]yamledit.Change{inner})
		if rest, _ := list.([]any); err != nil || set.layer.Encoded && len(rest) > 0 {
			return nil, false // what is encoded is not written out
		}
		changes, ok = l.layerChanges(parent, yamledit.Change{Op: yamledit.Set, Path: set.Below.Concat(above), Value: list})
		for i := range changes {
			changes[i].List = &whole
		}
		return changes, ok
	}
	switch change.Op {
	case yamledit.Set:
		change.Path = set.Below.Concat(change.Path)
		return l.layerChanges(parent, change)
	case yamledit.Delete:
		return l.layerChanges(parent, yamledit.Change{Op: yamledit.Set, Path: set.Below.Concat(change.Path), Value: nil})
	}
	return nil, false
}

// source describes a candidate as what stands behind a field. ok is false where nothing may set it.
func (v *valuesOf) source(candidate valueCandidate) (source ValueSource, ok bool) {
	layer := &v.layers[candidate.layer]
	source = ValueSource{Path: candidate.path, layer: layer}
	if layer.Inside == "" && layer.Vendor == "" {
		source.own = v.ownAbove(candidate.layer)
		return source, true
	}
	if source.parent = v.parentOf(candidate.layer); source.parent == nil {
		return source, false
	}
	source.Below = yamledit.Keys(layer.Within[len(source.parent.Within):]...)
	return source, true
}

// ownAbove returns the values of the release itself that win over a layer, nil if there are none.
func (v *valuesOf) ownAbove(index int) *readLayer {
	layer, own := &v.layers[index], v.parentOf(index)
	if !layer.Above || own == nil || own.Of == nil || own == layer {
		return nil
	}
	for i := range v.layers[:index] {
		if own == &v.layers[i] {
			return own
		}
	}
	if layer.Parameter != nil && layer.Parameter.TargetPath {
		return own // Flux merges its values once more behind those
	}
	return nil
}

// parentOf returns the layer of the nearest chart around that of a layer which may be edited, nil if
// there is none.
func (v *valuesOf) parentOf(index int) *readLayer {
	own := &v.layers[index]
	var nearest *readLayer
	for i := range v.layers {
		layer := &v.layers[i]
		outer := len(layer.Within) < len(own.Within) || layer.Above
		if layer.Parameter != nil || nearest != nil && nearest.Of != nil && layer.Above {
			continue // of a release, its own values are the strongest
		}
		if outer && layer.Inside == "" && layer.Vendor == "" {
			nearest = layer // the strongest come first, the nearest last
		}
	}
	return nearest
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
		if !ok || set.IsKey || t.SpanAt(known.Key.Offset) != span {
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
