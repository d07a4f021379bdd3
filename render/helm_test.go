package render

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"helm.sh/helm/v3/pkg/releaseutil"
	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/overlay"
)

func openHelmFiles(t *testing.T, contents map[string]string) *overlay.FS {
	t.Helper()
	root := t.TempDir()
	for name, content := range contents {
		writeHelmFile(t, filepath.Join(root, name), []byte(content))
	}
	files, err := overlay.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Close() })
	return files
}

const minimalHelmChart = "apiVersion: v2\nname: app\nversion: 1.0.0\n"

// Rendering sees files that exist only in memory, and records what it reads.
func TestHelmReadsThroughOverlay(t *testing.T) {
	files := openHelmFiles(t, map[string]string{
		"app/Chart.yaml":        minimalHelmChart,
		"app/templates/cm.yaml": "kind: ConfigMap\napiVersion: v1\nmetadata: {name: {{ .Values.name }}}\n",
	})
	var reads []string
	view := files.With(map[string][]byte{"app/values.yaml": []byte("name: memory\n")}).
		Recording(func(name string) { reads = append(reads, name) })
	objects, _, failed := renderHelm(context.Background(), view, Target{Path: "app"}, Detail{}, nil)
	if failed != nil || len(objects) != 1 || objects[0].Name != "memory" {
		t.Fatalf("%v %v", objects, failed)
	}
	slices.Sort(reads)
	if got := strings.Join(slices.Compact(reads), " "); got != "app/Chart.yaml app/templates/cm.yaml app/values.yaml" {
		t.Errorf("reads %s", got)
	}
}

// A chart at the repository's root does not take .git for a part of itself.
func TestHelmChartAtRoot(t *testing.T) {
	files := openHelmFiles(t, map[string]string{
		"Chart.yaml":        minimalHelmChart,
		".git/config":       "[core]",
		"files/.git":        "gitdir: ../.git/modules/files",
		"templates/cm.yaml": "kind: ConfigMap\napiVersion: v1\nmetadata: {name: root}\ndata: {git: {{ .Files.Get \".git/config\" | quote }}}\n",
	})
	objects, _, failed := renderHelm(context.Background(), files, Target{Path: "."}, Detail{}, nil)
	if failed != nil || len(objects) != 1 || objects[0].Source.File != "templates/cm.yaml" || strings.Contains(string(objects[0].YAML), "core") {
		t.Fatalf("%v %v", objects, failed)
	}
}

func TestHelmTimeout(t *testing.T) {
	files := openHelmFiles(t, map[string]string{
		"app/Chart.yaml":        minimalHelmChart,
		"app/templates/cm.yaml": "{{ range until 2000000 }}{{ end }}",
	})
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	_, _, failed := renderHelm(ctx, files, Target{Path: "app"}, Detail{}, nil)
	if failed == nil || failed.Kind != ErrTimeout || failed.File != "app" || !strings.Contains(failed.Message, "deadline exceeded") {
		t.Fatalf("%v", failed)
	}
}

