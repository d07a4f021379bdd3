package render

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/types"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
	"sigs.k8s.io/kustomize/kyaml/yaml/merge2"
	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/yamledit"
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

// missingChart refuses the charts that kustomize would pull.
func (b *kustomizeBuild) missingChart(k *kustomization) *Error {
	for i := range k.parsed.HelmCharts {
		chart := &k.parsed.HelmCharts[i]
		info, err := b.files.Stat(k.chartFolder(chart))
		if chart.Name == "" || err != nil || !info.IsDir() {
			return chartError(k.file, scalarLine(k.content, "helmCharts", chart.Name), chart.Name, chart.Repo)
		}
	}
	return nil
}

// expandCharts renders the charts that the kustomizations of a build name, as helm template would,
// and puts what they print in their place.
func (b *kustomizeBuild) expandCharts(ctx context.Context, traced bool) *Error {
	for _, k := range b.all {
		if len(k.parsed.HelmCharts) == 0 {
			continue
		}
		var names []string
		for i := range k.parsed.HelmCharts {
			chart := &k.parsed.HelmCharts[i]
			objects, failed := b.chartObjects(ctx, k, chart, traced)
			if failed != nil {
				return failed
			}
			text, err := chartText(objects)
			if err != nil {
				return &Error{Kind: ErrKustomizeBuild, File: k.file, Message: fmt.Sprintf("what the chart %q prints cannot be read: %v. Mend the chart.", chart.Name, err)}
			}
			k.charts = append(k.charts, objects...)
			name := fmt.Sprintf(".podmend-chart-%d.yaml", i)
			names = append(names, "./"+name)
			b.printed[path.Join(k.dir, name)] = text
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
	for _, name := range names {
		list = append(list, name)
	}
	fields[resources] = list
}

// chartObjects renders one chart.
func (b *kustomizeBuild) chartObjects(ctx context.Context, k *kustomization, chart *types.HelmChart, traced bool) ([]Object, *Error) {
	line := scalarLine(k.content, "helmCharts", chart.Name)
	if strings.Contains(chart.NameTemplate, "{{") {
		return nil, &Error{Kind: ErrHelmCharts, File: k.file, Line: line, Message: "podmend does not run a nameTemplate. Give the chart a releaseName."}
	}
	values, failed := b.chartValues(k, chart)
	if failed != nil {
		failed.Line = cmp.Or(failed.Line, line)
		return nil, failed
	}
	target := Target{
		Path: k.chartFolder(chart), Kind: Helm, Namespace: cmp.Or(chart.Namespace, b.inclusions().namespace(k)), KubeVersion: chart.KubeVersion, APIVersions: chart.ApiVersions,
		// Without a name, helm makes one of the time.
		ReleaseName: cmp.Or(chart.ReleaseName, chart.NameTemplate, chart.Name+"-1"),
		merged:      values,
	}
	var tracing *helmTracing
	if traced {
		tracing = &helmTracing{}
	}
	objects, notes, failed := renderHelm(ctx, b.files, target, Detail{}, tracing)
	if failed != nil {
		return nil, failed
	}
	for _, note := range notes {
		b.notes = append(b.notes, fmt.Sprintf("chart %s: %s", chart.Name, note))
	}
	return slices.DeleteFunc(objects, func(object Object) bool { return leftOut(&object, chart) }), nil
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

// chartValues are the values of a chart's entry: its file or the chart's own values, with the inline
// values merged into them, then the additional files.
func (b *kustomizeBuild) chartValues(k *kustomization, chart *types.HelmChart) (map[string]any, *Error) {
	name := path.Join(k.chartFolder(chart), "values.yaml")
	if chart.ValuesFile != "" {
		name = path.Join(k.dir, chart.ValuesFile)
	}
	values := chart.ValuesInline
	if len(values) == 0 || chart.ValuesMerge != "replace" {
		content, err := b.files.ReadFile(name)
		if err != nil {
			return nil, readError(name, err)
		}
		if values, err = mergedInline(content, chart); err != nil {
			return nil, &Error{Kind: ErrValuesSyntax, File: name, Message: fmt.Sprintf("%v. Mend the values file: it must be a YAML mapping.", err)}
		}
	}
	for _, more := range chart.AdditionalValuesFiles {
		upper, failed := helmValues(b.files, []string{path.Join(k.dir, more)})
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
	switch chart.ValuesMerge {
	case "", "override":
		merged, err = merge2.Merge(inline, file, kyaml.MergeOptions{})
	case "merge":
		merged, err = merge2.Merge(file, inline, kyaml.MergeOptions{})
	default:
		return nil, fmt.Errorf("valuesMerge must be one of [merge override replace]")
	}
	if err != nil {
		return nil, err
	}
	text, err := merged.String()
	if err != nil {
		return nil, err
	}
	values := map[string]any{}
	return values, yaml.Unmarshal([]byte(text), &values)
}

// chartText is what charts print, as a file of resources, with the mark that kustomize's own generator
// leaves on it.
func chartText(objects []Object) ([]byte, error) {
	var out bytes.Buffer
	for i := range objects {
		node, err := kyaml.Parse(string(documentOf(objects[i].YAML)))
		if err != nil {
			return nil, err
		}
		if err := node.PipeE(kyaml.SetAnnotation(konfig.HelmGeneratedAnnotation, "true")); err != nil {
			return nil, err
		}
		text, err := node.String()
		if err != nil {
			return nil, err
		}
		out.WriteString("---\n" + text)
		endLine(&out)
	}
	return out.Bytes(), nil
}

// documentOf is a document behind the line that separates it.
func documentOf(text []byte) []byte {
	if line, rest, ok := bytes.Cut(text, []byte("\n")); ok && startsDocument(line) {
		return rest
	}
	return text
}
