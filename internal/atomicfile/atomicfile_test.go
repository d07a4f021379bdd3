package atomicfile

import (
	"os"
	"path/filepath"
	"testing"
)

func write(t *testing.T, name, content string, mode os.FileMode) string {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(name, mode); err != nil {
		t.Fatal(err)
	}
	return name
}

func expect(t *testing.T, name, content string) {
	t.Helper()
	got, err := os.ReadFile(name)
	if err != nil || string(got) != content {
		t.Errorf("%s holds %q, %v; want %q", filepath.Base(name), got, err, content)
	}
}

func entries(t *testing.T, dir string) int {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

func TestReplaceAllKeepsModes(t *testing.T) {
	dir := t.TempDir()
	a := write(t, filepath.Join(dir, "a"), "a", 0o640)
	b := write(t, filepath.Join(dir, "b"), "b", 0o755)
	if err := ReplaceAll([]Replacement{{a, []byte("A")}, {b, []byte("B")}}); err != nil {
		t.Fatal(err)
	}
	expect(t, a, "A")
	expect(t, b, "B")
	for name, mode := range map[string]os.FileMode{a: 0o640, b: 0o755} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s has mode %v, %v; want %v", name, info.Mode(), err, mode)
		}
	}
	if n := entries(t, dir); n != 2 {
		t.Errorf("%d files are left, want 2", n)
	}
}

func TestReplaceAllChangesNothingWhereOneFails(t *testing.T) {
	dir := t.TempDir()
	a := write(t, filepath.Join(dir, "a"), "a", 0o644)
	folder := filepath.Join(dir, "folder")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, second := range []string{filepath.Join(dir, "missing", "file"), folder} {
		if err := ReplaceAll([]Replacement{{a, []byte("A")}, {second, []byte("B")}}); err == nil {
			t.Errorf("replacing %s gives no error", second)
		}
		expect(t, a, "a")
	}
	if n := entries(t, dir); n != 2 {
		t.Errorf("%d entries are left, want 2", n)
	}
}

func TestWriteCreatesAndReplaces(t *testing.T) {
	name := filepath.Join(t.TempDir(), "report.json")
	for _, content := range []string{"one", "two"} {
		if err := Write(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		expect(t, name, content)
	}
	if err := Write(filepath.Join(filepath.Dir(name), "missing", "report.json"), nil, 0o644); err == nil {
		t.Error("writing into a folder that is not there gives no error")
	}
}

// A file that was not there comes or does not, with the others.
func TestReplaceAllMakesFiles(t *testing.T) {
	dir := t.TempDir()
	fresh := filepath.Join(dir, "fresh")
	a := write(t, filepath.Join(dir, "a"), "a", 0o644)
	if err := ReplaceAll([]Replacement{{fresh, []byte("new")}, {a, []byte("A")}}); err != nil {
		t.Fatal(err)
	}
	expect(t, fresh, "new")
	expect(t, a, "A")
	second := filepath.Join(dir, "second")
	if err := ReplaceAll([]Replacement{{second, []byte("new")}, {filepath.Join(dir, "missing"), nil}}); err == nil {
		t.Error("a file that is not there was taken away")
	}
	if _, err := os.Stat(second); !os.IsNotExist(err) {
		t.Errorf("a new file is left: %v", err)
	}
	if n := entries(t, dir); n != 2 {
		t.Errorf("%d files are left, want 2", n)
	}
}
