package fix

import (
	"bytes"
	"context"
	"path"
	"strings"
	"testing"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/render"
)

// chartInjections add a chart to a kustomization whose Pod breaks a control, at each place that may set
// the field.
func chartInjections(files *overlay.FS, root string) []injection {
	content, err := files.ReadFile(root)
	if err != nil || bytes.Contains(content, []byte("helm")) {
		return nil
	}
	dir := path.Dir(root)
	chart := path.Join(dir, "charts", "injected")
	template := "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  hostPID: {{ .Values.pid }}\n" +
		"  containers:\n  - name: a\n    image: a\n"
	var all []injection
	add := func(class, where string, more map[string]string, entry map[string]any) {
		entry["name"], entry["releaseName"] = "injected", "injected"
		changed, ok := withEntry(files, root, "helmCharts", entry)
		if !ok {
			return
		}
		in := injection{class: class, file: where, pod: "injected", changed: map[string][]byte{
			root:                            changed,
			path.Join(chart, "Chart.yaml"):  []byte("apiVersion: v2\nname: injected\nversion: 1.0.0\n"),
			path.Join(chart, "values.yaml"): []byte("other: 1\npid: false\n"),
			path.Join(chart, "templates", "pod.yaml"): []byte(template),
		}}
		for name, text := range more {
			in.changed[name] = []byte(text)
		}
		for n, line := range strings.Split(string(in.changed[where]), "\n") {
			if strings.Contains(line, "pid: true") || strings.Contains(line, "hostPID: true") {
				in.line = n + 1
			}
		}
		all = append(all, in)
	}
	values, text, injected := path.Join(chart, "values.yaml"), path.Join(chart, "templates", "pod.yaml"), path.Join(dir, "injected.yaml")
	add("chart template", text, map[string]string{text: strings.Replace(template, "{{ .Values.pid }}", "true", 1)}, map[string]any{})
	add("chart values", values, map[string]string{values: "other: 1\npid: true\n"}, map[string]any{})
	add("chart values file", injected, map[string]string{injected: "# why\npid: true\n"}, map[string]any{"valuesFile": "injected.yaml"})
	add("chart additional values", injected, map[string]string{injected: "pid: true\n"}, map[string]any{"additionalValuesFiles": []any{"injected.yaml"}})
	add("chart inline values", root, nil, map[string]any{"valuesInline": map[string]any{"pid": true}})
	return all
}

// isIn says whether an injection is into an object of a root, where another one is known to which it may
// be.
func (in *injection) isIn(object, known *render.Object) bool {
	if in.pod != "" {
		return object.Kind == "Pod" && strings.Contains(object.Name, in.pod)
	}
	return object.Name == known.Name && object.Kind == known.Kind
}

// traceValues asks where the values of charts come from that findings are about.
func traceValues(t *testing.T, results []render.Result, locator *render.Locator, report *check.Report, options render.Options) *check.Report {
	t.Helper()
	refs := render.FieldRefs(results)
	var fields []render.FieldRef
	for _, finding := range report.Findings {
		for _, occurrence := range finding.Occurrences {
			ref := refs[occurrence.Pod.Object]
			ref.Path = occurrence.Path()
			fields = append(fields, ref)
		}
	}
	if err := locator.TraceValues(context.Background(), results, fields, options); err != nil {
		t.Fatal(err)
	}
	report, err := check.Run(results, locator, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return report
}
