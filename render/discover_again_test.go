package render

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/scripts"
)

// What is discovered again is what is discovered, whichever file has another content.
func TestDiscoverAgain(t *testing.T) {
	modified := 0
	for _, archive := range scripts.Read(t, filepath.Join("..", "testdata", "script")) {
		content := map[string][]byte{}
		for _, file := range archive.Files {
			content[file.Name] = file.Data
		}
		modified += discoverAgain(t, openTestFiles(t, t.TempDir()).With(content), len(archive.Files))
	}
	if corpus := os.Getenv("PODMEND_CORPUS"); corpus != "" {
		modified += discoverAgain(t, openTestFiles(t, corpus), 6)
	}
	if modified == 0 {
		t.Error("nothing was modified")
	}
}

// discoverAgain modifies up to so many files that targets name, one by one.
func discoverAgain(t *testing.T, files *overlay.FS, most int) (modified int) {
	t.Helper()
	found, err := Discover(files, DiscoverOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range found.Targets {
		for _, name := range found.Names(target) {
			content, err := files.ReadFile(name)
			if err != nil || modified == most {
				continue
			}
			modified++
			for _, other := range [][]byte{
				append(bytes.Clone(content), "\nresources: []\nhelmCharts: []\n"...),
				bytes.ReplaceAll(content, []byte("Kustomization"), []byte("Component")),
				[]byte("apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"),
				bytes.ReplaceAll(content, []byte("base"), []byte("other")),
			} {
				view := files.With(map[string][]byte{name: append([]byte{}, other...)}) // nil would take it away
				want, err := Discover(view, DiscoverOptions{})
				if err != nil {
					t.Fatal(err)
				}
				got, err := found.Again(view, DiscoverOptions{}, []string{name})
				if err != nil {
					t.Fatal(err)
				}
				if !reflect.DeepEqual(got.Targets, want.Targets) || !reflect.DeepEqual(got.Skipped, want.Skipped) {
					t.Errorf("%s: discovered again %+v, at first %+v", name, got.Targets, want.Targets)
				}
				for i := range got.Targets {
					if names := got.Names(got.Targets[i]); i < len(want.Targets) && !reflect.DeepEqual(names, want.Names(want.Targets[i])) {
						t.Errorf("%s: %s has other names: %q", name, got.Targets[i].ID, names)
					}
				}
			}
		}
	}
	return modified
}

// What holds words of GitOps objects is asked again of modified files only.
func TestSearchAgain(t *testing.T) {
	words, none := []byte(strings.Join(fluxWords, "\n")), []byte("kind: A\n")
	files := openTestFiles(t, t.TempDir()).With(map[string][]byte{"same.yaml": words, "loses.yaml": words, "gains.yaml": none})
	names := []string{"same.yaml", "loses.yaml", "gains.yaml"}
	search := func(d *Discovery) map[string]bool {
		found, err := d.searchWords(context.Background(), names)
		if err != nil {
			t.Fatal(err)
		}
		// Another search, as for what an object reads, changes nothing of that.
		if _, err := d.holding(context.Background(), names, []string{"kind"}); err != nil {
			t.Fatal(err)
		}
		return found
	}
	first, err := Discover(files, DiscoverOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if found := search(first); !reflect.DeepEqual(found, map[string]bool{"same.yaml": true, "loses.yaml": true}) {
		t.Errorf("at first %v hold the words", found)
	}
	read := map[string]bool{}
	view := files.With(map[string][]byte{"loses.yaml": none, "gains.yaml": words})
	again, err := first.Again(view, DiscoverOptions{}, []string{"loses.yaml", "gains.yaml"})
	if err != nil {
		t.Fatal(err)
	}
	var mutex sync.Mutex
	again.files = view.Recording(func(name string) {
		mutex.Lock()
		defer mutex.Unlock()
		read[name] = true
	})
	if found, err := again.searchWords(context.Background(), names); err != nil || !reflect.DeepEqual(found, map[string]bool{"same.yaml": true, "gains.yaml": true}) {
		t.Errorf("again %v hold the words (%v)", found, err)
	}
	if !reflect.DeepEqual(read, map[string]bool{"loses.yaml": true, "gains.yaml": true}) {
		t.Errorf("%v were read again", read)
	}
}
