package render

import (
	"context"
	"reflect"
	"slices"
	"testing"

	"github.com/podmend/podmend/internal/overlay"
)

// comparedCharts need something of templates that print no pods.
var comparedCharts = map[string]map[string]string{
	"helper in a template without pods": {
		"templates/config.yaml": "{{- define \"spec\" }}\nhostPID: true\n{{- end }}apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n",
		"templates/pod.yaml":    "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  {{- include \"spec\" . | nindent 2 }}\n",
	},
	"template that another names": {
		"templates/_help.tpl":   "{{- define \"spec\" }}\nhostPID: true\n{{- end }}",
		"templates/config.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n",
		"templates/pod.yaml":    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  annotations: {sum: {{ include (print $.Template.BasePath \"/config.yaml\") . | sha256sum }}}\nspec:\n  {{- include \"spec\" . | nindent 2 }}\n",
	},
	"values that a template changes": {
		"values.yaml":         "host: false\n",
		"templates/pod.yaml":  "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  hostPID: {{ .Values.host }}\n  hostIPC: true\n",
		"templates/zero.yaml": "{{- $_ := set .Values \"host\" true }}\n",
	},
	"chance": {
		"templates/pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: p, annotations: {a: {{ randAlpha 9 }}}}\nspec:\n  hostPID: true\n",
	},
}

// countingAll counts what it renders.
type countingAll struct{ compared, whole int }

func (c *countingAll) Render(ctx context.Context, files *overlay.FS, target Target, detail Detail) (Result, error) {
	switch {
	case detail.Traced && detail.Compared:
		c.compared++
	case detail.Traced:
		c.whole++
	}
	return One(ctx, files, target, detail), nil
}

// comparedTrace renders the chart in the root, and traces it by what is compared.
func comparedTrace(t *testing.T, files *overlay.FS) (*Result, *countingAll) {
	t.Helper()
	renderer := &countingAll{}
	options := Options{Detail: Detail{PodTemplatesOnly: true}, Renderer: renderer}
	results, err := All(context.Background(), files, []Target{{Kind: Helm, Path: "."}}, options)
	if err != nil || results[0].Err != nil {
		t.Fatal(err, results[0].Err)
	}
	if err := Traces(context.Background(), files, results, []int{0}, options); err != nil {
		t.Fatal(err)
	}
	return &results[0], renderer
}

func podOf(t *testing.T, result *Result) *Object {
	t.Helper()
	i := slices.IndexFunc(result.Objects, func(o Object) bool { return o.HasPodTemplate() })
	if i < 0 {
		t.Fatalf("no pod: %v", result.Err)
	}
	return &result.Objects[i]
}

// What is compared is traced by its marked templates alone, and as by plain and marked ones together.
func TestComparedTraces(t *testing.T) {
	for name, contents := range comparedCharts {
		contents["Chart.yaml"] = minimalHelmChart
		files := openHelmFiles(t, contents)
		result, renderer := comparedTrace(t, files)
		if renderer.compared != 1 || renderer.whole != 0 {
			t.Errorf("%s: traced %d times by itself and %d times with the plain templates", name, renderer.compared, renderer.whole)
		}
		whole := One(context.Background(), files, Target{Kind: Helm, Path: "."}, Detail{PodTemplatesOnly: true, Traced: true})
		got, want := podOf(t, result).Trace, podOf(t, &whole).Trace
		if got == nil || want == nil || !reflect.DeepEqual(got.Template.Spans, want.Template.Spans) {
			t.Errorf("%s: spans are %+v, want %+v", name, got, want)
		}
		if !reflect.DeepEqual(result.ReadTemplates, whole.ReadTemplates) || result.Steady != whole.Steady || len(result.Layers) != len(whole.Layers) {
			t.Errorf("%s: the target is described otherwise", name)
		}
	}
}

// A template that prints no pods is not printed for a trace.
func TestComparedTracePrintsPodsAlone(t *testing.T) {
	files := openHelmFiles(t, map[string]string{
		"Chart.yaml":            minimalHelmChart,
		"templates/pod.yaml":    "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  hostPID: true\n",
		"templates/broken.yaml": `{{ fail "printed" }}`,
	})
	target := Target{Kind: Helm, Path: ".", PodsIn: []string{"templates/pod.yaml"}}
	result := One(context.Background(), files, target, Detail{PodTemplatesOnly: true, Traced: true, Compared: true})
	if result.Err != nil || podOf(t, &result).Trace == nil {
		t.Errorf("no trace: %v", result.Err)
	}
}

// Where the marked templates of pods print something else by themselves, all are printed.
func TestComparedTraceOfOtherText(t *testing.T) {
	files := openHelmFiles(t, map[string]string{
		"Chart.yaml":          minimalHelmChart,
		"templates/_set.tpl":  `{{ define "set" }}{{ $_ := set .Values "host" true }}{{ end }}`,
		"templates/zero.yaml": `{{ include "set" . }}`, // printed before the pod
		"templates/pod.yaml":  "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  hostPID: {{ .Values.host | default false }}\n",
	})
	result, renderer := comparedTrace(t, files)
	if renderer.compared != 1 || renderer.whole != 1 || podOf(t, result).Trace == nil {
		t.Errorf("traced %d times by itself and %d times with the plain templates", renderer.compared, renderer.whole)
	}
}
