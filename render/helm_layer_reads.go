package render

import (
	"reflect"
	"slices"

	"github.com/podmend/podmend/internal/yamledit"
)

// readLayer reads the values of a layer. It fails for one that cannot be read.
func (l *Locator) readLayer(layer ValuesLayer) (readLayer, bool) {
	read := readLayer{ValuesLayer: layer}
	var file *yamledit.File
	switch {
	case layer.Encoded && layer.Parameter != nil:
		read.parameter = string(layer.Content)
		set, _, ok := layer.Parameter.tree(read.parameter)
		read.tree = any(set)
		return read, ok
	case layer.Encoded:
		file = yamledit.Parse(layer.Content)
		layer = ValuesLayer{}
	case layer.Of != nil:
		file = yamledit.Parse(layer.Of.YAML)
	case layer.Inside != "":
		file = yamledit.Parse(layer.Content)
	default:
		file = l.source(layer.File)
	}
	if file == nil || len(file.Docs) == 0 {
		return read, false
	}
	doc := 0
	if layer.Of != nil {
		doc = len(file.Docs) - 1
	}
	tree, err := file.Tree(doc)
	if err != nil || layer.Of == nil && layer.Inside == "" && file.Docs[0].Root == nil {
		return read, err == nil && layer.Inside != ""
	}
	read.tree = yamledit.ValueAt(tree, layer.At)
	if layer.Parameter != nil {
		value, _ := read.tree.(string)
		set, _, ok := layer.Parameter.tree(value)
		read.tree, read.parameter = any(set), value
		return read, ok
	}
	if !layer.Text {
		return read, true
	}
	text, _ := read.tree.(string)
	inner := yamledit.Parse([]byte(text))
	if len(inner.Docs) == 0 {
		return read, false
	}
	read.tree, err = inner.Tree(0)
	return read, err == nil
}

// layerChanges turns a change of a layer's values into changes of source.
func (l *Locator) layerChanges(layer *readLayer, change yamledit.Change) ([]PlacedChange, bool) {
	switch {
	case layer.Encoded:
		return nil, false
	case layer.Of == nil && layer.Parameter != nil:
		value, ok := layer.Parameter.changed(layer.parameter, change)
		change = yamledit.Change{Op: yamledit.Set, Path: layer.At, Value: value}
		return []PlacedChange{{Place: Place{File: layer.File, Path: layer.At}, Change: change}}, ok
	case layer.Of == nil && layer.Text:
		place := Place{File: layer.File, Inside: yamledit.NewPath(0).Concat(layer.At), Path: change.Path}
		return []PlacedChange{{Place: place, Change: change}}, true
	case layer.Of == nil:
		change.Path = layer.At.Concat(change.Path)
		return []PlacedChange{{Place: Place{File: layer.File, Path: change.Path}, Change: change, Copied: layer.Copied}}, true
	case layer.Parameter != nil:
		value, ok := layer.Parameter.changed(layer.parameter, change)
		if !ok {
			return nil, false
		}
		changes, ok := l.SourceChanges(layer.Of, yamledit.Change{Op: yamledit.Set, Path: layer.At, Value: value})
		for i := range changes {
			changes[i].Copied = !layer.Of.Steers()
		}
		return changes, ok
	case layer.Text:
		place, text, ok := l.layerText(layer)
		if !ok || !holdsAt(text, layer, change.Path) {
			return nil, false
		}
		place.Path = change.Path
		return []PlacedChange{{Place: place, Change: change, Copied: true}}, true
	}
	change.Path = layer.At.Concat(change.Path)
	if changes, ok := l.SourceChanges(layer.Of, change); ok {
		return changes, true
	}
	return l.addition(layer.Of, change)
}

// layerText finds the text that a layer's field holds, and its place, which has no path yet.
func (l *Locator) layerText(layer *readLayer) (place Place, text placedText, ok bool) {
	if place, ok = l.textPlace(layer.Of, layer.At); !ok {
		return place, text, false
	}
	text, ok = l.textOf(&place)
	return place, text, ok && len(text.file.Docs) > 0 && text.file.Docs[0].Err == nil
}

