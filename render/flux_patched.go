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
			for _, ref := range k.refs {
				if ref.use != usePatch || ref.isDir || ref.target == "" {
					continue
				}
				if place, ok := locator.patchWith(ref.target, layer.Of, layer.At, text); ok {
					patched := *layer.Of
					patched.Trace = &Trace{Fields: &FieldTrace{
						Places: []Place{place}, Fields: map[string][]int{layer.At.String(): {0}}, Chains: map[string][]Link{place.File: nil},
					}}
					layer.Of = &patched
					return layer
				}
			}
		}
	}
	return layer
}

// patchWith finds the document of a patch that sets a text of an object.
func (l *Locator) patchWith(name string, object *Object, at yamledit.Path, text string) (Place, bool) {
	file := l.source(name)
	if file == nil {
		return Place{}, false
	}
	doc := slices.IndexFunc(file.Docs, func(doc yamledit.Document) bool {
		kind, value := child(doc.Root, "kind"), walk(doc.Root, at)
		return kind != nil && kind.Value == object.Kind && value != nil && value.Value == text
	})
	return Place{File: name, Doc: doc, Path: at, Patch: true}, doc >= 0
}
