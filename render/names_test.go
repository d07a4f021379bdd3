package render

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/scripts"
)

// What a target reads is among its names, so that a changed file is seen to reach it before it is
// rendered.
func TestNamesHoldWhatIsRead(t *testing.T) {
	reads := 0
	for _, archive := range scripts.Read(t, filepath.Join("..", "testdata", "script")) {
		files := openTestFiles(t, t.TempDir())
		content := map[string][]byte{}
		for _, file := range archive.Files {
			content[file.Name] = file.Data
		}
		reads += readsAmongNames(t, files.With(content))
	}
	if corpus := os.Getenv("PODMEND_CORPUS"); corpus != "" {
		reads += readsAmongNames(t, openTestFiles(t, corpus))
	}
	if reads == 0 {
		t.Error("nothing was read")
	}
}

func readsAmongNames(t *testing.T, files *overlay.FS) (reads int) {
	t.Helper()
	found, err := Discover(files, DiscoverOptions{})
	if err != nil {
		t.Fatal(err)
	}
	results, err := All(context.Background(), files, found.Targets, Options{Detail: Detail{PodTemplatesOnly: true}})
	if err != nil {
		t.Fatal(err)
	}
	for _, result := range results {
		names := found.Names(result.Target)
		for _, read := range result.Reads {
			reads++
			if !slices.Contains(names, read) {
				t.Errorf("%s reads %s, which is none of its names", result.Target.ID, read)
			}
		}
	}
	return reads
}
