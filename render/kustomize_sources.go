package render

import (
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/types"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

// A candidate is something that objects are made of, under the name that it has after the name
// prefixes, suffixes and namespaces of the kustomizations on its way.
type candidate struct {
	apiVersion, kind, namespace, name string
	source                            Source
}

// addSources finds the place of each object in source. kustomize drops what it knows of that at
// the end of a build, so names are compared; only where that leaves doubt, a second build that
// keeps the files' names is asked.
func (b *kustomizeBuild) addSources(objects []Object, served map[string][]byte) {
	index := map[[2]string][]candidate{}
	walk := &candidateWalk{scan: b.scan, docs: map[string][]candidate{}}
	for _, c := range walk.kustomization(b.root, nil) {
		key := [2]string{c.kind, c.name}
		index[key] = append(index[key], c)
	}
	doubt := false
	for i := range objects {
		object := &objects[i]
		found := ofObject(object, index[[2]string{object.Kind, object.Name}])
		if len(found) == 0 {
			if plain, ok := withoutHash(object.Name); ok {
				found = ofObject(object, index[[2]string{object.Kind, plain}])
			}
		}
		if len(found) == 1 {
			object.Source = found[0]
		} else {
			object.Source = Source{File: b.root.file}
			doubt = doubt || object.YAML != nil // nobody asks for the place of what was dropped
		}
	}
	if doubt {
		b.askOrigins(objects, served, walk)
	}
}

// ofObject returns the places that an object may come from.
func ofObject(object *Object, candidates []candidate) []Source {
	for _, same := range []func(candidate) bool{
		func(candidate) bool { return true },
		func(c candidate) bool { return c.namespace == object.Namespace },
		func(c candidate) bool { return c.namespace == object.Namespace && c.apiVersion == object.APIVersion },
	} {
		var found []Source
		for _, c := range candidates {
			if same(c) && !slices.ContainsFunc(found, func(s Source) bool { return sameSource(s, c.source) }) {
				found = append(found, c.source)
			}
		}
		if len(found) < 2 {
			return found
		}
	}
	return nil
}

func sameSource(a, b Source) bool {
	return a.File == b.File && a.Doc == b.Doc && slices.Equal(a.Path, b.Path)
}

var nameHash = regexp.MustCompile(`-[a-z0-9]{10}$`)

// withoutHash takes the hash of the content off a generated name.
func withoutHash(name string) (string, bool) {
	if !nameHash.MatchString(name) {
		return "", false
	}
	return name[:len(name)-len("-0123456789")], true
}

// A candidateWalk follows kustomizations as a build does.
type candidateWalk struct {
	scan  *kustomizationScan
	docs  map[string][]candidate // by file
	steps int
}

// maxSteps bounds the walk: kustomizations that include each other many times over multiply.
const maxSteps = 10000

// kustomization returns the candidates of a kustomization. Those of its parent are given to a
// component, which changes them too.
func (w *candidateWalk) kustomization(k *kustomization, found []candidate) []candidate {
	if w.steps++; k == nil || w.steps > maxSteps {
		return found
	}
	for _, ref := range k.refs {
		switch {
		case ref.use != useResource || ref.target == "":
		case ref.isDir:
			found = append(found, w.kustomization(w.scan.load(ref.target), nil)...)
		default:
			found = append(found, w.file(ref.target)...)
		}
	}
	found = append(found, generated(k)...)
	for _, ref := range k.refs {
		if ref.use == useComponent && ref.target != "" {
			found = w.kustomization(w.scan.load(ref.target), found)
		}
	}
	p := &k.parsed
	if p.NamePrefix == "" && p.NameSuffix == "" && p.Namespace == "" {
		return found
	}
	found = slices.Clone(found)
	for i := range found {
		c := &found[i]
		// As in upstream's PrefixTransformer and SuffixTransformer.
		if c.kind != "CustomResourceDefinition" && c.kind != "Namespace" && c.kind != "APIService" {
			c.name = p.NamePrefix + c.name + p.NameSuffix
		}
		switch {
		case p.Namespace == "":
		case c.kind == "Namespace":
			c.name = p.Namespace
		default:
			c.namespace = p.Namespace
		}
	}
	return found
}

// generated returns what the generators of a kustomization make. What they merge into something
// else keeps the place of that.
func generated(k *kustomization) []candidate {
	var found []candidate
	add := func(kind string, args types.GeneratorArgs) {
		if args.Behavior != "merge" && args.Behavior != "replace" {
			found = append(found, candidate{
				apiVersion: "v1", kind: kind, name: args.Name, namespace: args.Namespace, source: Source{File: k.file},
			})
		}
	}
	for _, args := range k.parsed.ConfigMapGenerator {
		add("ConfigMap", args.GeneratorArgs)
	}
	for _, args := range k.parsed.SecretGenerator {
		add("Secret", args.GeneratorArgs)
	}
	for _, chart := range k.charts {
		for i := range chart.objects {
			object := &chart.objects[i]
			found = append(found, candidate{
				apiVersion: object.APIVersion, kind: object.Kind, namespace: object.Namespace, name: object.Name, source: object.Source,
			})
		}
	}
	return found
}

// file returns the objects of a resource file.
func (w *candidateWalk) file(name string) []candidate {
	if found, ok := w.docs[name]; ok {
		return found
	}
	var found []candidate
	if content, err := w.scan.files.ReadFile(name); err == nil {
		found = fileCandidates(name, content)
	}
	w.docs[name] = found
	return found
}

// fileCandidates returns the objects of a file and the items of its Lists.
func fileCandidates(name string, content []byte) []candidate {
	var found []candidate
	for i, doc := range headers(content).Docs {
		if doc.Root != nil {
			found = appendCandidates(found, doc.Root, Source{File: name, Doc: i, Manifest: true})
		}
	}
	return found
}

// headers parses what says which objects a file holds. The documents are those of the file.
func headers(content []byte) *yamledit.File {
	var short []byte
	for _, doc := range documentTexts(content) {
		short = append(short, headersOnly(doc)...)
	}
	file := yamledit.Parse(short)
	if slices.ContainsFunc(file.Docs, func(doc yamledit.Document) bool { return doc.Err != nil }) {
		return yamledit.Parse(content)
	}
	return file
}

func appendCandidates(found []candidate, node *kyaml.Node, source Source) []candidate {
	header, _ := headerOf(node)
	items := child(node, "items")
	if !strings.HasSuffix(header.Kind, "List") || items == nil {
		return append(found, candidate{
			apiVersion: header.APIVersion, kind: header.Kind, namespace: header.Namespace, name: header.Name, source: source,
		})
	}
	for i, item := range items.Content {
		itemSource := source
		itemSource.Path = source.Path.Concat(yamledit.NewPath("items", i))
		found = appendCandidates(found, item, itemSource)
	}
	return found
}
