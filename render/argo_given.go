package render

import (
	"fmt"
	"maps"

	"github.com/podmend/podmend/internal/yamledit"
)

// givenParameters are those that the configuration gives.
func (m *argoGenerators) givenParameters(kind string, settings map[string]any, at yamledit.Path) ([]parameterSet, *Error) {
	given := m.gitOps.given(kind)
	if given == nil {
		return nil, m.fail(at, "podmend does not know the generator %s. Give its parameters in gitops.generators of %s.", kind, ConfigFile)
	}
	elements, err := readParameters(given.Parameters)
	if err != nil {
		return nil, m.fail(at, "the parameters that %s gives cannot be read: %v.", ConfigFile, err)
	}
	if kind == "clusters" {
		elements = clustersOf(elements, settings)
	}
	values, _ := settings["values"].(map[string]any)
	var sets []parameterSet
	for _, element := range elements {
		set := parameterSet{values: maps.Clone(element)}
		if !m.read.Spec.GoTemplate {
			set.values = map[string]any{}
			for name, value := range flat(element) {
				set.values[name] = value
			}
		}
		if failed := m.addValues(&set, values, at.Join("values")); failed != nil {
			return nil, failed
		}
		sets = append(sets, set)
	}
	if flatList, _ := settings["flatList"].(bool); flatList && kind == "clusters" {
		var clusters []any
		for i := range sets {
			clusters = append(clusters, sets[i].values)
		}
		sets = []parameterSet{{values: map[string]any{"clusters": clusters}}}
	}
	return sets, nil
}

// clustersOf are the clusters that the generator selects, with the parameters that each has. Those that are
// given without labels are meant as they are.
// https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Generators-Cluster/
func clustersOf(given []map[string]any, settings map[string]any) (clusters []map[string]any) {
	selector, _ := settings["selector"].(map[string]any)
	for _, cluster := range given {
		metadata, _ := cluster["metadata"].(map[string]any)
		labels, labelled := metadata["labels"].(map[string]any)
		if labelled {
			texts := map[string]string{"argocd.argoproj.io/secret-type": "cluster"}
			for key, value := range labels {
				texts[key] = fmt.Sprint(value)
			}
			if !selected(selector, texts) {
				continue
			}
		}
		cluster = maps.Clone(cluster)
		for key, value := range map[string]any{"nameNormalized": normalizedName(fmt.Sprint(cluster["name"])), "project": "", "metadata": map[string]any{}} {
			if cluster[key] == nil {
				cluster[key] = value
			}
		}
		clusters = append(clusters, cluster)
	}
	return clusters
}
