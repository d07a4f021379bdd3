package render

import (
	"context"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/podmend/podmend/internal/scripts"
)

// Whatever GitOps objects a repository holds, they give targets that are found once, and render or say why not.
func FuzzGitOps(f *testing.F) {
	for _, archive := range scripts.Read(f, filepath.Join("..", "testdata", "script")) {
		if text := string(txtar.Format(archive)); strings.Contains(text, "argoproj.io/") || strings.Contains(text, "fluxcd.io/") {
			f.Add([]byte(text))
		}
	}
	empty := emptyFiles(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		if strings.Contains(string(text), "until") || strings.Contains(string(text), "repeat") {
			return // templates without end are stopped with their process
		}
		changed := map[string][]byte{}
		for _, file := range scripts.Parse(text).Files {
			if name := strings.TrimPrefix(file.Name, "repo/"); fs.ValidPath(name) && name != "." && len(changed) < 100 {
				changed[name] = file.Data
			}
		}
		files := empty.With(changed)
		found, err := Discover(files, DiscoverOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if err := found.AddGitOps(context.Background(), GitOpsOptions{}); err != nil {
			t.Fatal(err)
		}
		results, err := All(context.Background(), files, found.Targets, Options{Detail: Detail{PodTemplatesOnly: true, Traced: true}})
		if err != nil {
			t.Fatal(err)
		}
		locator := NewLocator(files)
		for i := range results {
			if i > 0 && found.Targets[i-1].ID >= found.Targets[i].ID {
				t.Errorf("%s stands behind %s", found.Targets[i].ID, found.Targets[i-1].ID)
			}
			if result := &results[i]; result.Err != nil && result.Err.Kind == ErrPanic {
				t.Fatalf("%s: %v", result.Target.ID, result.Err)
			}
			for j := range results[i].Objects {
				locator.Origin(&results[i].Objects[j], nil)
			}
		}
	})
}
