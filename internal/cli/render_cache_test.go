package cli

import (
	"bytes"
	"compress/flate"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/podmend/podmend/render"
	"github.com/podmend/podmend/report"
)

// TestCachedRunsAreEqual asks of a run that fills the cache, and of one that finds all in it, the
// report of a run without.
func TestCachedRunsAreEqual(t *testing.T) {
	t.Parallel()
	overlays, charts, seeds := sizes(t)
	for seed := range seeds {
		t.Run(strconv.Itoa(seed), func(t *testing.T) {
			t.Parallel()
			cachedEqual(t, generateRepository(t, int64(seed), overlays, charts))
		})
	}
}

func TestCachedRunsOfCorpusAreEqual(t *testing.T) {
	t.Parallel()
	for _, dir := range corpora(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) { cachedEqual(t, dir) })
	}
}

func cachedEqual(t *testing.T, dir string) {
	t.Helper()
	work := t.TempDir()
	check := func(name string, args ...string) *report.Report {
		file := filepath.Join(work, name)
		runIn(t, dir, append([]string{"check", "--format", "json", "--output", file}, args...)...)
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		read, err := report.ReadJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return read
	}
	cache := filepath.Join(work, "cache")
	check("plain.json")
	cold := check("cold.json", "--cache-dir", cache)
	warm := check("warm.json", "--cache-dir", cache)
	if cold.Summary.Cached > 0 {
		t.Errorf("%d targets are cached before anything was", cold.Summary.Cached)
	}
	want := withoutDurations(t, filepath.Join(work, "plain.json"))
	for _, name := range []string{"cold.json", "warm.json"} {
		if got := withoutDurations(t, filepath.Join(work, name)); !bytes.Equal(want, got) {
			t.Errorf("%s and a run without cache differ:\n%s", name, firstDifference(want, got))
		}
	}
	// What is left are charts that ask for chance, what discovery could not read, and errors that
	// another run need not have.
	for _, target := range warm.Targets {
		if target.Kind == string(render.Helm) || target.Error != nil {
			continue
		}
		warm.Summary.Cached--
	}
	if warm.Summary.Cached < 0 {
		t.Errorf("%d kustomizations and manifests were rendered again", -warm.Summary.Cached)
	}
}

// TestCacheHoldsNoSecrets looks for what a repository holds of them in all that the cache keeps.
func TestCacheHoldsNoSecrets(t *testing.T) {
	t.Parallel()
	dir := repositoryOf(t, map[string]string{
		"secret.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: hunter2secret}\n---\n" +
			"apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  hostPID: true\n  containers:\n  - name: a\n    image: a\n" +
			"    env:\n    - {name: A, value: hunter2flow}\n    - name: B\n      value: \"hunter2quoted \\\" x\"\n    - name: C\n      value: |-\n        hunter2block\n        second\n",
	})
	cache := t.TempDir()
	args := []string{"check", "--format", "json", "--cache-dir", cache}
	first := runOutput(t, dir, exitFindings, args...)
	second := runOutput(t, dir, exitFindings, args...)
	if !strings.Contains(second, `"cached": 2`) || strings.Count(first, "hostPID") != strings.Count(second, "hostPID") {
		t.Errorf("the second run differs:\n%s", second)
	}
	entries := 0
	for name, content := range filesOf(t, cache) {
		entries++
		if plain := unpacked(t, content); strings.Contains(plain, "hunter2") || !strings.Contains(plain, "hostPID") && !strings.Contains(plain, "hostIPC") {
			t.Errorf("%s holds %q", name, plain)
		}
	}
	if entries != 2 {
		t.Errorf("%d entries", entries)
	}
}

func unpacked(t *testing.T, content string) string {
	t.Helper()
	plain, err := io.ReadAll(flate.NewReader(strings.NewReader(content)))
	if err != nil {
		t.Fatal(err)
	}
	return string(plain)
}

// TestVaryingChartsAreRenderedEachTime: what asks for the time would hide what changes with it.
func TestVaryingChartsAreRenderedEachTime(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, content string) {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, expression := range map[string]string{
		"now": `{{ now | date "2006" }}`, "chance": `{{ include "x" (dict "p" (randAlphaNum 5)) }}`, "date": `{{- date "2006" "" -}}`,
		"still": `{{ .Values.date }}`, "words": `now and then {{/* uses no function */}}`,
	} {
		write(name+"/Chart.yaml", "apiVersion: v2\nname: "+name+"\nversion: 1.0.0\n")
		write(name+"/values.yaml", "date: x\n")
		write(name+"/templates/a.yaml", "{{ define \"x\" }}{{ .p }}{{ end }}apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  hostPID: true\n  containers: [{name: a, image: a}]\n# "+expression+"\n")
	}
	cache := t.TempDir()
	for _, want := range []string{`"cached": 0`, `"cached": 2`} {
		if out := runOutput(t, dir, exitFindings, "check", "--format", "json", "--cache-dir", cache); !strings.Contains(out, want) {
			t.Errorf("the report does not say %s: %s", want, out[strings.Index(out, `"summary"`):])
		}
	}
}
