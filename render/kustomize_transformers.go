package render

import (
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/types"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

// A transformer is the configuration of one of upstream's transformers.
type transformer struct {
	kind  string
	place Place // of its document
	root  *kyaml.Node
	line  int
}

// transformerFiles returns the files that configure transformers of a kustomization.
func (b *kustomizeBuild) transformerFiles(k *kustomization) []string {
	var files []string
	for _, ref := range k.refs {
		switch {
		case ref.use != usePlugin || ref.field != "transformers" || ref.target == "":
		case ref.isDir:
			files = append(files, b.scan.listed(ref.target).Files...)
		default:
			files = append(files, ref.target)
		}
	}
	return files
}

// transformers returns the transformers that a kustomization configures, in files and in itself.
func (b *kustomizeBuild) transformers(k *kustomization) []transformer {
	var found []transformer
	add := func(text *yamledit.File, place Place, line func(node *kyaml.Node) int) {
		for doc := range text.Docs {
			root := text.Docs[doc].Root
			if kind, version := child(root, "kind"), child(root, "apiVersion"); kind != nil && version != nil && version.Value == "builtin" {
				place.Doc = doc
				found = append(found, transformer{kind: kind.Value, place: place, root: root, line: line(root)})
			}
		}
	}
	for _, name := range b.transformerFiles(k) {
		if content, err := b.files.ReadFile(name); err == nil {
			add(yamledit.Parse(content), Place{File: name}, func(node *kyaml.Node) int { return node.Line })
		}
	}
	if len(k.parsed.Transformers) == 0 {
		return found
	}
	around := yamledit.Parse(k.content)
	for i := range k.parsed.Transformers {
		at := yamledit.NewPath("transformers", i)
		if inner, ok := around.InnerAt(at); ok {
			line := scalarLine(k.content, "transformers", k.parsed.Transformers[i])
			add(inner.File, Place{File: k.file, Inside: at}, func(*kyaml.Node) int { return line })
		}
	}
	return found
}

func (c *copies) transformers(k *kustomization) []transformer {
	if _, known := c.transformed[k]; !known {
		c.transformed[k] = c.build.transformers(k)
	}
	return c.transformed[k]
}

// configured returns the replacements of a transformer.
func (c *copies) configured(k *kustomization, t *transformer) []replacementEntry {
	list := child(t.root, "replacements")
	if t.kind != "ReplacementTransformer" || list == nil || list.Kind != kyaml.SequenceNode {
		return nil
	}
	var entries []replacementEntry
	for i, item := range list.Content {
		var replacement types.Replacement
		if item.Decode(&replacement) != nil {
			continue
		}
		place := t.place
		place.Path = yamledit.NewPath("replacements", i)
		entries = append(entries, replacementEntry{Replacement: replacement, of: k, place: place, line: t.line})
	}
	return entries
}

// annotations finds the annotations of an object that kustomizations on its way set: commonAnnotations, and those of
// AnnotationsTransformers.
func (c *copies) annotations(object *Object, found map[string]Copy, included inclusions) {
	root := lastRoot(yamledit.Parse(object.YAML))
	through := c.build.through(object.Source.File, included)
	for _, k := range slices.Backward(c.build.all) {
		if !through[k] {
			continue
		}
		for _, at := range annotationsBelow(root, nil) {
			for key := range k.parsed.CommonAnnotations {
				c.annotation(found, root, at.Join(key), Place{File: k.file, Doc: c.firstDoc(k), Path: yamledit.NewPath("commonAnnotations", key)})
			}
			for _, t := range c.transformers(k) {
				values := child(t.root, "annotations")
				if t.kind != "AnnotationsTransformer" || values == nil || values.Kind != kyaml.MappingNode || !t.reaches(object, at) {
					continue
				}
				for i := 0; i+1 < len(values.Content); i += 2 {
					place := t.place
					place.Path = yamledit.NewPath("annotations", values.Content[i].Value)
					c.annotation(found, root, at.Join(values.Content[i].Value), place)
				}
			}
		}
	}
}

// annotation notes the place of an annotation that stands in an object as it stands there.
func (c *copies) annotation(found map[string]Copy, root *kyaml.Node, at yamledit.Path, place Place) {
	text, rendered := c.text(&place), walk(root, at)
	if text == nil || rendered == nil {
		return
	}
	if node := walk(text.Docs[place.Doc].Root, place.Path); node != nil && node.Value == rendered.Value {
		found[at.String()] = Copy{From: place}
	}
}

func (c *copies) firstDoc(k *kustomization) int {
	if file := c.file(k.file); file != nil {
		return file.FirstDoc()
	}
	return 0
}

// reaches says whether a transformer has a field for annotations at a path of an object.
func (t *transformer) reaches(object *Object, at yamledit.Path) bool {
	specs := child(t.root, "fieldSpecs")
	if specs == nil {
		return false
	}
	var keys []string
	for _, step := range at {
		keys = append(keys, step.Key)
	}
	return slices.ContainsFunc(specs.Content, func(spec *kyaml.Node) bool {
		path, kind := child(spec, "path"), child(spec, "kind")
		return path != nil && path.Value == strings.Join(keys, "/") && (kind == nil || kind.Value == object.Kind)
	})
}

// annotationsBelow returns where annotations stand in an object and the templates in it.
func annotationsBelow(node *kyaml.Node, at yamledit.Path) []yamledit.Path {
	if node == nil || node.Kind != kyaml.MappingNode {
		return nil
	}
	var found []yamledit.Path
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i].Value, node.Content[i+1]
		if key == "annotations" && len(at) > 0 && at[len(at)-1].Key == "metadata" {
			found = append(found, at.Join(key))
			continue
		}
		found = append(found, annotationsBelow(value, at.Join(key))...)
	}
	return found
}
