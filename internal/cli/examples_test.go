package cli

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/page"
	"github.com/podmend/podmend/report"
)

var update = flag.Bool("update", false, "rewrite the examples and pages of the controls")

// alsoBreaks names what an example can't help breaking too: Kubernetes takes HostProcess containers
// only in pods with hostNetwork.
var alsoBreaks = map[string][]string{"windowsHostProcess": {"hostNamespaces"}}

// TestExamples runs podmend on what the pages show: check finds the control and nothing else in
// the pod before, fix makes the pod after of it, in which the control finds nothing, and the
// patch on the page has the same effect in a kustomization.
func TestExamples(t *testing.T) {
	for _, control := range check.Controls() {
		t.Run(control.ID, func(t *testing.T) {
			before, after := control.Example()
			if before == "" {
				t.Fatalf("there is no check/examples/%s.before.yaml; write one", control.ID)
			}
			level := []string{"--level", string(control.Level)}
			dir := t.TempDir()
			file := filepath.Join(dir, "pod.yaml")
			writeFile(t, file, before)
			if got, want := brokenIn(t, dir, level), append(slices.Clone(alsoBreaks[control.ID]), control.ID); !slices.Equal(got, want) {
				t.Errorf("check finds %v, want %v", got, want)
			}
			runJSON(t, dir, append([]string{"fix", "--write"}, level...)...)
			fixed, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if *update {
				after = string(fixed)
				writeFile(t, filepath.Join("..", "..", "check", "examples", control.ID+".after.yaml"), after)
			}
			if string(fixed) != after {
				t.Errorf("fix makes of it:\n%swant:\n%s", fixed, after)
			}
			if got := brokenIn(t, dir, level); len(got) > 0 {
				t.Errorf("after it, %v is left", got)
			}

			patch, err := page.Patch(before, after)
			if err != nil {
				t.Fatal(err)
			}
			dir = t.TempDir()
			writeFile(t, filepath.Join(dir, "pod.yaml"), before)
			writeFile(t, filepath.Join(dir, "kustomization.yaml"), "resources: [pod.yaml]\n"+patch)
			if got := brokenIn(t, dir, level); len(got) > 0 {
				t.Errorf("with the patch, %v is left:\n%s", got, patch)
			}
		})
	}
}

// brokenIn returns the controls that check finds broken, in their order by id.
func brokenIn(t *testing.T, dir string, level []string) []string {
	t.Helper()
	r, code := runJSON(t, dir, append([]string{"check"}, level...)...)
	if code == exitRender || r.Summary.PodTemplates == 0 {
		t.Fatalf("the pod is not rendered: %+v", r.Targets)
	}
	var ids []string
	for _, finding := range r.Findings {
		if finding.Status == report.StatusOpen {
			ids = append(ids, finding.Control)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestControlPages requires of each control an up-to-date page in docs/controls.
func TestControlPages(t *testing.T) {
	pages, err := page.Files()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join("..", "..", "docs", "controls")
	if *update {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		for name, text := range pages {
			writeFile(t, filepath.Join(dir, name), text)
		}
	}
	for name, text := range pages {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Errorf("%v; make golden writes it", err)
		} else if string(got) != text {
			t.Errorf("docs/controls/%s is stale; make golden writes it", name)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if pages[file.Name()] == "" {
			t.Errorf("docs/controls/%s belongs to no control; take it away", file.Name())
		}
	}
}
