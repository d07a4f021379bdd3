package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/podmend/podmend/internal/cli"
)

// TestManual asks for a page of each command with each of its flags, and for the same bytes twice.
func TestManual(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	for _, dir := range []string{first, second} {
		if err := write(dir, "1700000000"); err != nil {
			t.Fatal(err)
		}
	}
	for _, command := range cli.Commands().Commands() {
		if command.Hidden {
			continue
		}
		name := filepath.Join("man", "podmend-"+command.Name()+".1")
		page, err := os.ReadFile(filepath.Join(first, name))
		if err != nil {
			t.Errorf("%s has no page: %v", command.Name(), err)
			continue
		}
		if !bytes.Contains(page, []byte("Nov 2023")) || !bytes.Contains(page, []byte("podmend")) {
			t.Errorf("%s says neither its date nor its name:\n%s", name, page)
		}
	}
	files, err := filepath.Glob(filepath.Join(first, "*", "*"))
	if err != nil || len(files) < 10 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	for _, file := range files {
		relative, err := filepath.Rel(first, file)
		if err != nil {
			t.Fatal(err)
		}
		was, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if is, err := os.ReadFile(filepath.Join(second, relative)); err != nil || !bytes.Equal(was, is) || len(is) == 0 {
			t.Errorf("%s differs from one time to the other: %v", relative, err)
		}
	}
	if err := write(first, "yesterday"); err == nil {
		t.Error("a date that is none is taken")
	}
}
