package render

import (
	"fmt"
	"path"
	"slices"

	"sigs.k8s.io/kustomize/api/types"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
	"sigs.k8s.io/kustomize/kyaml/yaml/merge2"
	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

// chartValues are the values of a chart's entry: its file or the chart's own values, with the inline
// values merged into them, then the additional files.
func (b *kustomizeBuild) chartValues(k *kustomization, chart *types.HelmChart, source *chartSource) (map[string]any, *Error) {
	name := path.Join(source.folder, "values.yaml")
	if chart.ValuesFile != "" {
		name = path.Join(k.dir, chart.ValuesFile)
	}
	values := chart.ValuesInline
	if len(values) == 0 || chart.ValuesMerge != "replace" {
		content, err := source.holding(b.files, name).ReadFile(name)
		if err != nil {
			return nil, readError(name, err)
		}
		if values, err = mergedInline(content, chart); err != nil {
			return nil, &Error{Kind: ErrValuesSyntax, File: name, Message: fmt.Sprintf("%v. Mend the values file: it must be a YAML mapping.", err)}
		}
	}
	for _, more := range chart.AdditionalValuesFiles {
		name := path.Join(k.dir, more)
		upper, failed := helmValues(source.holding(b.files, name), []string{name})
		if failed != nil {
			return nil, failed
		}
		values = mergeHelmValues(values, upper)
	}
	return values, nil
}

// mergedInline merges the inline values of an entry with those of a file, as kustomize does.
func mergedInline(content []byte, chart *types.HelmChart) (map[string]any, error) {
	if err := yamledit.Bounded(content); err != nil {
		return nil, err
	}
	if len(chart.ValuesInline) == 0 {
		values := map[string]any{}
		return values, yaml.Unmarshal(content, &values)
	}
	file, err := kyaml.Parse(string(content))
	if err != nil {
		return nil, err
	}
	inline, err := kyaml.FromMap(chart.ValuesInline)
	if err != nil {
		return nil, err
	}
	var merged *kyaml.RNode
	if chart.ValuesMerge == "merge" {
		merged, err = merge2.Merge(file, inline, kyaml.MergeOptions{})
	} else {
		merged, err = merge2.Merge(inline, file, kyaml.MergeOptions{})
	}
	if err != nil {
		return nil, err
	}
	// As text it would lose the quotes that tell "yes" from true.
	tree, err := merged.Map()
	if err != nil {
		return nil, err
	}
	text, err := yaml.Marshal(tree)
	if err != nil {
		return nil, err
	}
	values := map[string]any{}
	return values, yaml.Unmarshal(text, &values)
}

// chartLayers lists what sets the values of a chart, the strongest first: the files and inline values of
// its entry in the order in which they are merged, then the chart's own.
func (k *kustomization) chartLayers(index int, source *chartSource, own []ValuesLayer) []ValuesLayer {
	chart := &k.parsed.HelmCharts[index]
	file := func(name string) ValuesLayer {
		layer := source.layer(name, chart.Repo)
		layer.Above = true
		return layer
	}
	var layers []ValuesLayer
	for _, name := range slices.Backward(chart.AdditionalValuesFiles) {
		layers = append(layers, file(path.Join(k.dir, name)))
	}
	inline := ValuesLayer{File: k.file, At: yamledit.NewPath("helmCharts", index, "valuesInline"), Above: true}
	base := file(path.Join(source.folder, "values.yaml"))
	base.Above = false
	if chart.ValuesFile != "" {
		base = file(path.Join(k.dir, chart.ValuesFile))
	}
	switch {
	case chart.ValuesMerge == "merge":
		layers = append(layers, base, inline)
	case chart.ValuesMerge != "replace":
		layers = append(layers, inline, base)
	case len(chart.ValuesInline) > 0:
		layers = append(layers, inline)
	default:
		layers = append(layers, base) // inline values would take its place
	}
	return append(layers, own...)
}

// name lets traces and layers say which chart they are of, and of which repository it is a copy.
func (p *printedChart) name(k *kustomization, chart *types.HelmChart) {
	name := fmt.Sprintf("%s#%d", k.file, p.index)
	for i := range p.layers {
		layer := &p.layers[i]
		layer.Chart = name
		if !layer.Above && layer.Vendor == "" {
			layer.Vendor = chart.Repo
		}
	}
	for i := range p.objects {
		if p.objects[i].Trace == nil {
			continue
		}
		trace := p.objects[i].Trace.Template
		trace.Chart = name
		for n := range trace.Files {
			if trace.Files[n].Vendor == "" {
				trace.Files[n].Vendor = chart.Repo
			}
		}
	}
}
