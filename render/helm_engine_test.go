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
		loaded, input := chartInput(files, target)
		if loaded == nil || !loaded.steady(input["Values"]) {
			continue
		}
		ours, ok := printKept(loaded.Chart, input, nil)
		loaded, input = chartInput(files, target)
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
func chartInput(files *overlay.FS, target Target) (*helmChart, chartutil.Values) {
	values, failed := target.values(files)
	if failed != nil {
		return nil, nil
	}
	loaded, failed := loadHelmChart(files, target.Path)
	if failed != nil || loaded.Metadata.Type == "library" || chartutil.ProcessDependenciesWithMerge(loaded.Chart, values) != nil {
		return nil, nil
	}
	version, _, failed := loaded.kubeVersion(target.KubeVersion)
	if failed != nil {
		return nil, nil
	}
	input, failed := loaded.renderInput(target, values, version)
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
