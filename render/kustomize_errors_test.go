package render

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// Each archive holds a repository whose root in root/ does not build: `want` is the kind of the
// error and its place, `says` a part of its message. The command must fail too, except where
// only podmend refuses.
func TestKustomizeErrors(t *testing.T) {
	archives, err := filepath.Glob(filepath.Join("testdata", "kustomize", "errors", "*.txtar"))
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	kustomize := kustomizeCommand(t)
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			expected := map[string]string{}
			for line := range strings.Lines(string(archive.Comment)) {
				key, value, _ := strings.Cut(strings.TrimSpace(line), ":")
				expected[key] = strings.TrimSpace(value)
			}
			dir := filepath.Join(t.TempDir(), "repository")
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := txtar.Write(archive, dir); err != nil {
				t.Fatal(err)
			}
			files := openTestFiles(t, dir)
			for _, podTemplatesOnly := range []bool{false, true} {
				objects, _, _, failure := renderKustomize(context.Background(), files, Target{Path: "root"}, Detail{PodTemplatesOnly: podTemplatesOnly})
				if failure == nil {
					t.Fatalf("it builds %d objects", len(objects))
				}
				got := fmt.Sprintf("%s %s:%d", failure.Kind, failure.File, failure.Line)
				if strings.TrimSuffix(got, ":0") != expected["want"] || !strings.Contains(failure.Message, expected["says"]) {
					t.Errorf("got %s\n%s\nwant %s\n%s", got, failure.Message, expected["want"], expected["says"])
				}
				checkKustomizeError(t, files, failure)
			}
			if _, err := buildByCommand(t, kustomize, filepath.Join(dir, "root")); err == nil {
				t.Error("the command builds it")
			}
			for _, dir := range []string{"root", "base", "c"} {
				newKustomizationScan(files).listed(dir) // must not panic or loop
			}
		})
	}
}
