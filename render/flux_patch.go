package render

import (
	"github.com/podmend/podmend/internal/yamledit"
)

// Release returns the HelmRelease that deploys what a traced target renders, nil for other targets.
func (r *Result) Release() *Object {
	for i := range r.Layers {
		if of := r.Layers[i].Of; of != nil && of.Kind == "HelmRelease" {
			return of
		}
	}
	return nil
}

// PostRenderer returns the changes of source by which a release applies further patches to what its chart
// prints: entries with a target and a patch.
func (l *Locator) PostRenderer(release *Object, patches []any) (changes []PlacedChange, ok bool) {
	file := l.rendered(release)
	tree, err := file.Tree(len(file.Docs) - 1)
	if err != nil {
		return nil, false
	}
	at := yamledit.NewPath("spec", "postRenderers")
	renderer := map[string]any{"kustomize": map[string]any{"patches": patches}}
	change := yamledit.Change{Op: yamledit.Set, Path: at, Value: []any{renderer}}
	if list, _ := yamledit.ValueAt(tree, at).([]any); len(list) > 0 {
		change.Path, change.Value = at.Join(len(list)), renderer
	}
	if changes, ok := l.SourceChanges(release, change); ok {
		return changes, true
	}
	return l.addition(release, change)
}
