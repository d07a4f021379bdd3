package render

import (
	"fmt"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/podmend/podmend/internal/overlay"
)

// Values that were put aside come back as Helm brings them together without that: over the fixtures and the charts of the
// corpus.
func TestValuesPutAside(t *testing.T) {
	fixtures, err := filepath.Glob("testdata/helm/*.txtar")
	if err != nil || len(fixtures) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	compared := 0
	for _, file := range fixtures {
		fixture := loadHelmFixture(t, file)
		compared += compareInputs(t, fixture.files, fixture.target)
	}
	if compared < len(fixtures)/2 {
		t.Errorf("the values of %d of %d fixtures were compared", compared, len(fixtures))
	}
	if folder := helmCorpusFolder(); folder != "" {
		files, err := overlay.Open(folder)
		if err != nil {
			t.Fatal(err)
		}
		defer files.Close()
		for _, target := range helmCorpusTargets(t, files) {
			compareInputs(t, files, target)
		}
	}
}

func compareInputs(t *testing.T, files *overlay.FS, target Target) (compared int) {
	t.Helper()
	plain, want := chartInput(files, target, false)
	aside, got := chartInput(files, target, true)
	if plain == nil || aside == nil {
		if plain != aside {
			t.Errorf("%s: one of two renderings fails: %v, %v", target.ID, plain, aside)
		}
		return 0
	}
	if !reflect.DeepEqual(got["Values"], want["Values"]) {
		t.Errorf("%s: with values put aside these are\n%v, expected\n%v", target.ID, got["Values"], want["Values"])
	}
	return 1
}

// Of a chart and its subcharts, by alias and by name, with what is set above, nulls, globals, tags and conditions.
func TestValuesPutAsideOfLayers(t *testing.T) {
	for i, values := range []string{
		"", "sub: {deep: {a: null}}\nother: null\n", "one: {map: {a: {b: null}}, list: null}\nglobal: {a: {c: 3}}\ntwo: {map: null}\n",
		"map: {a: {b: {c: null}}}\nlist: [2]\n", "two: {enabled: true}\ntags: {extra: false}\nmap: 1\n", "one: 1\n", "sub: {deep: 1}\n",
	} {
		files := emptyFiles(t).With(map[string][]byte{
			"app/Chart.yaml": []byte("apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n" +
				"- {name: part, version: 1.x, alias: one}\n- {name: part, version: 1.x, alias: two, condition: 'two.enabled,map.a.on'}\n- {name: sub, version: 1.x, tags: [extra]}\n"),
			"app/values.yaml":                        []byte("map: {a: {b: {c: 1}, on: true}, n: null}\nlist: [{a: 1}]\nother: {a: 1}\nglobal: {a: {b: [1]}}\none: {map: {a: {d: 1}}, gone: null}\nsub: {deep: {a: {x: 1}, b: null}}\ntags: {extra: true}\n"),
			"app/charts/part/Chart.yaml":             []byte("apiVersion: v2\nname: part\nversion: 1.0.0\n"),
			"app/charts/part/values.yaml":            []byte("map: {a: {b: 1, c: [1]}, n: null}\nlist: [{b: 1}]\ngone: {a: 1}\nglobal: {a: {b: 2}, e: {f: 1}}\n"),
			"app/charts/sub/Chart.yaml":              []byte("apiVersion: v2\nname: sub\nversion: 1.0.0\n"),
			"app/charts/sub/values.yaml":             []byte("deep: {a: {b: {c: 1}}, d: {e: 1}}\nown: {a: [1, {b: 2}]}\n"),
			"app/charts/sub/charts/deep/Chart.yaml":  []byte("apiVersion: v2\nname: deep\nversion: 1.0.0\n"),
			"app/charts/sub/charts/deep/values.yaml": []byte("a: {b: {d: 1}}\nd: {f: [1]}\nown: {a: {b: 1}}\n"),
			"app/over.yaml":                          []byte(values),
		})
		target := Target{Kind: Helm, Path: "app", ID: fmt.Sprint("values ", i), Values: []string{"app/over.yaml"}}
		compareInputs(t, files, target)
	}
}