// Dependencies that double with each level end, as do links that do.
func TestHelmEndsWhatMultiplies(t *testing.T) {
	contents := map[string]string{}
	for level := range 20 {
		for _, name := range []string{"c", "d"} {
			contents[fmt.Sprintf("%s%d/Chart.yaml", name, level)] = fmt.Sprintf("apiVersion: v2\nname: %s%d\nversion: 1.0.0\ndependencies:\n", name, level) +
				fmt.Sprintf("  - {name: c%d, version: 1.0.0, repository: 'file://../c%[1]d'}\n", level+1) +
				fmt.Sprintf("  - {name: d%d, version: 1.0.0, repository: 'file://../d%[1]d'}\n", level+1)
		}
	}
	contents["c20/Chart.yaml"] = strings.Replace(minimalHelmChart, "app", "c20", 1)
	contents["d20/Chart.yaml"] = strings.Replace(minimalHelmChart, "app", "d20", 1)
	files := openHelmFiles(t, contents)
	if _, _, failed := renderHelm(context.Background(), files, Target{Path: "c0"}, Detail{}, nil); failed == nil || failed.Kind != ErrRecursion {
		t.Errorf("dependencies: %v", failed)
	}
	files = openHelmFiles(t, map[string]string{"app/Chart.yaml": minimalHelmChart})
	for level := range 20 {
		dir := filepath.Join(files.Dir(), fmt.Sprint("l", level))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"a", "b"} {
			if err := os.Symlink(fmt.Sprint("../l", level+1), filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := errors.Join(os.Mkdir(filepath.Join(files.Dir(), "l20"), 0o755), os.Symlink("../l0", filepath.Join(files.Dir(), "app/files"))); err != nil {
		t.Fatal(err)
	}
	if _, _, failed := renderHelm(context.Background(), files, Target{Path: "app"}, Detail{}, nil); failed == nil || failed.Kind != ErrTooLarge {
		t.Errorf("links: %v", failed)
	}
}

func TestHelmRendersTheSameTwice(t *testing.T) {
	files := openHelmFiles(t, map[string]string{
		"app/Chart.yaml":               minimalHelmChart,
		"app/charts/b/Chart.yaml":      strings.Replace(minimalHelmChart, "app", "b", 1),
		"app/charts/a/Chart.yaml":      strings.Replace(minimalHelmChart, "app", "a", 1),
		"app/charts/a/templates/x.yml": "kind: A\napiVersion: v1\n---\nkind: B\napiVersion: v1\n",
		"app/charts/b/templates/x.yml": "kind: C\napiVersion: v1\n",
		"app/charts/b/crds/x.yml":      "kind: D\napiVersion: v1\n",
		"app/templates/x.yml":          "kind: E\napiVersion: v1\n",
	})
	for range 20 {
		objects, _, failed := renderHelm(context.Background(), files, Target{Path: "app"}, Detail{}, nil)
		if failed != nil {
			t.Fatal(failed)
		}
		kinds := ""
		for _, object := range objects {
			kinds += object.Kind
		}
		if kinds != "DABCE" {
			t.Fatalf("order %s", kinds)
		}
	}
}

func TestChartInfo(t *testing.T) {
	files := openHelmFiles(t, map[string]string{
		"lib/Chart.yaml":          minimalHelmChart + "type: library\n",
		"app/Chart.yaml":          minimalHelmChart,
		"app/ci/b-values.yaml":    "",
		"app/ci/a-values.yaml":    "",
		"app/ci/values.yaml":      "",
		"app/ci/x-values.yaml/me": "",
		"broken/Chart.yaml":       "name: a\nversion: b: c\n",
	})
	if name, library, err := chartInfo(files, "lib"); name != "app" || !library || err != nil {
		t.Errorf("lib: %s %v %v", name, library, err)
	}
	if name, library, err := chartInfo(files, "app"); name != "app" || library || err != nil {
		t.Errorf("app: %s %v %v", name, library, err)
	}
	if _, _, err := chartInfo(files, "broken"); err == nil || err.Kind != ErrChartMetadata || err.File != "broken/Chart.yaml" || err.Line != 2 {
		t.Errorf("broken: %v", err)
	}
	if _, _, err := chartInfo(files, "none"); err == nil || err.Kind != ErrMissing {
		t.Errorf("none: %v", err)
	}
	if got := fmt.Sprint(ciValues(files, "app")); got != "[app/ci/a-values.yaml app/ci/b-values.yaml]" {
		t.Errorf("values %s", got)
	}
	if got := ciValues(files, "lib"); got != nil {
		t.Errorf("values %v", got)
	}
}

// Documents are split as Helm splits them, and know their line.
func FuzzSplitHelmDocuments(f *testing.F) {
	for _, seed := range []string{
		"", "a", "---\na\n---\nb", "a\n---\n---\nb", "\n\n--- # x\na\n ---\nb\r\n---\r\nc\n---", "---", "a\n---b\n----\n",
		"a\n \t\n---\n \nb", "\u00a0a\n\u00a0\n---\n\u0085b", "a: |\n  x\n\n---\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, printed string) {
		want := releaseutil.SplitManifests(printed)
		got := splitHelmDocuments(printed)
		if len(got) != len(want) {
			t.Fatalf("%q: %d documents, Helm has %d: %q", printed, len(got), len(want), want)
		}
		lines := strings.Split(printed, "\n")
		for i, document := range got {
			if text := want[fmt.Sprintf("manifest-%d", i)]; document.text != text {
				t.Errorf("%q: document %d is %q, Helm's is %q", printed, i, document.text, text)
			}
			first, _, _ := strings.Cut(document.text, "\n")
			if !strings.Contains(lines[document.line-1], first) {
				t.Errorf("%q: %q is not in line %d", printed, first, document.line)
			}
		}
	})
}

// The quick look at CRDs says what a full parse says, or that it cannot tell.
func FuzzScanCRDHead(f *testing.F) {
	crd := "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: a.example.com\nspec: {}\n"
	for _, seed := range []string{
		crd, strings.ReplaceAll(crd, "\n", "\r\n"), "# c\n" + crd, strings.Replace(crd, "  name", "  labels:\n    name: x\n  name", 1),
		strings.Replace(crd, "  name", "    # c\n  name", 1), crd + "kind: x\n", crd + "text\n", crd + "metadata: {name: b}\n",
		strings.Replace(crd, "a.example", "'a.example", 1), strings.Replace(crd, "  name: a.example.com", "  x: |\n    name: b\n  name: 1", 1),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		head, ok := scanCRDHead([]byte(text))
		var parsed helmHead
		if !ok || yaml.Unmarshal([]byte(text), &parsed) != nil {
			return
		}
		if parsed.Kind != head.Kind || parsed.APIVersion != head.APIVersion || parsed.Metadata == nil || parsed.Metadata.Name != head.Metadata.Name {
			t.Errorf("%q: scanned %+v %+v, parsed %+v %+v", text, head, head.Metadata, parsed, parsed.Metadata)
		}
	})
}

func TestSplitManifestFile(t *testing.T) {
	for text, want := range map[string]string{
		"a: 1\n":                       "0:a: 1",
		"# c\n---\na: 1\n---\nb: 2":    "0:a: 1|1:b: 2",
		"---\na: 1\n---\n---\nb: 2\n":  "0:a: 1|2:b: 2",
		"a: 1\r\n--- # x\r\nb: 2\r\n":  "0:a: 1|1:# x\r\nb: 2",
		"%YAML 1.1\n---\na: |\n ---\n": "0:a: |\n ---",
		"--- {a: 1}\n---\n":            "0:{a: 1}",
		"":                             "",
	} {
		var got []string
		for _, document := range splitCRDFile([]byte(text)) {
			got = append(got, fmt.Sprintf("%d:%s", document.index, bytes.TrimSpace(document.text)))
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}
