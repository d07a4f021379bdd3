package render

import (
	"bytes"
	"maps"
	"regexp"
	"slices"
	"strings"

	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

// twins are the marked twins of a build's sources, by name.
type twins struct {
	build *kustomizeBuild
	marks marker
	files map[string][]byte
	// printed are those of what charts print.
	printed map[string][]byte
	// listItems says whether patches mark the items of lists of scalars too. A build fails if such
	// a list is not marked itself.
	listItems bool
}

// markedTwins returns the twins of all that a build reads as resources and patches, over what is
// served otherwise.
func (b *kustomizeBuild) markedTwins(served map[string][]byte, listItems bool) *twins {
	t := &twins{build: b, files: maps.Clone(served), printed: maps.Clone(b.printed), listItems: listItems}
	for _, name := range slices.Sorted(maps.Keys(b.printed)) {
		if twin, ok := t.twin(b.printed[name], Place{File: name}); ok {
			t.printed[name] = twin
		}
	}
	uses := map[string][]use{}
	configured := map[string]bool{}
	for _, k := range b.all {
		for _, name := range b.transformerFiles(k) {
			configured[name] = true
		}
		for _, ref := range k.refs {
			if ref.target != "" && !ref.isDir {
				uses[ref.target] = append(uses[ref.target], ref.use)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(uses)) {
		switch one := slices.Compact(uses[name]); {
		case configured[name]:
			t.addTransformer(name)
		case len(one) > 1:
		case one[0] == useResource:
			t.addFile(name, false)
		case one[0] == usePatch:
			t.addFile(name, true)
		}
	}
	for _, k := range b.all {
		t.addInline(k)
	}
	return t
}

func (t *twins) addFile(name string, patch bool) {
	content, err := t.build.files.ReadFile(name)
	if err != nil || t.files[name] != nil {
		return
	}
	if !patch && t.build.cut[name] {
		content, _ = cutCRDs(content, t.build.named())
	}
	if twin, ok := t.twin(content, Place{File: name, Patch: patch}); ok {
		t.files[name] = twin
	}
}

// twin returns the marked twin of a text. It fails where there is nothing to mark.
func (t *twins) twin(content []byte, place Place) ([]byte, bool) {
	var out bytes.Buffer
	changed := false
	file := yamledit.Parse(content)
	for i := range file.Docs {
		doc := &file.Docs[i]
		if doc.Err != nil {
			return nil, false
		}
		place.Doc = i
		before := len(t.marks.places)
		if place.Patch && doc.Root != nil && doc.Root.Kind == kyaml.SequenceNode {
			t.operations(doc.Root, place)
		} else if doc.Root != nil {
			(&markedText{marks: &t.marks, place: place, patch: place.Patch}).object(doc.Root, nil)
		}
		if len(t.marks.places) == before {
			out.Write(content[doc.Start:doc.End])
			endLine(&out)
			continue
		}
		text, err := printed(doc.Root)
		if err != nil {
			return nil, false
		}
		changed = true
		if len(file.Docs) > 1 {
			out.WriteString("---\n")
		}
		out.Write(text)
	}
	return out.Bytes(), changed
}

func endLine(out *bytes.Buffer) {
	if text := out.Bytes(); len(text) > 0 && text[len(text)-1] != '\n' {
		out.WriteByte('\n')
	}
}

// addInline marks the patches that stand in a kustomization.
func (t *twins) addInline(k *kustomization) {
	content := k.content
	if served := t.files[k.file]; served != nil {
		content = served
	}
	t.addInside(k.file, content, func(fields map[string]any, twin func(text any, at yamledit.Path) any) {
		for _, key := range slices.Sorted(maps.Keys(fields)) {
			list, _ := fields[key].([]any)
			for i, item := range list {
				switch {
				case strings.EqualFold(key, "patchesStrategicMerge"):
					if isInline(item) {
						list[i] = twin(item, yamledit.NewPath(key, i))
					}
				case strings.EqualFold(key, "patches"), strings.EqualFold(key, "patchesJson6902"):
					entry, _ := item.(map[string]any)
					for _, field := range slices.Sorted(maps.Keys(entry)) {
						if strings.EqualFold(field, "patch") && !hashed(entry) {
							entry[field] = twin(trimmed(entry[field]), yamledit.NewPath(key, i, field))
						}
					}
				}
			}
		}
	})
}

// addInside marks patches that stand in fields of a file.
func (t *twins) addInside(name string, content []byte, mark func(fields map[string]any, twin func(text any, at yamledit.Path) any)) {
	changed := false
	twin := func(text any, at yamledit.Path) any {
		content, ok := text.(string)
		if !ok {
			return text
		}
		marked, ok := t.twin([]byte(content), Place{File: name, Inside: t.anchored(name, at), Patch: true})
		if !ok {
			return text
		}
		changed = true
		return string(marked)
	}
	edited, ok := editKustomization(content, func(fields map[string]any) { mark(fields, twin) })
	if ok && changed {
		t.files[name] = edited
	}
}

// trimmed is the text of a patch as kustomize reads it: a block at its end loses its last line break.
func trimmed(text any) any {
	if content, ok := text.(string); ok {
		return strings.TrimRight(content, " \t\r\n")
	}
	return text
}

// patchFields hold the patches of those of upstream's transformers that patch, by kind.
var patchFields = map[any]string{
	"PatchTransformer": "patch", "PatchStrategicMergeTransformer": "patches", "PatchJson6902Transformer": "jsonOp",
}

// addTransformer marks the patch that stands in the configuration of a transformer.
func (t *twins) addTransformer(name string) {
	content, err := t.build.files.ReadFile(name)
	if err != nil || len(documentTexts(content)) > 1 {
		return
	}
	t.addInside(name, content, func(fields map[string]any, twin func(text any, at yamledit.Path) any) {
		if field := patchFields[fields["kind"]]; fields["apiVersion"] == "builtin" && fields[field] != nil && !hashed(fields) {
			text := fields[field]
			if field == "patch" {
				text = trimmed(text)
			}
			fields[field] = twin(text, yamledit.NewPath(field))
		}
	})
}

// inlineStart is how a patch on one line starts, unlike the name of a file.
var inlineStart = regexp.MustCompile(`^\s*(?:[\[{]|- )`)

// isInline says whether an entry of the field patchesStrategicMerge is a patch and not the name of a file.
func isInline(entry any) bool {
	text, ok := entry.(string)
	return ok && (strings.Contains(text, "\n") || inlineStart.MatchString(text))
}

// anchored returns the path of the text that stands at a path of a file.
func (t *twins) anchored(name string, at yamledit.Path) yamledit.Path {
	content, err := t.build.files.ReadFile(name)
	if err != nil || !bytes.ContainsRune(content, '*') {
		return at
	}
	file := yamledit.Parse(content)
	return file.Anchored(file.FirstDoc(), at)
}

// hashed says whether a patch is for objects of whose content a hash is made.
func hashed(entry map[string]any) bool {
	target, _ := entry["target"].(map[string]any)
	kind, _ := target["kind"].(string)
	return kind == "ConfigMap" || kind == "Secret"
}
