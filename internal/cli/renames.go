package cli

import (
	"path"
	"slices"
	"strings"

	"github.com/podmend/podmend/render"
)

// baseID is the id that a target of the head has in the base: of a renamed folder or values file, the
// old one.
func (c *comparison) baseID(target render.Target) string {
	was := target.Path
	switch target.Kind {
	case render.Plain:
		if old, ok := c.renamed[target.Path]; ok {
			was = old
		}
	case render.Helm:
		was = c.baseFolder(target.Path, "Chart.yaml")
		if id, ok := c.withOldValues(was, target.Values); ok {
			return id
		}
	case render.Kustomize:
		was = c.baseFolder(target.Path, "kustomization.yaml", "kustomization.yml", "Kustomization")
	}
	return strings.Replace(target.ID, ":"+target.Path, ":"+was, 1)
}

// withOldValues finds the target that a chart of the base is with values files that were renamed.
func (c *comparison) withOldValues(chart string, values []string) (id string, ok bool) {
	were := make([]string, len(values))
	for i, name := range values {
		were[i] = c.baseFile(name)
	}
	if slices.Equal(were, values) {
		return "", false
	}
	for _, target := range c.before {
		if target.Kind == render.Helm && target.Path == chart && slices.Equal(target.Values, were) {
			return target.ID, true
		}
	}
	return "", false
}

func (c *comparison) baseFolder(dir string, names ...string) string {
	for _, name := range names {
		if old, ok := c.renamed[path.Join(dir, name)]; ok {
			return path.Dir(old)
		}
	}
	return dir
}

// baseFile is the name of a file of the head in the base.
func (c *comparison) baseFile(name string) string {
	if old, ok := c.renamed[name]; ok {
		return old
	}
	return name
}

// baseLine is the number that a line of the head has in the base; 0 if the head adds or changes it.
func (c *comparison) baseLine(name string, line int) int {
	if file := c.File(name); file != nil {
		return file.OldLine(line)
	}
	return line
}
