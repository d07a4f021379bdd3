package render

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

// A PlacedChange is a change at a place in source.
type PlacedChange struct {
	Place  Place // its path is that of the change
	Change yamledit.Change
	// Copied says that the value is copied from there: the object that holds it changes too.
	Copied bool
	// Through are other objects that hold the value on its way.
	Through []Place
	// Chart is the object to change, as a chart printed it, where the place is no file's.
	Chart *Object
	// Text is the edit that makes the change of a file that is no YAML.
	Text *yamledit.Edit
	// List is set where the change sets a whole list of values.
	List *WholeList
}

// A WholeList is what a list of values was that is set as a whole, and the changes in it: several such
// changes of one list are made together.
type WholeList struct {
	Was   any
	Items []yamledit.Change
}

// With adds changes of the same list, and returns what the list is then.
func (w WholeList) With(items []yamledit.Change) (joined WholeList, list any, err error) {
	joined = WholeList{Was: w.Was, Items: slices.Clone(w.Items)}
	for _, item := range items {
		if !slices.ContainsFunc(joined.Items, func(other yamledit.Change) bool { return reflect.DeepEqual(other, item) }) {
			joined.Items = append(joined.Items, item)
		}
	}
	list, err = yamledit.ApplyTree(joined.Was, joined.Items)
	return joined, list, err
}

// SourceChanges returns the changes of source by which a change of a rendered object comes about.
// ok is false where it is not known what sets the field.
func (l *Locator) SourceChanges(object *Object, change yamledit.Change) (changes []PlacedChange, ok bool) {
	if fields := object.fields(); fields != nil {
		if changes, ok := l.tracedChanges(object, fields, change); ok {
			return changes, true
		}
		if walk(lastRoot(l.rendered(object)), change.Path) != nil && !outsideMarks(change.Path) {
			return nil, false
		}
	}
	if chart, path, ok := l.InChart(object, change.Path); ok {
		change.Path = path
		return []PlacedChange{{Place: Place{File: object.Source.File, Path: path}, Change: change, Chart: chart}}, true
	}
	path, ok := l.SourcePath(object, change.Path)
	if !ok {
		return nil, false
	}
	change.Path = path
	return []PlacedChange{{Place: Place{File: object.Source.File, Doc: object.Source.Doc, Path: path}, Change: change}}, true
}

// tracedChanges follows the trace of a field: a new value goes to the place that wrote it last, what
// is taken away goes from all places that wrote it.
func (l *Locator) tracedChanges(object *Object, fields *FieldTrace, change yamledit.Change) ([]PlacedChange, bool) {
	node := walk(lastRoot(l.rendered(object)), change.Path)
	copied, ok := l.copied(object, fields, change.Path)
	gone := ok && change.Op == yamledit.Delete && l.isVariable(fields, change.Path) // with its variable
	if ok && !gone {
		return l.copiedChange(&copied, change)
	}
	writers := fields.writers(change.Path)
	if len(writers) == 0 && node != nil && node.Kind == yaml.MappingNode && change.Path[len(change.Path)-1].List {
		writers = itemWriters(fields, node, change.Path)
	}
	if len(writers) == 0 || node == nil {
		return nil, false
	}
	if last := &writers[len(writers)-1]; !gone && !l.holds(last, node) {
		return nil, false
	}
	for i := range writers {
		l.throughAlias(object, &writers[i], change.Path)
	}
	switch change.Op {
	case yamledit.Set:
		return []PlacedChange{changeAt(writers[len(writers)-1], change)}, true
	case yamledit.Rename:
		changes := l.renamedAt(writers[0], change)
		for _, other := range writers[1:] {
			changes = append(changes, changeAt(other, yamledit.Change{Op: yamledit.Delete}))
		}
		return changes, true
	}
	var changes []PlacedChange
	for i := range writers {
		if i == len(writers)-1 || !l.empty(&writers[i]) {
			placed := changeAt(writers[i], change)
			if writers[i].Patch && l.replaces(fields, change.Path) {
				placed.Change.Prune = 0
			}
			changes = append(changes, placed)
		}
	}
	return changes, true
}

