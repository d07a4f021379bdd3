package render

import (
	"slices"

	"github.com/podmend/podmend/internal/yamledit"
)

// patchedFrom is a layer of a ConfigMap or Secret whose text a patch may set: hashes are made of such objects,
// so that they are built without marks, and the patch is the one that holds the text.
func (r *releaseRender) patchedFrom(layer ValuesLayer, text string) ValuesLayer {
	locator := NewLocator(r.files)
	if place, found, ok := locator.layerText(&readLayer{ValuesLayer: layer}); ok && string(found.file.Src) == text && len(place.Inside) > 0 {
		return layer
	}
	for _, input := range r.inputs {
		for _, k := range newKustomizationScan(r.files).closure(input.folder()) {
			if place, ok := locator.patchIn(k, layer.Of, layer.At, text); ok {
				patched := *layer.Of
				patched.Trace = &Trace{Fields: &FieldTrace{
					Places: []Place{place}, Fields: map[string][]int{layer.At.String(): {0}}, Chains: map[string][]Link{place.File: nil},
				}}
				layer.Of = &patched
				return layer
			}
		}
	}
	return layer
}

// patchIn finds the patch of a kustomization that sets a text of an object.
func (l *Locator) patchIn(k *kustomization, object *Object, at yamledit.Path, text string) (Place, bool) {
	for _, ref := range k.refs {
		if ref.use != usePatch || ref.isDir || ref.target == "" {
			continue
		}
		if file := l.source(ref.target); file != nil {
			if doc := patchWith(file, object, at, text); doc >= 0 {
				return Place{File: ref.target, Doc: doc, Path: at, Patch: true}, true
			}
		}
	}
	for i, patch := range k.parsed.Patches {
		content, _ := trimmed(patch.Patch).(string)
		if doc := patchWith(yamledit.Parse([]byte(content)), object, at, text); doc >= 0 {
			return Place{File: k.file, Inside: yamledit.NewPath("patches", i, "patch"), Doc: doc, Path: at, Patch: true}, true
		}
	}
	return Place{}, false
}

// patchWith finds the document of a patch that sets a text of an object, -1 if none does.
func patchWith(file *yamledit.File, object *Object, at yamledit.Path, text string) int {
	return slices.IndexFunc(file.Docs, func(doc yamledit.Document) bool {
		kind, value := child(doc.Root, "kind"), walk(doc.Root, at)
		return kind != nil && kind.Value == object.Kind && value != nil && value.Value == text
	})
}
