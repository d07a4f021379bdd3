package render

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/types"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
	"sigs.k8s.io/yaml"
)

// chartFolder returns the folder in which kustomize looks for a chart before it pulls it.
// https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.2/api/internal/builtins/HelmChartInflationGenerator.go
func (k *kustomization) chartFolder(chart *types.HelmChart) string {
	home := types.HelmDefaultHome
	if globals := k.parsed.HelmGlobals; globals != nil && globals.ChartHome != "" {
		home = globals.ChartHome
	}
	if chart.Version != "" && chart.Repo != "" {
		home = path.Join(home, chart.Name+"-"+chart.Version)
	}
	return path.Join(k.dir, home, chart.Name)
}

// expandCharts renders the charts that the kustomizations of a build name, as helm template would,
// and puts what they print in their place.
func (b *kustomizeBuild) expandCharts(ctx context.Context, traced bool) *Error {
	for _, k := range b.all {
		if len(k.parsed.HelmCharts) == 0 || k.unread != nil {
			continue // kustomize says why it does not read it, before it looks for charts
		}
		var names []string
		for i := range k.parsed.HelmCharts {
			chart := &k.parsed.HelmCharts[i]
			printed, failed := b.printChart(ctx, k, i, traced)
			if failed != nil {
				return failed
			}
			for j := range printed.objects {
				text, err := chartText(&printed.objects[j])
				if err != nil {
					return &Error{Kind: ErrKustomizeBuild, File: k.file, Message: fmt.Sprintf("what the chart %q prints cannot be read: %v. Mend the chart.", chart.Name, err)}
				}
				name := fmt.Sprintf(".podmend-chart-%d-%d.yaml", i, j)
				names = append(names, "./"+name)
				printed.files = append(printed.files, path.Join(k.dir, name))
				b.printed[printed.files[j]] = text
			}
			k.charts = append(k.charts, printed)
		}
		content := k.content
		if served := b.served[k.file]; served != nil {
			content = served
		}
		edited, ok := editKustomization(content, func(fields map[string]any) { replaceCharts(fields, names) })
		if !ok {
			return &Error{Kind: ErrKustomizeBuild, File: k.file, Message: "the kustomization cannot be read the way kustomize reads it. Write it in plain YAML."}
		}
		b.served[k.file] = edited
	}
	return nil
}

// replaceCharts lists the printed objects among the resources, in place of the charts.
func replaceCharts(fields map[string]any, names []string) {
	resources := "resources"
	for key := range fields {
		switch strings.ToLower(key) {
		case "helmcharts", "helmglobals", "helmchartinflationgenerator":
			delete(fields, key)
		case "resources":
			resources = key
		}
	}
	list, _ := fields[resources].([]any)
	list = append([]any{}, list...) // where charts print nothing, it says so: null would leave the file empty
	for _, name := range names {
		list = append(list, name)
	}
	fields[resources] = list
}

// A printedChart is what a chart of a kustomization prints.
type printedChart struct {
	index   int // among the charts of the kustomization
	objects []Object
	files   []string // the names under which kustomize reads the objects
	layers  []ValuesLayer
}

// printChart renders one chart.
func (b *kustomizeBuild) printChart(ctx context.Context, k *kustomization, index int, traced bool) (printedChart, *Error) {
	chart := &k.parsed.HelmCharts[index]
	printed := printedChart{index: index}
	line := scalarLine(k.content, "helmCharts", chart.Name)
	if strings.Contains(chart.NameTemplate, "{{") {
		return printed, &Error{Kind: ErrHelmCharts, File: k.file, Line: line, Message: "podmend does not run a nameTemplate. Give the chart a releaseName."}
	}
	if refused := b.refusedEntry(k, chart); refused != nil {
		return printed, refused
	}
	source, failed := b.chartSource(k, chart)
	if failed != nil {
		return printed, failed
	}
	values, failed := b.chartValues(k, chart, source)
	if failed != nil {
		return printed, source.failed(failed)
	}
	target := Target{
		Path: source.chart(), Kind: Helm, Namespace: cmp.Or(chart.Namespace, b.inclusions().namespace(k)), KubeVersion: chart.KubeVersion, APIVersions: chart.ApiVersions,
		ReleaseName: chartName(chart),
		merged:      values,
	}
	var tracing *helmTracing
	if traced {
		tracing = &helmTracing{}
	}
	objects, notes, failed := renderHelm(ctx, b.files, target, Detail{}, tracing)
	if failed != nil {
		return printed, source.failed(failed.setIn("valuesInline or valuesFile of its entry in "+k.file, source.archive != ""))
	}
	for _, note := range notes {
		b.notes = append(b.notes, fmt.Sprintf("chart %s: %s", chart.Name, note))
	}
	printed.objects = slices.DeleteFunc(objects, func(object Object) bool { return leftOut(&object, chart) })
	if source.archive != "" {
		for i := range printed.objects {
			printed.objects[i].Source.Declared = Declaration{File: k.file, Line: line}
		}
	}
	if traced {
		printed.layers = k.chartLayers(index, source, tracing.layers)
		printed.name(k, chart)
	}
	return printed, nil
}

// leftOut says whether helm would not print an object by the options of a chart's entry.
func leftOut(object *Object, chart *types.HelmChart) bool {
	if object.Kind == "CustomResourceDefinition" && !chart.IncludeCRDs && strings.Contains("/"+object.Source.File, "/crds/") {
		return true
	}
	var head helmHead
	if !chart.SkipHooks && !chart.SkipTests || yaml.Unmarshal(object.YAML, &head) != nil || head.Metadata == nil {
		return false
	}
	hook, hooked := head.Metadata.Annotations["helm.sh/hook"]
	return hooked && (chart.SkipHooks || strings.Contains(hook, "test"))
}

// chartText is an object that a chart prints, with the mark that kustomize's own generator leaves on it.
func chartText(object *Object) ([]byte, error) {
	node, err := kyaml.Parse(string(object.Document()))
	if err != nil {
		return nil, err
	}
	if err := node.PipeE(kyaml.SetAnnotation(konfig.HelmGeneratedAnnotation, "true")); err != nil {
		return nil, err
	}
	text, err := node.String()
	return []byte(text), err
}
