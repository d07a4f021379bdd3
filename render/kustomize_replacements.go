package render

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/resid"
	"sigs.k8s.io/kustomize/kyaml/utils"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

// A Copy is a value that a replacement or variable takes from one place to another.
type Copy struct {
	From Place
	// Through are objects that hold the value on its way, apart from that of From.
	Through []Place
	By      Link // the entry of the kustomization that copies; none where it sets the value itself
	// Over are the files that patch later: those of the kustomizations that include the one that copies.
	Over []string
	// Variable says that a variable of Flux copies the value.
	Variable bool
	// Part says that the value is part of a text there, which From leads into.
	Part bool
}

// copies are the values that a build copies, by what they are copied to.
type copies struct {
	build   *kustomizeBuild
	sources *candidateWalk
	parsed  map[string]*yamledit.File
	// listed, transformed and set keep what is asked for again with each object.
	listed      map[*kustomization][]replacementEntry
	transformed map[*kustomization][]transformer
	set         map[string][]Copy
	seen        map[*kustomization][]*kustomization
}

func newCopies(b *kustomizeBuild) *copies {
	return &copies{
		build: b, sources: &candidateWalk{scan: b.scan, docs: map[string][]candidate{}}, parsed: map[string]*yamledit.File{},
		listed: map[*kustomization][]replacementEntry{}, transformed: map[*kustomization][]transformer{}, set: map[string][]Copy{}, seen: map[*kustomization][]*kustomization{},
	}
}

// replacement is an entry of replacements.
type replacementEntry struct {
	types.Replacement
	of    *kustomization // whose objects it sees
	place Place          // of the entry
	line  int
}

func (c *copies) file(name string) *yamledit.File {
	if file, ok := c.parsed[name]; ok {
		return file
	}
	content, err := c.build.files.ReadFile(name)
	if err != nil {
		return nil
	}
	c.parsed[name] = yamledit.Parse(content)
	return c.parsed[name]
}

// entries returns the replacements of a kustomization.
func (c *copies) entries(k *kustomization) []replacementEntry {
	if _, known := c.listed[k]; !known {
		c.listed[k] = c.findEntries(k)
	}
	return c.listed[k]
}

func (c *copies) findEntries(k *kustomization) []replacementEntry {
	var entries []replacementEntry
	for i, field := range k.parsed.Replacements {
		if field.Path == "" {
			entries = append(entries, c.entry(k, field.Replacement, k.file, yamledit.NewPath("replacements", i)))
			continue
		}
		at := slices.IndexFunc(k.refs, func(ref reference) bool { return ref.field == "replacements" && ref.value == field.Path })
		if at < 0 || k.refs[at].target == "" {
			continue
		}
		name := k.refs[at].target
		content, err := c.build.files.ReadFile(name)
		if err != nil {
			continue
		}
		var list []types.Replacement
		if yaml.Unmarshal(content, &list) == nil {
			for n, one := range list {
				entries = append(entries, c.entry(k, one, name, yamledit.NewPath(n)))
			}
			continue
		}
		var one types.Replacement
		if yaml.Unmarshal(content, &one) == nil {
			entries = append(entries, c.entry(k, one, name, nil))
		}
	}
	for _, transformer := range c.transformers(k) {
		entries = append(entries, c.configured(k, &transformer)...)
	}
	return entries
}

func (c *copies) entry(k *kustomization, replacement types.Replacement, file string, path yamledit.Path) replacementEntry {
	entry := replacementEntry{Replacement: replacement, of: k, place: Place{File: file, Path: path}, line: 1}
	if parsed := c.file(file); parsed != nil {
		entry.place.Doc = parsed.FirstDoc()
		if found, ok := parsed.Find(entry.place.Doc, path); ok {
			entry.line = found.Key.Line
		}
	}
	return entry
}

