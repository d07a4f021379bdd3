// Package scripts gives tests the repositories that the scripts below testdata hold.
package scripts

import (
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// Read returns the archives in folders, in the order of their names. It ends the test if a folder has
// none.
func Read(t testing.TB, folders ...string) []*txtar.Archive {
	t.Helper()
	var archives []*txtar.Archive
	for _, folder := range folders {
		names, err := filepath.Glob(filepath.Join(folder, "*.txtar"))
		if err != nil || len(names) == 0 {
			t.Fatal("there are no scripts in", folder, err)
		}
		for _, name := range names {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			archives = append(archives, archive)
		}
	}
	return archives
}

// Parse parses a text archive, an empty one of texts on which the package panics since they are none.
func Parse(text []byte) (archive *txtar.Archive) {
	defer func() {
		if recover() != nil {
			archive = &txtar.Archive{}
		}
	}()
	return txtar.Parse(text)
}
