package render

import (
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"

	"github.com/podmend/podmend/internal/overlay"
)

// What a kept engine prints is what Helm's engine prints, also after it has printed other charts: over the fixtures and
// the charts of the corpus.
func TestKeptEngineEqualsHelms(t *testing.T) {
	fixtures, err := filepath.Glob("testdata/helm/*.txtar")
	if err != nil || len(fixtures) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for range 2 {
		kept, left := 0, 0
		for _, file := range fixtures {
			fixture := loadHelmFixture(t, file)
			k, l := compareEngines(t, fixture.files, []Target{fixture.target})
			kept, left = kept+k, left+l
		}
		if kept < 9*left {
			t.Errorf("a kept engine prints %d fixtures, and leaves %d to Helm's", kept, left)
		}
	}
	folder := helmCorpusFolder()
	if folder == "" {
		return
	}
	files, err := overlay.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	targets := helmCorpusTargets(t, files)
	for range 2 {
		if kept, left := compareEngines(t, files, targets); kept < 9*left {
			t.Errorf("a kept engine prints %d charts, and leaves %d to Helm's", kept, left)
		}
	}
}

// compareEngines returns how many targets a kept engine printed and how many it left to Helm's, of those in which nothing
// fails and nothing is printed otherwise each time.
func compareEngines(t *testing.T, files *overlay.FS, targets []Target) (kept, left int) {
	t.Helper()
	for _, target := range targets {
		loaded, input := chartInput(files, target, false)
		if loaded == nil || !loaded.steady(input["Values"]) {
			continue
		}
		ours, ok := printKept(loaded.Chart, input, nil)
		loaded, input = chartInput(files, target, false)
		helms, err := new(engine.Engine).Render(loaded.Chart, input)
		switch {
		case ok && err != nil:
			t.Errorf("%s: Helm's engine fails: %v", target.ID, err)
		case ok && !maps.Equal(ours, helms):
			for _, name := range slices.Sorted(maps.Keys(helms)) {
				if ours[name] != helms[name] {
					t.Errorf("%s: %s differs:\n%s\n--- and by Helm:\n%s", target.ID, name, ours[name], helms[name])
				}
			}
		case ok:
			kept++
		case err == nil:
			left++
			t.Logf("%s is left to Helm's engine", target.ID)
		}
	}
	return kept, left
}

// chartInput loads what the templates of a target see; nil where that fails.
func chartInput(files *overlay.FS, target Target, putAside bool) (*helmChart, chartutil.Values) {
	values, failed := target.values(files)
	if failed != nil {
		return nil, nil
	}
	loaded, failed := loadHelmChart(files, target.Path)
	if failed != nil || loaded.Metadata.Type == "library" {
		return nil, nil
	}
	var aside asideValues
	if putAside {
		aside.putAside(loaded.Chart, values)
	}
	if chartutil.ProcessDependenciesWithMerge(loaded.Chart, values) != nil {
		return nil, nil
	}
	version, _, failed := loaded.kubeVersion(target.KubeVersion)
	if failed != nil {
		return nil, nil
	}
	input, failed := loaded.renderInput(target, values, aside, version)
	if failed != nil {
		return nil, nil
	}
	return loaded, input
}

// What deepCopy copies is of the same types as what sprig copies, and shares nothing with the original.
func TestDeepCopied(t *testing.T) {
	tree := func() chartutil.Values {
		return chartutil.Values{
			"list": []any{"a", 1, int64(2), 2.5, true, nil, map[string]any{"b": []any{}}}, "none": nil, "nothing": map[string]any(nil), "no list": []any(nil),
			"files": map[string][]byte{"a": []byte("text"), "empty": {}, "nil": nil}, "values": chartutil.Values{"c": map[string]any{}},
			"chart":        struct{ chart.Metadata }{chart.Metadata{Name: "a", Keywords: []string{"b"}, Dependencies: []*chart.Dependency{{Name: "c"}}}},
			"capabilities": chartutil.DefaultCapabilities.Copy(), "texts": []string{"a"}, "labels": map[string]string{"a": "b"},
		}
	}
	original := tree()
	ours, err := deepCopied(original)
	if err != nil {
		t.Fatal(err)
	}
	sprigs, err := sprigDeepCopy(original)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(ours, sprigs) {
		t.Errorf("a copy is\n%#v, by sprig\n%#v", ours, sprigs)
	}
	copied := ours.(chartutil.Values)
	copied["list"].([]any)[6].(map[string]any)["b"] = "changed"
	copied["files"].(map[string][]byte)["a"][0] = 'b'
	copied["values"].(chartutil.Values)["c"].(map[string]any)["d"] = "changed"
	copied["texts"].([]string)[0] = "changed"
	if !reflect.DeepEqual(original, tree()) {
		t.Errorf("a change of the copy shows in the original: %#v", original)
	}
}

