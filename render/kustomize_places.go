package render

import (
	"slices"
	"strings"

	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/podmend/podmend/internal/late"
	"github.com/podmend/podmend/internal/yamledit"
)

// keyLine finds the line of the first key of that name, at any depth.
func keyLine(content []byte, key string) int {
	var doc kyaml.Node
	if kyaml.Unmarshal(content, &doc) != nil {
		return 0
	}
	var find func(node *kyaml.Node) int
	find = func(node *kyaml.Node) int {
		for i, below := range node.Content {
			if node.Kind == kyaml.MappingNode && i%2 == 0 && strings.EqualFold(below.Value, key) {
				return below.Line
			}
			if line := find(below); line > 0 {
				return line
			}
		}
		return 0
	}
	return find(&doc)
}

// patchID takes an identity out of upstream's words: Deployment.v1.apps/name.namespace
var patchID = late.Regexp(`([A-Z][A-Za-z0-9]*)\.[^/\s"]+/([^\s"\]]+?)\.(?:\[noNs\]|\[noGrp\]|[a-z0-9-]+)["; :\]]`)

// placePatch finds the patch that misses its target.
func placePatch(f *kustomizeFailure, found *Error) {
	words := patchID().FindStringSubmatch(f.reason + " ")
	if words == nil {
		return
	}
	kind, name := words[1], words[2]
	for _, ref := range f.where.refs {
		if ref.use != usePatch || ref.target == "" {
			continue
		}
		content, err := f.build.files.ReadFile(ref.target)
		if err != nil {
			continue
		}
		if line := patchLine(content, kind, name); line > 0 {
			found.File, found.Line = ref.target, line
			return
		}
	}
	p := &f.where.parsed
	strategic, _ := oldPatches(p)
	var inline []string
	for _, patch := range p.Patches {
		inline = append(inline, patch.Patch)
	}
	for _, patch := range strategic {
		inline = append(inline, string(patch))
	}
	at := slices.IndexFunc(inline, func(patch string) bool { return patchLine([]byte(patch), kind, name) > 0 })
	if at >= 0 {
		found.File, found.Line = f.where.file, scalarLine(f.where.content, "", inline[at])
	}
}

// patchLine finds the line of the name in the patch for an object.
func patchLine(content []byte, kind, name string) int {
	if !strings.Contains(string(content), name) {
		return 0
	}
	for _, doc := range yamledit.Parse(content).Docs {
		header, _ := headerOf(doc.Root)
		if header.Kind == kind && header.Name == name {
			return child(child(doc.Root, "metadata"), "name").Line
		}
	}
	return 0
}

var patchPath = late.Regexp(`\[path: "([^"]+)"\]|patch file '([^']+)'|file=([^\s,]+)`)

// placePatchFile finds the file of a broken patch, or the only one that there is.
func placePatchFile(f *kustomizeFailure, found *Error) {
	words := patchPath().FindStringSubmatch(f.reason)
	var patches []reference
	for _, ref := range f.where.refs {
		if ref.use == usePatch && ref.target != "" {
			patches = append(patches, ref)
			if words != nil && ref.value == words[1]+words[2]+words[3] {
				found.File = ref.target
				return
			}
		}
	}
	strategic, operations := oldPatches(&f.where.parsed)
	if len(patches) == 1 && len(f.where.parsed.Patches)+len(strategic)+len(operations) == 1 {
		found.File = patches[0].target
	}
}
