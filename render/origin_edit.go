package render

import (
	"cmp"
	"slices"

	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

// edited returns files with changes at places. ok is false where they cannot be edited so.
func (l *Locator) edited(changes []PlacedChange) (changed map[string][]byte, ok bool) {
	type textAt struct {
		file, inside string
		doc          int
	}
	byText := map[textAt][]PlacedChange{}
	var order []textAt
	for _, change := range changes {
		at := textAt{change.Place.File, change.Place.Inside.String(), change.Place.Doc}
		if byText[at] == nil {
			order = append(order, at)
		}
		byText[at] = append(byText[at], change)
	}
	edits := map[string][]yamledit.Edit{}
	for _, at := range order {
		var meant []yamledit.Change
		for _, change := range byText[at] {
			meant = append(meant, change.Change)
		}
		text, ok := l.textOf(&byText[at][0].Place)
		if !ok || byText[at][0].Chart != nil {
			return nil, false
		}
		compute := text.file.Edits
		if text.inner != nil {
			compute = text.inner.Edits
		}
		found, err := compute(at.doc, meant)
		if err != nil && text.inner == nil {
			found, err = rewritten(text.file, at.doc, meant)
		}
		if err != nil {
			return nil, false
		}
		edits[at.file] = append(edits[at.file], found...)
	}
	changed = map[string][]byte{}
	for name, found := range edits {
		slices.SortStableFunc(found, func(a, b yamledit.Edit) int { return cmp.Or(a.Start-b.Start, a.End-b.End) })
		var err error
		if changed[name], err = yamledit.Apply(l.source(name).Src, found); err != nil {
			return nil, false
		}
	}
	return changed, true
}

// rewritten writes a document anew, with changes and without anchors: what these share can be tried one by one.
func rewritten(file *yamledit.File, doc int, changes []yamledit.Change) ([]yamledit.Edit, error) {
	tree, err := file.Tree(doc)
	if err != nil {
		return nil, err
	}
	if tree, err = yamledit.ApplyTree(tree, changes); err != nil {
		return nil, err
	}
	text, err := yaml.Marshal(tree)
	return []yamledit.Edit{{Start: file.Docs[doc].Start, End: file.Docs[doc].End, NewText: "---\n" + string(text)}}, err
}