// textPlace is the place inside of the text that a field of an object holds. Its path is to be set.
func (l *Locator) textPlace(object *Object, field yamledit.Path) (Place, bool) {
	if fields := object.fields(); fields != nil {
		if writers := fields.writers(field); len(writers) > 0 {
			writer := writers[len(writers)-1]
			inside := yamledit.NewPath(writer.Doc).Concat(writer.Path)
			if len(writer.Inside) > 0 {
				inside = slices.Concat(writer.Inside, yamledit.Path{yamledit.Within}, inside)
			}
			return Place{File: writer.File, Inside: inside}, writer.chart == nil
		}
	}
	at, ok := l.SourcePath(object, field)
	return Place{File: object.Source.File, Inside: yamledit.NewPath(object.Source.Doc).Concat(at)}, ok
}

// holdsAt says whether a text has at a path what the layer sets there: parameters may have been put into
// it. What the layer does not set may be added.
func holdsAt(text placedText, layer *readLayer, path yamledit.Path) bool {
	tree, err := text.file.Tree(0)
	return err == nil && reflect.DeepEqual(yamledit.ValueAt(tree, path), yamledit.ValueAt(layer.tree, path))
}

// addition places a field that an object does not have yet beside those that one of its sources wrote: the
// one that wrote last to what is around it, else the manifest.
func (l *Locator) addition(object *Object, change yamledit.Change) ([]PlacedChange, bool) {
	rendered := lastRoot(l.rendered(object))
	if change.Op != yamledit.Set || walk(rendered, change.Path) != nil {
		return nil, false
	}
	for above := len(change.Path) - 1; above > 0; above-- {
		if walk(rendered, change.Path[:above]) == nil {
			continue
		}
		var writers []Place
		if fields := object.fields(); fields != nil {
			writers = fields.writers(change.Path[:above])
		}
		if len(writers) > 0 {
			place := writers[len(writers)-1]
			place.Path = place.Path.Concat(change.Path[above:])
			change.Path = place.Path
			return []PlacedChange{{Place: place, Change: change}}, true
		}
	}
	if !object.Source.Manifest {
		return nil, false
	}
	change.Path = object.Source.Path.Concat(change.Path)
	return []PlacedChange{{Place: Place{File: object.Source.File, Doc: object.Source.Doc, Path: change.Path}, Change: change}}, true
}

// layerOrigin describes the place at which a layer has a value, or, for one that it does not set, the
// nearest mapping around it.
func (l *Locator) layerOrigin(layer *readLayer, path yamledit.Path) (origin Origin, ok bool) {
	if layer.Of == nil && (layer.Parameter != nil || layer.Text) {
		path = nil // the field holds the value, or the text with it
	} else if layer.Parameter != nil {
		origin = l.Origin(layer.Of, layer.At)
		origin.Via = ViaValues
		return origin, true
	}
	if layer.Of != nil && !layer.Text {
		origin = l.Origin(layer.Of, layer.At.Concat(path))
		origin.Via = ViaValues
		return origin, true
	}
	if layer.Of != nil {
		place, text, ok := l.layerText(layer)
		if !ok || !holdsAt(text, layer, path) {
			origin = l.Origin(layer.Of, layer.At)
			origin.Exact = false
			return origin, true
		}
		place.Path = path
		name := place.Inside.String()
		if place.Inside[0].List && !slices.Contains(place.Inside, yamledit.Within) {
			around := Source{File: place.File, Doc: place.Inside[0].Index, Path: layer.Of.Source.Path}
			name = l.placeName(l.source(place.File), around, place.Inside[1:])
		}
		origin = Origin{
			File: place.File, Via: ViaValues, Exact: true, Inside: place.Inside, Path: path,
			Place: name + ":" + l.namedPath(text.file.Docs[0].Root, path),
		}
		origin.at(text.file, 0, path)
		origin.outside(text, &place)
		return origin, true
	}
	file := l.source(layer.File)
	if file == nil || len(file.Docs) == 0 {
		return origin, false
	}
	at := layer.At.Concat(path)
	origin = Origin{File: layer.File, Via: ViaValues, Exact: true, Path: at}
	origin.at(file, 0, at)
	origin.Place = l.namedPath(file.Docs[0].Root, at)
	return origin, true
}
