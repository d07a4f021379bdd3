package render

import (
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
	By   Link // the entry of the kustomization that copies
	// Over are the files that patch later: those of the kustomizations that include the one that copies.
	Over []string
}

// copies are the values that a build copies, by what they are copied to.
type copies struct {
	build   *kustomizeBuild
	sources *candidateWalk
	parsed  map[string]*yamledit.File
}

// replacement is an entry of replacements.
type replacementEntry struct {
	types.Replacement
	place Place // of the entry
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
	var entries []replacementEntry
	for i, field := range k.parsed.Replacements {
		if field.Path == "" {
			entries = append(entries, c.entry(field.Replacement, k.file, yamledit.NewPath("replacements", i)))
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
				entries = append(entries, c.entry(one, name, yamledit.NewPath(n)))
			}
			continue
		}
		var one types.Replacement
		if yaml.Unmarshal(content, &one) == nil {
			entries = append(entries, c.entry(one, name, nil))
		}
	}
	return entries
}

func (c *copies) entry(replacement types.Replacement, file string, path yamledit.Path) replacementEntry {
	entry := replacementEntry{Replacement: replacement, place: Place{File: file, Path: path}, line: 1}
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
			from, ok := c.from(&entry, c.build.within(k))
			if !ok {
				continue
			}
			for _, target := range entry.Targets {
				if target.Select == nil || !selects(target.Select, object) {
					continue
				}
				for _, fieldPath := range target.FieldPaths {
					for _, path := range fieldPaths(root, utils.SmarterPathSplitter(fieldPath, "."), nil) {
						found[path.String()] = Copy{From: from, By: Link{File: entry.place.File, Line: entry.line, Via: ViaGenerated}, Over: over}
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

// from finds the value that a replacement copies, out of what its kustomization builds.
func (c *copies) from(entry *replacementEntry, within []*kustomization) (Place, bool) {
	if entry.SourceValue != nil {
		place := entry.place
		place.Path = place.Path.Join("sourceValue")
		return place, true
	}
	if entry.Source == nil {
		return Place{}, false
	}
	fieldPath := entry.Source.FieldPath
	if fieldPath == "" {
		fieldPath = types.DefaultReplacementFieldPath
	}
	return c.field(entry.Source.ResId, fieldPath, within)
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
			if from, ok := c.field(id, fieldPath, c.build.all); ok {
				found[variable.Name] = Copy{From: from, By: Link{File: k.file, Line: scalarLine(k.content, "vars", variable.Name), Via: ViaGenerated}}
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

// field finds a field of one of the objects that some kustomizations read or generate.
func (c *copies) field(id resid.ResId, fieldPath string, within []*kustomization) (Place, bool) {
	steps := utils.SmarterPathSplitter(fieldPath, ".")
	var found []Place
	for _, k := range within {
		if place, over, ok := c.literal(k, id, steps); ok {
			found = append(found, place)
			if over && len(found) == 1 && k.parsed.Kind != types.ComponentKind && len(k.parsed.Components) == 0 {
				return place, true // what it includes comes later, and is overruled
			}
		}
		for _, ref := range k.refs {
			if ref.use != useResource || ref.target == "" || ref.isDir {
				continue
			}
			for _, object := range c.sources.file(ref.target) {
				if object.kind != id.Kind || object.name != id.Name || id.Namespace != "" && object.namespace != "" && object.namespace != id.Namespace {
					continue
				}
				file := c.file(object.source.File)
				node := walk(file.Docs[object.source.Doc].Root, object.source.Path)
				for _, path := range fieldPaths(node, steps, object.source.Path) {
					place := Place{File: object.source.File, Doc: object.source.Doc, Path: path}
					if !slices.ContainsFunc(found, func(other Place) bool { return other.same(&place) }) {
						found = append(found, place)
					}
				}
			}
		}
	}
	if len(found) != 1 {
		return Place{}, false // another object of that name may be meant
	}
	return found[0], true
}

// literal finds the entry of a generated ConfigMap in its kustomization or a file of variables. over says that it
// overrules others of that name.
func (c *copies) literal(k *kustomization, id resid.ResId, steps []string) (place Place, over, ok bool) {
	if id.Kind != "ConfigMap" || len(steps) != 2 || steps[0] != "data" {
		return Place{}, false, false
	}
	for i, generator := range k.parsed.ConfigMapGenerator {
		if generator.Name != id.Name {
			continue
		}
		over := generator.Behavior == "merge" || generator.Behavior == "replace"
		if place, ok := c.envPlace(k, generator.EnvSources, steps[1]); ok {
			return place, over, true
		}
		for n, literal := range generator.LiteralSources {
			if strings.HasPrefix(literal, steps[1]+"=") {
				file := c.file(k.file)
				if file == nil {
					return Place{}, false, false
				}
				return Place{
					File: k.file, Doc: file.FirstDoc(), Path: yamledit.NewPath("configMapGenerator", i, "literals", n), Prefix: steps[1] + "=",
				}, over, true
			}
		}
	}
	return Place{}, false, false
}

// traceCopies adds to traces what replacements and variables copy.
func (b *kustomizeBuild) traceCopies(objects []Object, included inclusions) {
	copies := &copies{build: b, sources: &candidateWalk{scan: b.scan, docs: map[string][]candidate{}}, parsed: map[string]*yamledit.File{}}
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
		fields.Copies, fields.Variables = copies.into(&objects[i]), variables
		for _, found := range []map[string]Copy{fields.Copies, variables} {
			for _, copied := range found {
				for _, name := range []string{copied.From.File, copied.By.File} {
					fields.Chains[name] = included.chain(name)
				}
			}
		}
	}
}