// into returns what the replacements of a build copy into an object, by the path of the field.
func (c *copies) into(object *Object) map[string]Copy {
	found := map[string]Copy{}
	root := lastRoot(yamledit.Parse(object.YAML))
	for _, k := range slices.Backward(c.build.all) {
		over := c.build.patchedLater(k)
		for _, entry := range c.entries(k) {
			for _, target := range entry.Targets {
				if target.Select == nil || !selects(target.Select, object) {
					continue
				}
				for _, fieldPath := range target.FieldPaths {
					for _, path := range fieldPaths(root, utils.SmarterPathSplitter(fieldPath, "."), nil) {
						if copied, ok := c.from(&entry, walk(root, path)); ok {
							copied.Over = over
							found[path.String()] = copied
						}
					}
				}
			}
		}
	}
	return found
}

// selects says whether a selector may mean an object. Prefixes and suffixes may have changed names
// since; the value that is found there decides.
func selects(selector *types.Selector, object *Object) bool {
	return (selector.Kind == "" || selector.Kind == object.Kind) && strings.Contains(object.Name, strings.Trim(selector.Name, "^$"))
}

// fieldPaths returns the paths that a replacement's path of a field leads to.
func fieldPaths(node *kyaml.Node, steps []string, at yamledit.Path) []yamledit.Path {
	if node == nil {
		return nil
	}
	if len(steps) == 0 {
		return []yamledit.Path{at}
	}
	step, rest := steps[0], steps[1:]
	if node.Kind != kyaml.SequenceNode {
		if node.Kind == kyaml.MappingNode {
			step = yamledit.KeyOf(node, step)
		}
		return fieldPaths(child(node, step), rest, at.Join(step))
	}
	key, value, matches := strings.Cut(strings.Trim(step, "[]"), "=")
	var found []yamledit.Path
	for i, item := range node.Content {
		named := child(item, key)
		if index, err := strconv.Atoi(step); step == "*" || err == nil && index == i || matches && named != nil && named.Value == value {
			found = append(found, fieldPaths(item, rest, at.Join(i))...)
		}
	}
	return found
}

// variables returns the fields that the variables of a build stand for, by name.
func (c *copies) variables() map[string]Copy {
	found := map[string]Copy{}
	for _, k := range c.build.all {
		for _, variable := range oldVars(&k.parsed) {
			fieldPath := variable.FieldRef.FieldPath
			if fieldPath == "" {
				fieldPath = types.DefaultReplacementFieldPath
			}
			id := resid.ResId{Gvk: variable.ObjRef.GVK(), Name: variable.ObjRef.Name, Namespace: variable.ObjRef.Namespace}
			if copied, ok := c.chosen(c.settings(nil, id, fieldPath, 0), nil); ok {
				copied.By = Link{File: k.file, Line: scalarLine(k.content, "vars", variable.Name), Via: ViaGenerated}
				found[variable.Name] = copied
			}
		}
	}
	return found
}

// oldVars returns the field that came before replacements.
func oldVars(p *types.Kustomization) []types.Var {
	//lint:ignore SA1019 kustomize still applies them
	return p.Vars
}

// traceCopies adds to traces what replacements and variables copy.
func (b *kustomizeBuild) traceCopies(objects []Object, included inclusions) {
	copies := newCopies(b)
	variables := copies.variables()
	doubtful := false
	for _, k := range b.all {
		doubtful = doubtful || len(k.parsed.Transformers) > 0 || len(k.parsed.Replacements) > 0 || len(oldVars(&k.parsed)) > 0
	}
	for i := range objects {
		fields := objects[i].fields()
		if fields == nil {
			continue
		}
		fields.Doubtful = doubtful
		fields.Copies, fields.Variables = map[string]Copy{}, variables
		copies.annotations(&objects[i], fields.Copies, included)
		maps.Copy(fields.Copies, copies.into(&objects[i]))
		for _, found := range []map[string]Copy{fields.Copies, variables} {
			for _, copied := range found {
				for _, name := range []string{copied.From.File, copied.By.File} {
					fields.Chains[name] = included.chain(name)
				}
			}
		}
	}
}
