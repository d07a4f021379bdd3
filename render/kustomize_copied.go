package render

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/resid"
	"sigs.k8s.io/kustomize/kyaml/utils"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

// from finds the value that a replacement copied into a field.
func (c *copies) from(entry *replacementEntry, rendered *kyaml.Node) (Copy, bool) {
	by := Link{File: entry.place.File, Line: entry.line, Via: ViaGenerated}
	if entry.SourceValue != nil {
		place := entry.place
		place.Path = place.Path.Join("sourceValue")
		return Copy{From: place, By: by}, true
	}
	if entry.Source == nil {
		return Copy{}, false
	}
	copied, ok := c.chosen(c.settings(entry.of, entry.Source.ResId, sourcePath(entry.Source), 0), rendered)
	copied.By = by
	return copied, ok
}

func sourcePath(source *types.SourceSelector) string {
	if source.FieldPath == "" {
		return types.DefaultReplacementFieldPath
	}
	return source.FieldPath
}

// chosen picks from the places that set a field one after the other: the last that holds what was rendered, else
// the last one.
func (c *copies) chosen(settings []Copy, rendered *kyaml.Node) (Copy, bool) {
	for _, setting := range slices.Backward(settings) {
		if file := c.text(&setting.From); file != nil && rendered != nil && setting.From.Line == 0 {
			node := walk(file.Docs[setting.From.Doc].Root, setting.From.Path)
			if node != nil && node.Kind == kyaml.ScalarNode && node.Value == setting.From.Prefix+rendered.Value {
				return setting, true
			}
		}
	}
	if len(settings) == 0 {
		return Copy{}, false
	}
	return settings[len(settings)-1], true
}

// text is what a place counts in, nil if it cannot be read.
func (c *copies) text(place *Place) *yamledit.File {
	file := c.file(place.File)
	if file == nil || len(place.Inside) == 0 {
		return file
	}
	inner, ok := file.InnerAt(place.Inside)
	if !ok {
		return nil
	}
	return inner.File
}

// maxCopies bounds how often a value is copied on.
const maxCopies = 5

// settings returns the places that set a field of an object in what a kustomization builds, nil for the root, in their
// order: the object's own, then patches of it and what is copied there.
func (c *copies) settings(of *kustomization, id resid.ResId, fieldPath string, copied int) []Copy {
	key := fmt.Sprint(id, fieldPath, copied)
	within := c.build.all
	if of != nil {
		key += of.file
		within = c.within(of)
	}
	if _, known := c.set[key]; !known {
		c.set[key] = c.findSettings(within, id, fieldPath, copied)
	}
	return c.set[key]
}

// within is kustomizeBuild.within, once.
func (c *copies) within(k *kustomization) []*kustomization {
	if _, known := c.seen[k]; !known {
		c.seen[k] = c.build.within(k)
	}
	return c.seen[k]
}

func (c *copies) findSettings(within []*kustomization, id resid.ResId, fieldPath string, copied int) []Copy {
	steps := utils.SmarterPathSplitter(fieldPath, ".")
	own, ok := c.field(within, id, steps)
	if !ok || copied > maxCopies {
		return nil
	}
	var settings []Copy
	for _, place := range own {
		settings = append(settings, Copy{From: place})
	}
	through := c.holders(id)
	for _, k := range slices.Backward(within) {
		for _, place := range c.patches(k, id, steps) {
			settings = append(settings, Copy{From: place, Through: through})
		}
		for _, entry := range c.entries(k) {
			if entry.Source == nil || !entry.sets(id, fieldPath) {
				continue
			}
			for _, earlier := range c.settings(entry.of, entry.Source.ResId, sourcePath(entry.Source), copied+1) {
				earlier.Through = slices.Concat(earlier.Through, through)
				settings = append(settings, earlier)
			}
		}
	}
	return settings
}

