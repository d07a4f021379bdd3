package overlay

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Whatever links a repository holds, nothing outside of it and nothing in .git is read or listed.
func FuzzReads(f *testing.F) {
	f.Add("a -> ../outside\nb -> a/secret\nc -> .git\n", "b")
	f.Add("dir/a -> ../..\ndir/b -> a/outside/secret\n", "dir/b")
	f.Add("a -> b\nb -> a\n", "a/../b")
	f.Add("a -> dir/../../outside\n", "a/secret")
	f.Add("a -> .GIT/config\n", "a")
	f.Fuzz(func(t *testing.T, links, name string) {
		outer := t.TempDir()
		root := filepath.Join(outer, "repo")
		const secret = "secret content"
		for _, file := range []string{"outside/secret", "repo/.git/config", "repo/dir/file"} {
			file = filepath.Join(outer, filepath.FromSlash(file))
			content := secret
			if filepath.Base(file) == "file" {
				content = "open"
			}
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		names := []string{name}
		for line := range strings.Lines(links) {
			from, to, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " -> ")
			if !ok || !fs.ValidPath(from) || strings.ContainsRune(from+to, 0) || len(names) > 20 {
				continue
			}
			at := filepath.Join(root, filepath.FromSlash(from))
			if !strings.HasPrefix(at, root+string(filepath.Separator)) {
				continue
			}
			to = strings.ReplaceAll(to, "$ROOT", root)
			if _, err := os.Lstat(filepath.Dir(at)); err != nil || os.Symlink(to, at) != nil {
				continue
			}
			names = append(names, from, from+"/secret", from+"/config", from+"/outside/secret", from+"/"+name)
		}
		files, err := Open(root)
		if err != nil {
			t.Fatal(err)
		}
		defer files.Close()
		view := files.With(map[string][]byte{"dir/new": []byte("new")})
		for _, files := range []*FS{files, view} {
			for _, name := range names {
				if content, err := files.ReadFile(name); err == nil && string(content) == secret {
					t.Fatalf("%q is read with the links\n%s", name, links)
				}
				entries, err := files.ReadDir(name)
				for _, entry := range entries {
					if err == nil && (entry.Name() == "secret" || entry.Name() == "config" || entry.Name() == "outside") && !strings.Contains(links, entry.Name()) {
						t.Fatalf("%q lists %s with the links\n%s", name, entry.Name(), links)
					}
				}
			}
		}
	})
}
