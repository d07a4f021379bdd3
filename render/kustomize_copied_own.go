package render

import (
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/resid"

	"github.com/podmend/podmend/internal/yamledit"
)

// field finds a field of one of the objects that some kustomizations read or generate.
// It says false where another object of that name may be meant.
func (c *copies) field(within []*kustomization, id resid.ResId, steps []string) (found []Place, ok bool) {
	for _, k := range within {
		if place, over, ok := c.literal(k, id, steps); ok {
			found = append(found, place)
			if over && len(found) == 1 && k.parsed.Kind != types.ComponentKind && len(k.parsed.Components) == 0 {
				return found, true // what it includes comes later, and is overruled
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
	return found, len(found) < 2
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
