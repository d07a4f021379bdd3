package overlay

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A view may have links and folders where the disk has others, and sees nothing of the disk through them.
func TestTree(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"a/x", "b/x", "b/y", "kept"} {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(strings.ReplaceAll(name, "/", "")), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	link(t, root, "a", "now")
	link(t, root, "a/x", "file")
	files, err := Open(root)
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	view := files.WithTree(map[string][]byte{"file": []byte("text"), "gone": nil, "kept/below": []byte("k"), "kept": nil, "far/x": []byte("fx")},
		map[string]string{"now": "b", "deep/link": "../far", "out": "../..", "git": ".git", "loop": "loop", "abs": "/etc"})
	for name, want := range map[string]string{
		"now/x": "bx", "now/y": "by", "file": "text", "a/x": "ax", "kept/below": "k", "deep/link/x": "fx", "far/x": "fx",
		"out/x": ErrOutside.Error(), "git/config": ErrGit.Error(), "loop": ErrLinkLoop.Error(), "abs/passwd": ErrOutside.Error(), "kept/x": "file does not exist",
	} {
		content, err := view.ReadFile(name)
		if got := string(content); err == nil && got != want || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s holds %q, %v; want %q", name, got, err, want)
		}
	}
	// The other way round: a folder where the disk has a link.
	folder := files.WithTree(map[string][]byte{"now": nil, "now/z": []byte("z")}, nil)
	if content, err := folder.ReadFile("now/z"); string(content) != "z" {
		t.Errorf("now/z holds %q, %v", content, err)
	}
	if _, err := folder.ReadFile("now/x"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("now/x is seen through a link that is gone: %v", err)
	}
	if info, err := folder.Stat("now"); err != nil || !info.IsDir() {
		t.Errorf("now is %v, %v", info, err)
	}
	if content, err := files.ReadFile("now/x"); string(content) != "ax" {
		t.Errorf("the view before has %q, %v", content, err)
	}
	for _, test := range []struct {
		files      *FS
		name, want string
	}{
		{view, "now", "x y"},
		{folder, "now", "z"},
		{view, "deep", "link->"},
		{view, "kept", "below"},
		{view, ".", "a/ abs-> b/ deep/ far/ file git-> kept/ loop-> now-> out->"},
	} {
		entries, err := test.files.ReadDir(test.name)
		var got []string
		for _, entry := range entries {
			mark := map[fs.FileMode]string{fs.ModeDir: "/", fs.ModeSymlink: "->"}[entry.Type()]
			got = append(got, entry.Name()+mark)
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s lists %v, %v; want %s", test.name, got, err, test.want)
		}
	}
	// What is made of one view is not taken for another.
	var made []string
	for _, one := range []*FS{files, view, folder} {
		made = append(made, fmt.Sprint(one.Once("key", "", func(files *FS) any { content, _ := files.ReadFile("now/x"); return string(content) })))
	}
	if !slices.Equal(made, []string{"ax", "bx", ""}) {
		t.Errorf("made %q", made)
	}
}
