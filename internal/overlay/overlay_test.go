package overlay

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

// repository makes a folder with files, and a file outside of it.
func repository(t *testing.T) (files *FS, root string) {
	t.Helper()
	outer := t.TempDir()
	root = filepath.Join(outer, "repo")
	for name, content := range map[string]string{
		"repo/a.yaml": "a", "repo/dir/b.yaml": "b", "repo/.git/config": "token", "repo/dir/.git/config": "token",
		"outside.txt": "secret",
	} {
		name = filepath.Join(outer, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	files, err := Open(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := files.Close(); err != nil {
			t.Error(err)
		}
	})
	return files, root
}

func link(t *testing.T, root, target, name string) {
	t.Helper()
	if err := os.Symlink(target, filepath.Join(root, filepath.FromSlash(name))); err != nil {
		t.Fatal(err)
	}
}

func TestReadsStayInside(t *testing.T) {
	files, root := repository(t)
	link(t, root, "../outside.txt", "up")
	link(t, root, "/etc/passwd", "absolute")
	link(t, root, "/proc/self/environ", "environ")
	link(t, root, ".", "self")
	link(t, root, "up", "chain")
	link(t, root, "loop", "loop")
	link(t, root, ".git", "hidden")
	link(t, root, "../..", "dir/parent")
	for name, want := range map[string]error{
		"../outside.txt":           ErrOutside,
		"dir/../../outside.txt":    ErrOutside,
		"up":                       ErrOutside,
		"chain":                    ErrOutside,
		"absolute":                 ErrOutside,
		"environ":                  ErrOutside,
		"loop":                     ErrLinkLoop,
		".git/config":              ErrGit,
		"dir/.git/config":          ErrGit,
		".GIT/config":              ErrGit,
		"hidden/config":            ErrGit,
		"self/self/.git/config":    ErrGit,
		"dir":                      ErrNotRegular,
		"missing.yaml":             fs.ErrNotExist,
		"a.yaml/under":             fs.ErrNotExist,
		"/a.yaml":                  fs.ErrInvalid,
		"":                         fs.ErrInvalid,
		"a\x00.yaml":               fs.ErrInvalid,
		"self/dir/../../../a.yaml": ErrOutside,
		"dir/parent/outside.txt":   ErrOutside,
	} {
		content, err := files.ReadFile(name)
		if err == nil {
			t.Errorf("ReadFile(%q) gives %q, want an error", name, content)
			continue
		}
		var pathError *fs.PathError
		if !errors.As(err, &pathError) || pathError.Path != name {
			t.Errorf("ReadFile(%q): the error does not name the file: %v", name, err)
		}
		// What lies under a file is another error on each system.
		if !errors.Is(err, want) && name != "a.yaml/under" {
			t.Errorf("ReadFile(%q): %v, want %v", name, err, want)
		}
	}
}

func TestLinksInsideAreFollowed(t *testing.T) {
	files, root := repository(t)
	link(t, root, "dir", "alias")
	link(t, root, "../a.yaml", "dir/up.yaml")
	link(t, root, filepath.Join(files.Dir(), "a.yaml"), "absolute.yaml")
	for name, want := range map[string]string{"alias/b.yaml": "b", "alias/up.yaml": "a", "absolute.yaml": "a"} {
		content, err := files.ReadFile(name)
		if err != nil || string(content) != want {
			t.Errorf("ReadFile(%q) = %q, %v; want %q", name, content, err, want)
		}
	}
	if resolved, err := files.Resolve("alias/up.yaml"); err != nil || resolved != "a.yaml" {
		t.Errorf("Resolve = %q, %v", resolved, err)
	}
}

func TestTooLargeIsRefused(t *testing.T) {
	files, root := repository(t)
	name := filepath.Join(root, "big.yaml")
	if err := os.WriteFile(name, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(name, MaxFileSize+1); err != nil {
		t.Fatal(err)
	}
	if _, err := files.ReadFile("big.yaml"); !errors.Is(err, ErrTooLarge) {
		t.Errorf("ReadFile = %v, want %v", err, ErrTooLarge)
	}
}

func TestChangesStayInMemory(t *testing.T) {
	files, root := repository(t)
	link(t, root, "dir", "alias")
	view := files.With(map[string][]byte{"alias/b.yaml": []byte("new"), "a.yaml": nil, "made/deep/c.yaml": []byte("c")})
	if content, err := view.ReadFile("dir/b.yaml"); err != nil || string(content) != "new" {
		t.Errorf("the change is not seen by the real name: %q, %v", content, err)
	}
	if _, err := view.ReadFile("a.yaml"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is gone: %v", err)
	}
	if info, err := view.Stat("made/deep"); err != nil || !info.IsDir() {
		t.Errorf("Stat of a folder that only the overlay has: %v, %v", info, err)
	}
	var names []string
	entries, err := view.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	if want := []string{".git", "alias", "dir", "made"}; !slices.Equal(names, want) {
		t.Errorf("ReadDir = %v, want %v", names, want)
	}
	if content, err := files.ReadFile("dir/b.yaml"); err != nil || string(content) != "b" {
		t.Errorf("the view changed what it was made of: %q, %v", content, err)
	}
	content, err := os.ReadFile(filepath.Join(root, "dir", "b.yaml"))
	if err != nil || string(content) != "b" {
		t.Errorf("the disk was written to: %q, %v", content, err)
	}
}

func TestRecordingNamesWhatWasRead(t *testing.T) {
	files, root := repository(t)
	link(t, root, "dir", "alias")
	var mutex sync.Mutex
	var read []string
	view := files.Recording(func(name string) {
		mutex.Lock()
		defer mutex.Unlock()
		read = append(read, name)
	})
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if _, err := view.ReadFile("alias/b.yaml"); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if len(read) != 8 || slices.ContainsFunc(read, func(name string) bool { return name != "dir/b.yaml" }) {
		t.Errorf("recorded %v", read)
	}
}

// Folders that only changed files have can be listed at any depth.
func TestChangedFolders(t *testing.T) {
	files, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	view := files.With(map[string][]byte{"a/b/c/d.yaml": []byte("x")})
	for _, name := range []string{"a", "a/b", "a/b/c"} {
		if info, err := view.Stat(name); err != nil || !info.IsDir() {
			t.Errorf("%s: %v", name, err)
		}
		if entries, err := view.ReadDir(name); err != nil || len(entries) != 1 {
			t.Errorf("%s: %d entries, %v", name, len(entries), err)
		}
	}
	if _, err := view.Stat("a/x"); err == nil {
		t.Error("a/x is there")
	}
}
