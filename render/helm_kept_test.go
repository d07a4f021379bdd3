package render

import (
	"testing"

	"helm.sh/helm/v3/pkg/chart/loader"
)

// A chart that is loaded again is not read again, and knows nothing of what the first one became.
func TestLoadedChartsAreKept(t *testing.T) {
	load := func() *loader.BufferedFile {
		return &loader.BufferedFile{Name: "Chart.yaml", Data: []byte("apiVersion: v2\nname: kept\nversion: 1.0.0\ndependencies: [{name: sub, version: 1.0.0}]\n")}
	}
	files := func() []*loader.BufferedFile {
		return []*loader.BufferedFile{
			load(), {Name: "values.yaml", Data: []byte("a: {b: [1]}\n")}, {Name: "templates/a.yaml", Data: []byte("a")},
		}
	}
	first, err := loadChartFiles(files())
	if err != nil {
		t.Fatal(err)
	}
	before := len(loadedCharts.made)
	for range 2 {
		next, err := loadChartFiles(files())
		if err != nil {
			t.Fatal(err)
		}
		list := next.Values["a"].(map[string]any)["b"].([]any)
		if next.Metadata.Dependencies[0].Enabled || next.Metadata.Name != "kept" || string(next.Templates[0].Data) != "a" || list[0] != float64(1) {
			t.Fatalf("it holds what another one became: %+v", next)
		}
		next.Metadata.Dependencies[0].Enabled, next.Metadata.Name = true, "other"
		next.Templates[0].Data, list[0] = []byte("b"), "other"
	}
	if first.Metadata.Name != "kept" || len(loadedCharts.made) != before || before == 0 {
		t.Errorf("%d charts are kept, before %d", len(loadedCharts.made), before)
	}
}

// A chart of which only a template has changed is loaded with that template.
func TestTemplatesAreNotKept(t *testing.T) {
	for _, text := range []string{"a", "b"} {
		loaded, err := loadChartFiles([]*loader.BufferedFile{
			{Name: "Chart.yaml", Data: []byte("apiVersion: v2\nname: changed\nversion: 1.0.0\n")}, {Name: "templates/a.yaml", Data: []byte(text)},
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(loaded.Templates) != 1 || len(loaded.Raw) != 2 || string(loaded.Templates[0].Data) != text || string(loaded.Raw[1].Data) != text {
			t.Errorf("the template is not %q: %+v", text, loaded)
		}
	}
}

// A cache is emptied where it would hold too much, and takes nothing that is too much by itself.
func TestContentCacheIsBounded(t *testing.T) {
	cache := contentCache[int]{most: 10}
	for i := range 5 {
		cache.put(contentDigest{byte(i)}, i, 4)
	}
	cache.put(contentDigest{9}, 9, 11)
	if last, ok := cache.get(contentDigest{4}); !ok || last != 4 || len(cache.made) > 2 {
		t.Errorf("%d of 10 in %d entries", last, len(cache.made))
	}
	if _, ok := cache.get(contentDigest{9}); ok {
		t.Error("it holds what is too much")
	}
}

// Each function that gives something else each time is told.
func TestAsksForChance(t *testing.T) {
	for _, action := range []string{
		"now", "ago .t", "date .t", "dateModify .t", "htmlDate .t", "randAlphaNum 5", "uuidv4", "shuffle .x", "bcrypt .x", "htpasswd .u .p",
		"encryptAES .k .t", `genCA "a" 1`, `genSelfSignedCert "a" nil nil 1`, "genSignedCert .x", `genPrivateKey "rsa"`, "keys .x", "values $x", ".x | keys", ".x | values",
	} {
		for range 2 { // the second time it is known
			if text := "a: {{ " + action + " }}"; !templateMayAskForChance([]byte(text)) {
				t.Errorf("%s asks for chance", text)
			}
		}
	}
	if templateMayAskForChance([]byte("a: {{ .Values.x | toYaml }}")) {
		t.Error("toYaml does not ask for chance")
	}
}
