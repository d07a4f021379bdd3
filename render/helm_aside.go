package render

import (
	"strings"

	"helm.sh/helm/v3/pkg/chart"
)

// asideValues are values of charts that are put aside while Helm brings values together, which copies all of them several
// times by reflection: those that nothing above a chart sets come out of it as they went in.
type asideValues []any

// A standIn is the index of the value for which it stands. It is of a type that nothing reads YAML into.
type standIn int

// putAside takes values out of a chart and its subcharts that are rendered with values. It takes none where a chart imports
// values of another one, which may be any.
func (a *asideValues) putAside(c *chart.Chart, values map[string]any) {
	imports := false
	walkHelmChart(c, func(of *chart.Chart) {
		for _, dependency := range of.Metadata.Dependencies {
			imports = imports || dependency != nil && len(dependency.ImportValues) > 0
		}
	})
	if !imports {
		a.putAsideBelow(c, []map[string]any{values})
	}
}

// putAsideBelow takes values out of a chart for which the charts above it, and what they are rendered with, set some.
func (a *asideValues) putAsideBelow(c *chart.Chart, above []map[string]any) {
	// Helm looks into these itself.
	needed := map[string]bool{"global": true, "tags": true}
	for _, dependency := range c.Metadata.Dependencies {
		if dependency == nil {
			continue
		}
		needed[dependency.Name], needed[dependency.Alias] = true, true
		for condition := range strings.SplitSeq(dependency.Condition, ",") {
			key, _, _ := strings.Cut(strings.TrimSpace(condition), ".")
			needed[key] = true
		}
	}
	for _, subchart := range c.Dependencies() {
		needed[subchart.Name()] = true
	}
	for _, upper := range above {
		for key := range upper {
			needed[key] = true
		}
	}
	below := append([]map[string]any{c.Values}, above...)
	kept := make(map[string]any, len(c.Values))
	for key, value := range c.Values {
		if isCollection(value) && !needed[key] {
			kept[key] = standIn(len(*a))
			*a = append(*a, value)
		} else {
			kept[key] = value
		}
	}
	for _, subchart := range c.Dependencies() {
		a.putAsideBelow(subchart, settingsOf(c, subchart, below))
	}
	if c.Values != nil {
		c.Values = kept
	}
}

// settingsOf are the values that those above set for a subchart, by its name or an alias.
func settingsOf(c, subchart *chart.Chart, above []map[string]any) (settings []map[string]any) {
	names := map[string]bool{subchart.Name(): true}
	for _, dependency := range c.Metadata.Dependencies {
		if dependency != nil && dependency.Name == subchart.Name() {
			names[dependency.Alias] = true
		}
	}
	for _, upper := range above {
		for name := range names {
			if own, ok := upper[name].(map[string]any); ok {
				settings = append(settings, own)
			}
		}
	}
	return settings
}

// putBack puts copies of values in the place of what stands for them.
func (a asideValues) putBack(tree any) any {
	switch tree := tree.(type) {
	case map[string]any:
		for key, value := range tree {
			tree[key] = a.putBack(value)
		}
	case standIn:
		return copyTree(a[tree])
	}
	return tree
}
