package overlay

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// A view that keeps contents gives what it has read before, and Fresh what lies there now.
func TestKeeping(t *testing.T) {
	dir := t.TempDir()
	write := func(content string) {
		if err := os.WriteFile(filepath.Join(dir, "a.yaml"), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("before")
	files, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	kept := files.Keeping()
	read := func(view *FS) string {
		content, err := view.ReadFile("a.yaml")
		if err != nil {
			t.Fatal(err)
		}
		defer clear(content) // callers may change what they got
		return string(content)
	}
	if got := read(kept); got != "before" {
		t.Fatalf("read %q", got)
	}
	write("after")
	for range 2 {
		if got := read(kept); got != "before" {
			t.Errorf("read %q again", got)
		}
	}
	for name, view := range map[string]*FS{"fresh": kept.Fresh(), "plain": files} {
		if got := read(view); got != "after" {
			t.Errorf("the %s view reads %q", name, got)
		}
	}
	if got := read(kept.With(map[string][]byte{"a.yaml": []byte("changed")})); got != "changed" {
		t.Errorf("a changed file is read as %q", got)
	}
}

// More folders than are held open are read all the same, and none that became a link in between leads out.
func TestFoldersHeldOpen(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "a"), []byte("secret"), 0o644); err != nil {
		t.Fatal(err)
	}
	name := func(i int) string { return fmt.Sprintf("d%d", i) }
	const folders = 2*maxFolders + 10
	for i := range folders {
		if err := os.Mkdir(filepath.Join(dir, name(i)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name(i), "a"), []byte(name(i)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	files, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	for range 2 {
		for i := range folders {
			if content, err := files.ReadFile(name(i) + "/a"); err != nil || string(content) != name(i) {
				t.Fatalf("%s: %q, %v", name(i), content, err)
			}
		}
	}
	files.disk.closeFolders()
	if err := os.RemoveAll(filepath.Join(dir, name(0))); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, name(0))); err != nil {
		t.Fatal(err)
	}
	if content, err := files.ReadFile(name(0) + "/a"); err == nil {
		t.Errorf("read %q outside of the repository", content)
	}
	if _, err := files.ReadFile(name(1) + "/b"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// Kept makes a value once for all views, and again when too many bytes were kept since.
func TestKept(t *testing.T) {
	files, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	made := 0
	get := func(view *FS, key string, size int) any {
		return view.Kept(key, func() (any, int) {
			made++
			return key, size
		})
	}
	for range 2 {
		for _, view := range []*FS{files, files.With(map[string][]byte{"a.yaml": nil})} {
			if got := get(view, "small", 1); got != "small" || made != 1 {
				t.Errorf("got %v, made %d times", got, made)
			}
		}
	}
	get(files, "large", maxKeptBytes)
	if get(files, "large", maxKeptBytes); made != 2 {
		t.Errorf("made %d times, want what is large once", made)
	}
	if get(files, "small", 1); made != 3 {
		t.Errorf("made %d times, want what was dropped again", made)
	}
}
