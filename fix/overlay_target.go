package fix

import (
	"regexp"
	"slices"
	"strings"

	"github.com/podmend/podmend/render"
)

// An identity is what patches of a root may know an object by: by the names and namespaces that it has in its own file
// and when the patches are applied.
// https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.2/api/resmap/reswrangler.go (Select)
type identity struct {
	group, version, kind string
	names, namespaces    []string
}

// targetOf selects an object for a patch: by kind and name where that selects no other, which is how people write
// it, and else by as much more as it takes.
func (p *proposer) targetOf(object *render.Object) map[string]any {
	own := p.identityOf(object)
	var others []identity
	if result := p.results[p.objects[object].target]; result != nil {
		for i := range result.Objects {
			if other := &result.Objects[i]; other != object && other.Kind == object.Kind {
				others = append(others, p.identityOf(other))
			}
		}
	}
	for _, withVersion := range []bool{false, true} {
		for _, namespace := range append([]string{""}, own.namespaces...) {
			for _, name := range own.names {
				selects := func(other identity) bool {
					return slices.Contains(other.names, name) && (namespace == "" || slices.Contains(other.namespaces, namespace)) &&
						(!withVersion || other.group == own.group && other.version == own.version)
				}
				if !slices.ContainsFunc(others, selects) {
					return own.selector(name, namespace, withVersion)
				}
			}
		}
	}
	return own.selector(own.names[0], "", false)
}

// selector is the target of a patch. Its name is a regular expression.
func (i identity) selector(name, namespace string, withVersion bool) map[string]any {
	target := map[string]any{"kind": i.kind, "name": regexp.QuoteMeta(name)}
	if namespace != "" {
		target["namespace"] = namespace
	}
	if withVersion {
		target["version"] = i.version
		if i.group != "" {
			target["group"] = i.group
		}
	}
	return target
}

func (p *proposer) identityOf(object *render.Object) identity {
	group, version, grouped := strings.Cut(object.APIVersion, "/")
	if !grouped {
		group, version = "", group
	}
	fields := p.kustomizationFields(object.Source.Kustomization)
	name, namespace := object.Name, object.Namespace
	source := p.sourceField(object, "namespace", "")
	if patchesField(fields) == "patches" { // the old field comes after these
		prefix, _ := fields["namePrefix"].(string)
		suffix, _ := fields["nameSuffix"].(string)
		name = strings.TrimSuffix(strings.TrimPrefix(name, prefix), suffix)
		if fields["namespace"] != nil {
			namespace = source
		}
	}
	return identity{
		group: group, version: version, kind: object.Kind,
		names:      distinctStrings(p.sourceName(object), name),
		namespaces: distinctStrings(namespaceOf(namespace), namespaceOf(source)),
	}
}

// namespaceOf is the namespace by which kustomize knows an object.
func namespaceOf(name string) string {
	if name == "" {
		return "default"
	}
	return name
}

func distinctStrings(a, b string) []string {
	if a == b {
		return []string{a}
	}
	return []string{a, b}
}

// sourceName is the name of an object before any prefix.
func (p *proposer) sourceName(object *render.Object) string {
	if printed := object.OfChart(); printed != nil {
		return printed.Name
	}
	return p.sourceField(object, "name", object.Name)
}

// sourceField is a field of the metadata of an object in its own file, or, if it is not known to have one, otherwise.
func (p *proposer) sourceField(object *render.Object, field, otherwise string) string {
	if !object.Source.Manifest {
		return otherwise
	}
	file, err := p.editor.parse(object.Source.File)
	if err != nil {
		return otherwise
	}
	if found, ok := file.Find(object.Source.Doc, object.Source.Path.Join("metadata", field)); ok {
		return found.Node.Value
	}
	return otherwise
}