// sets says whether a replacement copies into a field of an object.
func (e *replacementEntry) sets(id resid.ResId, fieldPath string) bool {
	return slices.ContainsFunc(e.Targets, func(target *types.TargetSelector) bool {
		return target.Select != nil && means(target.Select, id) && slices.Contains(target.FieldPaths, fieldPath)
	})
}

// means says whether a selector is for an object.
func means(selector *types.Selector, id resid.ResId) bool {
	name, err := regexp.Compile("^(?:" + selector.Name + ")$")
	return (selector.Kind == "" || selector.Kind == id.Kind) && (selector.Name == "" || err == nil && name.MatchString(id.Name))
}

// holders returns the documents in which an object stands.
func (c *copies) holders(id resid.ResId) []Place {
	var found []Place
	for _, k := range c.build.all {
		for _, ref := range k.refs {
			if ref.use != useResource || ref.target == "" || ref.isDir {
				continue
			}
			for _, object := range c.sources.file(ref.target) {
				if object.kind == id.Kind && object.name == id.Name {
					found = append(found, Place{File: object.source.File, Doc: object.source.Doc})
				}
			}
		}
	}
	return found
}

// patches returns the places at which the patches of a kustomization set a field of an object.
func (c *copies) patches(k *kustomization, id resid.ResId, steps []string) []Place {
	var found []Place
	add := func(field string, at int, file string, target *types.Selector) {
		place := Place{File: k.file, Inside: yamledit.NewPath(field, at, "patch"), Patch: true}
		if field == "patchesStrategicMerge" {
			place.Inside = place.Inside[:2]
		}
		if ref := slices.IndexFunc(k.refs, func(ref reference) bool { return ref.use == usePatch && ref.value == file }); ref >= 0 {
			place.File, place.Inside = k.refs[ref].target, nil
		}
		if text := c.text(&place); text != nil {
			found = append(found, inPatch(text, place, target, id, steps)...)
		}
	}
	strategic, operations := oldPatches(&k.parsed)
	for i, patch := range strategic {
		add("patchesStrategicMerge", i, string(patch), nil)
	}
	for i, patch := range k.parsed.Patches {
		add("patches", i, patch.Path, patch.Target)
	}
	for i, patch := range operations {
		add("patchesJson6902", i, patch.Path, patch.Target)
	}
	return found
}

// inPatch returns the places at which a patch sets a field of an object.
func inPatch(text *yamledit.File, place Place, target *types.Selector, id resid.ResId, steps []string) []Place {
	var found []Place
	for doc := range text.Docs {
		root := text.Docs[doc].Root
		if root == nil {
			continue
		}
		var paths []yamledit.Path
		header, _ := headerOf(root)
		switch {
		case root.Kind == kyaml.SequenceNode && target != nil && means(target, id):
			paths = inOperations(root, steps)
		case root.Kind == kyaml.MappingNode && (target != nil && means(target, id) || target == nil && header.Kind == id.Kind && header.Name == id.Name):
			paths = fieldPaths(root, steps, nil)
		}
		for _, path := range paths {
			at := place
			at.Doc, at.Path = doc, path
			found = append(found, at)
		}
	}
	return found
}

// inOperations returns the values of operations that set a field.
func inOperations(list *kyaml.Node, steps []string) []yamledit.Path {
	var found []yamledit.Path
	for i, operation := range list.Content {
		op, pointer, value := child(operation, "op"), child(operation, "path"), child(operation, "value")
		if op == nil || pointer == nil || value == nil || op.Value != "add" && op.Value != "replace" {
			continue
		}
		tokens := strings.Split(strings.TrimPrefix(pointer.Value, "/"), "/")
		for n := range tokens {
			tokens[n] = strings.NewReplacer("~1", "/", "~0", "~").Replace(tokens[n])
		}
		if len(tokens) <= len(steps) && slices.Equal(tokens, steps[:len(tokens)]) {
			found = append(found, fieldPaths(value, steps[len(tokens):], yamledit.NewPath(i, "value"))...)
		}
	}
	return found
}