// A kept engine prints what templates do to each other as Helm's engine does, or leaves it to that one.
func TestKeptEngineOddTemplates(t *testing.T) {
	for name, test := range map[string]struct {
		files map[string]string
		left  bool // to Helm's engine
	}{
		"text for tpl": {files: map[string]string{
			"values.yaml":      "plain: text\ntext: '{{ .Values.plain }} {{ tpl .Values.inner . }} {{ include \"named\" . }}'\ninner: '{{ .Values.none }}{{/* a */}}'\nblank: ' '\nodd: '<no value>'\n",
			"templates/a.yaml": "{{ define \"named\" }}{{ .Values.plain }}{{ end }}a: {{ tpl .Values.text . }}\nb: {{ tpl .Values.blank . }}|{{ tpl .Values.odd . }}|{{ tpl .Values.inner . }}\n",
		}},
		"text that defines":   {left: true, files: map[string]string{"templates/a.yaml": "{{ define \"a\" }}1{{ end }}a: {{ tpl \"{{ define \\\"a\\\" }}2{{ end }}{{ include \\\"a\\\" . }}\" . }}{{ include \"a\" . }}\n"}},
		"text that is itself": {left: true, files: map[string]string{"templates/a.yaml": "a: {{ tpl \"{{ if . }}{{ include \\\"gotpl\\\" false }}{{ end }}b\" true }}\n"}},
		"definition gotpl":    {left: true, files: map[string]string{"templates/a.yaml": "{{ define \"gotpl\" }}1{{ end }}a: {{ include \"gotpl\" . }}\n"}},
		"TOML":                {left: true, files: map[string]string{"templates/a.yaml": "a: {{ toToml (dict \"a\" 1) }}\n"}},
		"nothing to copy":     {left: true, files: map[string]string{"templates/a.yaml": "a: {{ deepCopy .Values.none }}\n"}},
		"values that change": {files: map[string]string{
			"values.yaml":      "a: {b: 1}\n",
			"templates/a.yaml": "a: {{ .Values.a.b }} {{ .Template.Name }}\n",
			"templates/b.yaml": "{{ $_ := set .Values.a \"b\" 2 }}b: {{ (deepCopy .).Values.a.b }}\n",
		}},
		"definitions of one name": {files: map[string]string{
			"templates/_a.tpl":                 "{{ define \"one\" }}a{{ end }}{{ define \"two\" }}a{{ end }}",
			"templates/_b.tpl":                 "{{ define \"one\" }}{{ end }}{{ define \"two\" }}b{{ end }}",
			"templates/c.yaml":                 "{{ template \"one\" . }}{{ include \"two\" . }}{{ include \"sub\" . }}\n",
			"charts/sub/Chart.yaml":            "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
			"charts/sub/values.yaml":           "own: 1\n",
			"charts/sub/templates/_sub.tpl":    "{{ define \"two\" }}sub{{ end }}{{ define \"sub\" }}{{ .Chart.Name }}{{ end }}",
			"charts/sub/templates/sub.yaml":    "{{ .Values.own }}{{ .Values.global }}{{ .Chart.IsRoot }}{{ include \"two\" . }}\n",
			"charts/lib/Chart.yaml":            "apiVersion: v2\nname: lib\nversion: 1.0.0\ntype: library\n",
			"charts/lib/templates/broken.yaml": "{{ fail \"printed\" }}",
		}},
		"files": {files: map[string]string{
			"config/a.txt":     "line\nother\n",
			"templates/a.yaml": "{{ .Files.Get \"config/a.txt\" }}{{ (.Files.Glob \"config/*\").AsConfig }}{{ range .Files.Lines \"config/a.txt\" }}{{ . }}{{ end }}{{ typeOf .Files }}\n",
		}},
	} {
		test.files["Chart.yaml"] = minimalHelmChart
		files := openHelmFiles(t, test.files)
		for range 2 {
			kept, left := compareEngines(t, files, []Target{{ID: name, Kind: Helm, Path: "."}})
			if (kept == 1) == test.left {
				t.Errorf("%s: %d are kept and %d are left to Helm's engine", name, kept, left)
			}
		}
	}
}

// A kept engine has no function that Helm's engine does not know: none reads the environment.
func TestEngineFunctions(t *testing.T) {
	for name := range engineFunctions() {
		c := &chart.Chart{Metadata: &chart.Metadata{Name: "a"}, Templates: []*chart.File{{Name: "templates/a", Data: []byte("{{ if false }}{{ " + name + " }}{{ end }}")}}}
		if _, err := new(engine.Engine).Render(c, chartutil.Values{"Values": chartutil.Values{}}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if host := engineFunctions()["getHostByName"].(func(string) string)("localhost"); host != "" {
		t.Errorf("a name is looked up: %s", host)
	}
}