// copiedChange changes a value where it is copied from. A ConfigMap holds nothing but text.
func (l *Locator) copiedChange(copied *Copy, change yamledit.Change) ([]PlacedChange, bool) {
	from := &copied.From
	if copied.Part {
		placed := changeAt(*from, change)
		placed.Change.Prune, placed.Copied = 0, true
		return []PlacedChange{placed}, true
	}
	if change.Op != yamledit.Set {
		return nil, false
	}
	if from.Line > 0 {
		return l.envChange(from, change)
	}
	text, ok := l.textOf(from)
	if !ok {
		return nil, false
	}
	node := walk(text.file.Docs[from.Doc].Root, from.Path)
	if node == nil || node.Kind != yaml.ScalarNode {
		return nil, false
	}
	switch node.ShortTag() {
	case yaml.NodeTagString:
		change.Value = from.Prefix + fmt.Sprint(change.Value)
	case yaml.NodeTagBool: // where it is copied to, it may be a text
		if is, err := strconv.ParseBool(fmt.Sprint(change.Value)); err == nil {
			change.Value = is
		}
	}
	placed := changeAt(*from, change)
	placed.Copied, placed.Through = true, copied.Through
	return []PlacedChange{placed}, true
}

// empty says whether a place holds what counts as not set.
func (l *Locator) empty(place *Place) bool {
	text, ok := l.textOf(place)
	if !ok {
		return false
	}
	node := walk(text.file.Docs[place.Doc].Root, place.Path)
	return node != nil && node.Kind == yaml.ScalarNode && slices.Contains([]string{"", "0", "false", "null", "~"}, node.Value)
}

// itemWriters returns the places that wrote an item of a list, by what they wrote in it.
func itemWriters(fields *FieldTrace, item *yaml.Node, path yamledit.Path) []Place {
	var places []Place
	for i := 0; i+1 < len(item.Content); i += 2 {
		for _, place := range fields.writers(path.Join(item.Content[i].Value)) {
			place.Path = place.Path[:len(place.Path)-1]
			known := slices.ContainsFunc(places, func(other Place) bool { return place.same(&other) })
			if len(place.Path) > 0 && !known {
				places = append(places, place)
			}
		}
	}
	return places
}

func (p *Place) same(other *Place) bool {
	return p.File == other.File && p.Line == other.Line && p.Doc == other.Doc && slices.Equal(p.Inside, other.Inside) && slices.Equal(p.Path, other.Path)
}

// renamedAt renames a field at a place. The name of what an operation adds stands in its path.
func (l *Locator) renamedAt(place Place, change yamledit.Change) []PlacedChange {
	if !place.Patch || !place.Path[0].List || len(place.Path) > 2 {
		return []PlacedChange{changeAt(place, change)}
	}
	text, _ := l.textOf(&place)
	pointer := place.Path[:1].Join("path")
	node := walk(text.file.Docs[place.Doc].Root, pointer)
	if node == nil {
		return nil
	}
	renamed := node.Value[:strings.LastIndex(node.Value, "/")+1] + change.Key
	path, value := place, place
	path.Path = pointer
	return []PlacedChange{
		changeAt(value, yamledit.Change{Op: yamledit.Set, Value: change.Value}),
		changeAt(path, yamledit.Change{Op: yamledit.Set, Value: renamed}),
	}
}

// changeAt is a change made at a place. In a strategic merge patch, what it leaves empty goes too;
// in a JSON 6902 patch the whole operation goes.
func changeAt(place Place, change yamledit.Change) PlacedChange {
	change.Path = place.Path
	operation := place.Patch && place.Path[0].List
	switch {
	case operation && len(place.Path) == 2 && change.Op == yamledit.Delete:
		change.Path, change.Prune = place.Path[:1], 0
	case operation:
		change.Prune = max(min(change.Prune, len(place.Path)-3), 0)
	case place.Patch && change.Op == yamledit.Delete:
		change.Prune = len(place.Path) - 1
	}
	place.Path = change.Path
	return PlacedChange{Place: place, Change: change, Chart: place.chart}
}
