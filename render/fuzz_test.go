package render

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/scripts"
)

// seedFiles lists the files of the scripts whose names match one of the patterns.
func seedFiles(f *testing.F, patterns ...string) (texts []string) {
	f.Helper()
	for _, archive := range scripts.Read(f, filepath.Join("..", "testdata", "script"), filepath.Join("..", "testdata", "hostile")) {
		for _, file := range archive.Files {
			for _, pattern := range patterns {
				if ok, _ := path.Match(pattern, path.Base(file.Name)); ok {
					texts = append(texts, string(file.Data))
				}
			}
		}
	}
	if len(texts) == 0 {
		f.Fatalf("no script holds a file like %v", patterns)
	}
	return texts
}

// emptyFiles is a repository without files, of which fuzz targets make views.
func emptyFiles(f testing.TB) *overlay.FS {
	f.Helper()
	files, err := overlay.Open(f.TempDir())
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { files.Close() })
	return files
}

// sound asserts what holds of every result.
func sound(t *testing.T, files *overlay.FS, result *Result) {
	t.Helper()
	if result.Err != nil && result.Err.Kind == ErrPanic {
		t.Fatalf("%v", result.Err)
	}
	for _, name := range result.Reads {
		if !fs.ValidPath(name) {
			t.Errorf("it read %q", name)
		}
	}
	for i := range result.Objects {
		object := &result.Objects[i]
		if source := object.Source.File; source != "" {
			if _, err := files.Stat(source); err != nil {
				t.Errorf("the source of %s %s: %v", object.Kind, object.Name, err)
			}
		}
		if _, err := object.PodTemplates(); err != nil && err.Error() == "" {
			t.Errorf("an error of %s says nothing", object.Name)
		}
	}
}

// Whatever files a repository holds, each target is found once, and inside.
func FuzzDiscover(f *testing.F) {
	for _, archive := range scripts.Read(f, filepath.Join("..", "testdata", "script"), filepath.Join("..", "testdata", "hostile")) {
		f.Add(txtar.Format(archive))
	}
	empty := emptyFiles(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		changed := map[string][]byte{}
		for _, file := range scripts.Parse(text).Files {
			if fs.ValidPath(file.Name) && file.Name != "." && len(changed) < 100 {
				changed[file.Name] = file.Data
			}
		}
		files := empty.With(changed)
		found, err := Discover(files, DiscoverOptions{})
		if err != nil {
			t.Fatal(err)
		}
		scan := newKustomizationScan(files)
		for i, target := range found.Targets {
			if i > 0 && found.Targets[i-1].ID >= target.ID {
				t.Errorf("%s stands behind %s", target.ID, found.Targets[i-1].ID)
			}
			if _, err := files.Stat(target.Path); err != nil {
				t.Errorf("the target %s (%+v): %v", target.ID, target, err)
			}
			if target.Kind != Kustomize {
				continue
			}
			closure := scan.listed(target.Path)
			for _, name := range slices.Concat(closure.Roots, closure.Components, closure.Files) {
				if _, err := files.Stat(name); err != nil {
					t.Errorf("the closure of %s: %v", target.ID, err)
				}
			}
		}
	})
}

// Rules of .gitignore and globs take any text, and a path that matches is one that is there.
func FuzzIgnore(f *testing.F) {
	for _, text := range seedFiles(f, ".gitignore") {
		f.Add(text, "a/b/c.yaml")
	}
	f.Add("**/a\n!b/\n/c/**/d\n[a-z]*\\\n", "x/{a,b}/[!c].yaml")
	empty := emptyFiles(f)
	f.Fuzz(func(t *testing.T, text, name string) {
		if len(text) > 1000 || len(name) > 300 {
			return
		}
		files := empty.With(map[string][]byte{".gitignore": []byte(text)})
		entries, err := files.ReadDir(".")
		if err != nil {
			t.Fatal(err)
		}
		rules := newIgnoreRules(files)
		rules.enter(".", entries)
		if fs.ValidPath(name) {
			rules.ignoredBy(name, true)
			rules.ignoredBy(name, false)
		}
		for pattern := range strings.Lines(text) {
			pattern = strings.TrimSpace(pattern)
			if !ValidPattern(pattern) || !fs.ValidPath(name) {
				continue
			}
			matched, ok := matchAny([]string{pattern}, name)
			if ok && matched != pattern {
				t.Errorf("%q is matched by %q", name, matched)
			}
		}
	})
}

// A file of manifests, as YAML and as JSON.
func FuzzManifests(f *testing.F) {
	for _, text := range seedFiles(f, "*.yaml", "*.json") {
		f.Add(text, false)
	}
	empty := emptyFiles(f)
	f.Fuzz(func(t *testing.T, text string, isJSON bool) {
		name := "a.yaml"
		if isJSON {
			name = "a.json"
		}
		files := empty.With(map[string][]byte{name: []byte(text)})
		result := One(context.Background(), files, Target{ID: name, Kind: Plain, Path: name}, Detail{})
		sound(t, files, &result)
	})
}

// A kustomization never reaches the network nor runs a program, whatever stands in it, although
// here nothing but the scan before it is in its way.
func FuzzKustomization(f *testing.F) {
	for _, text := range seedFiles(f, "kustomization.yaml", "kustomization.yml") {
		f.Add(text, "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n")
	}
	for _, text := range seedFiles(f, "*patch*.yaml", "*transform*.yaml", "*generator*.yaml") {
		f.Add("resources: [base]\ntransformers: [other.yaml]\ngenerators: [other.yaml]\npatches: [{path: other.yaml}]\n", text)
	}
	programs := f.TempDir()
	ran := filepath.Join(programs, "ran")
	for _, name := range []string{"git", "helm", "sh", "docker"} {
		if err := os.WriteFile(filepath.Join(programs, name), []byte("#!/bin/sh\n: > "+ran+"\nexit 1\n"), 0o755); err != nil {
			f.Fatal(err)
		}
	}
	f.Setenv("PATH", programs)
	before := http.DefaultTransport
	f.Cleanup(func() { http.DefaultTransport = before })
	reached := &refusing{}
	http.DefaultTransport = reached
	empty := emptyFiles(f)
	f.Fuzz(func(t *testing.T, text, other string) {
		files := empty.With(map[string][]byte{
			"top/kustomization.yaml":      []byte(text),
			"top/other.yaml":              []byte(other),
			"top/base/kustomization.yaml": []byte("resources: [pod.yaml]\n"),
			"top/base/pod.yaml":           []byte("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a}]}\n"),
		})
		result := One(context.Background(), files, Target{ID: "k", Kind: Kustomize, Path: "top"}, Detail{})
		sound(t, files, &result)
		if len(reached.hosts) > 0 {
			t.Fatalf("it asked %v", reached.hosts)
		}
		if _, err := os.Stat(ran); err == nil {
			t.Fatal("it ran a program")
		}
	})
}

// refusing is a network that notes who was asked.
type refusing struct{ hosts []string }

func (r *refusing) RoundTrip(request *http.Request) (*http.Response, error) {
	r.hosts = append(r.hosts, request.URL.Host)
	return nil, errors.New("refused")
}
