package render

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/overlay"
)

// A folder that cannot be listed is a target that fails, whoever runs the test: root may list all.
func TestUnlistedFolderIsAnError(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"locked", "open"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
		pod := "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: []}\n"
		if err := os.WriteFile(filepath.Join(dir, name, "pod.yaml"), []byte(pod), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	files, err := overlay.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	d := newDiscoverer(files, DiscoverOptions{})
	d.list = func(dir string) ([]fs.DirEntry, error) {
		if dir == "locked" {
			return nil, &fs.PathError{Op: "readdir", Path: dir, Err: fs.ErrPermission}
		}
		return files.ReadDir(dir)
	}
	found, err := d.discover()
	if err != nil {
		t.Fatal(err)
	}
	if len(found.Skipped) > 0 {
		t.Errorf("skipped: %v", found.Skipped)
	}
	results, err := All(context.Background(), files, found.Targets, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(results) != 2 || results[0].Target.ID != "plain:locked" || results[1].Target.ID != "plain:open/pod.yaml" {
		t.Fatalf("targets: %v", found.Targets)
	}
	failure := results[0].Err
	if results[0].Status != Failed || failure == nil || failure.Kind != ErrUnreadable || failure.File != "locked" ||
		!strings.HasPrefix(failure.Message, "the folder cannot be listed: permission denied. ") {
		t.Errorf("the folder ended with %s, %+v", results[0].Status, failure)
	}
	if results[1].Status != OK {
		t.Errorf("the other folder ended with %s", results[1].Status)
	}
}
