package render

import (
	"slices"
	"strings"

	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
)

// PatchEntries returns the entries that name a file as a patch, in the kustomizations of some
// folders and those that they include.
func PatchEntries(files *overlay.FS, dirs []string, name string) []Place {
	scan := newKustomizationScan(files)
	var entries []Place
	seen := map[*kustomization]bool{}
	for _, dir := range dirs {
		for _, k := range scan.closure(dir) {
			if seen[k] {
				continue
			}
			seen[k] = true
			for i := range k.refs {
				ref := &k.refs[i]
				if ref.use == usePatch && ref.target == name && ref.file == k.file {
					entries = append(entries, k.entries(ref)...)
				}
			}
		}
	}
	return entries
}

// entries finds the list items by which a kustomization names a patch.
func (k *kustomization) entries(ref *reference) []Place {
	file := yamledit.Parse(k.content)
	doc := file.FirstDoc()
	var entries []Place
	if len(file.Docs) == 0 || file.Docs[doc].Root == nil {
		return nil
	}
	root := file.Docs[doc].Root
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, list := root.Content[i].Value, resolveAlias(root.Content[i+1])
		if !strings.EqualFold(key, ref.field) || list.Kind != kyaml.SequenceNode {
			continue
		}
		for n, item := range list.Content {
			named := resolveAlias(item)
			if path := child(item, "path"); path != nil {
				named = path
			}
			if named.Kind == kyaml.ScalarNode && named.Value == ref.value {
				at := Place{File: k.file, Doc: doc, Path: yamledit.NewPath(key, n)}
				if !slices.ContainsFunc(entries, func(other Place) bool { return other.same(&at) }) {
					entries = append(entries, at)
				}
			}
		}
	}
	return entries
}
