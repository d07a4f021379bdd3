package render

import (
	"slices"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

// replaces says whether the list of an item is that of a strategic merge patch alone, as lists of scalars are, and all of
// kinds without a merge schema, and hides items of a list below: emptied, it stays, for without it these would be back.
func (l *Locator) replaces(fields *FieldTrace, path yamledit.Path) bool {
	list := path[:len(path)-1]
	writers := fields.writers(list)
	if !path[len(list)].List || len(writers) < 2 || writers[len(writers)-1].Path[0].List {
		return false
	}
	var items [][]string
	for _, at := range []*Place{&writers[0], &writers[len(writers)-1]} {
		text, ok := l.textOf(at)
		if !ok {
			return false
		}
		items = append(items, itemNames(walk(text.file.Docs[at.Doc].Root, at.Path)))
	}
	below, above := items[0], items[1]
	hides := slices.ContainsFunc(below, func(name string) bool { return !slices.Contains(above, name) })
	return hides && len(fields.writers(list.Join(len(above), "name"))) == 0
}

// itemNames are the scalars of a list, or the names of its items.
func itemNames(list *yaml.Node) (names []string) {
	if list == nil || list.Kind != yaml.SequenceNode {
		return nil
	}
	for _, item := range list.Content {
		if name := child(item, "name"); name != nil {
			item = name
		}
		names = append(names, item.Value)
	}
	return names
}

// throughAlias gives a place of an object's own file the object's path, where that leads to the same text by an alias or a
// merge key: of what many fields share, an edit has to mean each.
func (l *Locator) throughAlias(object *Object, place *Place, path yamledit.Path) {
	source := &object.Source
	if !source.Manifest || place.Patch || place.chart != nil || len(place.Inside) > 0 || place.File != source.File || place.Doc != source.Doc {
		return
	}
	file := l.source(place.File)
	own := source.Path.Concat(path)
	if file == nil || slices.Equal(own, place.Path) {
		return
	}
	at, ok := file.Find(place.Doc, place.Path)
	if by, found := file.Find(place.Doc, own); ok && found && at.Node == by.Node {
		place.Path = own
	}
}
