package dependency

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/render"
)

// Whatever stands in the place of a cached archive, the right one is rendered and then kept.
func TestDamagedCache(t *testing.T) {
	server := serveCharts(t, "redis 1.2.3")
	chart := newChart(t, onDependency("redis", "1.2.3", server.URL))
	cache := t.TempDir()
	run := func() render.Result {
		return chart.render(t, NewSource(clientFor(t, server.URL), nil, NewCache(cache, 1<<20)))
	}
	if result := run(); result.Err != nil {
		t.Fatal(result.Err)
	}
	kept, err := filepath.Glob(filepath.Join(cache, "charts", "sha256-*.tgz"))
	if err != nil || len(kept) != 1 {
		t.Fatalf("the cache holds %q: %v", kept, err)
	}
	good, err := os.ReadFile(kept[0])
	if err != nil {
		t.Fatal(err)
	}
	outside := filepath.Join(t.TempDir(), "outside")
	write(t, outside, string(good))
	for name, damage := range map[string]func() error{
		"another chart": func() error {
			other, err := os.ReadFile(pack(t, t.TempDir(), "redis", "1.2.3"))
			if err != nil {
				return err
			}
			return os.WriteFile(kept[0], append(other, 0), 0o600)
		},
		"cut off": func() error { return os.Truncate(kept[0], 10) },
		"empty":   func() error { return os.Truncate(kept[0], 0) },
		"a folder": func() error {
			if err := os.Remove(kept[0]); err != nil {
				return err
			}
			return os.MkdirAll(filepath.Join(kept[0], "x"), 0o755)
		},
		"a link": func() error {
			if err := os.Remove(kept[0]); err != nil {
				return err
			}
			return os.Symlink(outside, kept[0])
		},
	} {
		if err := damage(); err != nil {
			t.Fatal(err)
		}
		result := run()
		if result.Err != nil || !strings.Contains(strings.Join(result.Notes, "\n"), "was damaged and was fetched again") {
			t.Errorf("%s: %v %q", name, result.Err, result.Notes)
		}
		if content, err := os.ReadFile(kept[0]); err != nil || string(content) != string(good) {
			t.Errorf("%s: not kept anew: %v", name, err)
		}
		if info, err := os.Lstat(kept[0]); err != nil || !info.Mode().IsRegular() || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v %v", name, info.Mode(), err)
		}
	}
	if result := run(); result.Err != nil || strings.Contains(strings.Join(result.Notes, "\n"), "damaged") {
		t.Errorf("at the end: %v %q", result.Err, result.Notes)
	}
}

// A cache that cannot be written costs a note.
func TestCacheThatCannotBeWritten(t *testing.T) {
	server := serveCharts(t, "redis 1.2.3")
	chart := newChart(t, onDependency("redis", "1.2.3", server.URL))
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "")
	for _, cache := range []*Cache{NewCache(file, 1<<20), nil} {
		result := chart.render(t, NewSource(clientFor(t, server.URL), nil, cache))
		if result.Err != nil || !strings.Contains(strings.Join(result.Notes, "\n"), "Name ") || !strings.Contains(strings.Join(result.Notes, "\n"), "--cache-dir") {
			t.Errorf("%v %q", result.Err, result.Notes)
		}
	}
}

// Many targets, sources and processes may want one archive at once; one source asks once.
func TestConcurrentTargets(t *testing.T) {
	server := serveCharts(t, "redis 1.2.3")
	chart := newChart(t, onDependency("redis", "1.2.3", server.URL))
	server.requests()
	cache := t.TempDir()
	var group sync.WaitGroup
	for range 4 {
		renderer := NewRenderer(NewSource(clientFor(t, server.URL), nil, NewCache(cache, 1<<20)), nil)
		for i := range 6 {
			group.Go(func() {
				target := render.Target{ID: fmt.Sprint("app", i), Kind: render.Helm, Path: "app"}
				result, err := renderer.Render(context.Background(), chart.files, target, render.Detail{})
				if err != nil || result.Err != nil {
					t.Error(err, result.Err)
				}
			})
		}
	}
	group.Wait()
	if asked := server.requests(); len(asked) > 8 {
		t.Errorf("4 sources asked %d times", len(asked))
	}
	if kept := listing(t, cache); strings.Count(kept, "\n") != 1 {
		t.Errorf("the cache holds %s", kept)
	}
}

// Changes of a proof and archives that were fetched are seen together.
func TestProofsSeeFetchedArchives(t *testing.T) {
	server := serveCharts(t, "redis 1.2.3")
	chart := newChart(t, onDependency("redis", "1.2.3", server.URL))
	renderer := NewRenderer(NewSource(clientFor(t, server.URL), nil, nil), nil)
	target := render.Target{ID: "app", Kind: render.Helm, Path: "app"}
	if _, err := renderer.Render(context.Background(), chart.files, target, render.Detail{}); err != nil {
		t.Fatal(err)
	}
	server.requests()
	for _, files := range []*overlay.FS{chart.files, renderer.View(chart.files)} {
		changed := files.With(map[string][]byte{"app/values.yaml": []byte("redis: {greeting: proven}\n")})
		result, err := renderer.Render(context.Background(), changed, target, render.Detail{})
		if err != nil || result.Err != nil {
			t.Fatal(err, result.Err)
		}
		text := ""
		for _, object := range result.Objects {
			text += string(object.YAML)
		}
		if !strings.Contains(text, "greeting: proven") {
			t.Errorf("the change is not seen: %s", text)
		}
	}
	if asked := server.paths(); len(asked) > 0 {
		t.Errorf("a proof asked for %q", asked)
	}
}

// What is wrong inside of a fetched archive is told at the line that asks for it, since the archive
// is not in the repository.
func TestErrorsInFetchedArchives(t *testing.T) {
	server := serveCharts(t)
	source := filepath.Join(t.TempDir(), "broken")
	write(t, filepath.Join(source, "Chart.yaml"), "apiVersion: v2\nname: broken\nversion: 1.0.0\n")
	write(t, filepath.Join(source, "templates", "a.yaml"), "a: {{ fail \"no\" }}\n")
	mustHelm(t, "package", source, "--destination", server.dir)
	mustHelm(t, "repo", "index", server.dir)
	chart := newChart(t, onDependency("broken", "1.0.0", server.URL))
	expectError(t, chart.render(t, NewSource(clientFor(t, server.URL), nil, nil)), "chart-fail", 5, "in the fetched broken-1.0.0.tgz: ")
}

// A dependency of a chart in the repository, reached through file://, is fetched by that chart's own
// lock; dependencies of a fetched archive are those that it holds.
func TestNestedDependencies(t *testing.T) {
	server := serveCharts(t, "redis 1.2.3")
	inner := newChart(t, onDependency("redis", "1.2.3", server.URL))
	content, err := os.ReadFile(filepath.Join(inner.dir, "app", "Chart.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	library := filepath.Join(inner.dir, "library")
	write(t, filepath.Join(library, "Chart.yaml"), strings.Replace(string(content), "name: app", "name: library", 1))
	lock, err := os.ReadFile(filepath.Join(inner.dir, "app", "Chart.lock"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(library, "Chart.lock"), string(lock))
	if err := os.Remove(filepath.Join(inner.dir, "app", "Chart.lock")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(inner.dir, "app", "Chart.yaml"),
		"apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n- {name: library, version: 1.0.0, repository: \"file://../library\"}\n")
	result := inner.render(t, NewSource(clientFor(t, server.URL), nil, nil))
	if result.Err != nil || !strings.Contains(objectNames(result), "redis-1.2.3") {
		t.Errorf("%v %s", result.Err, objectNames(result))
	}
	write(t, filepath.Join(inner.dir, "app", ".helmignore"), "charts\n")
	write(t, filepath.Join(library, ".helmignore"), "charts\n")
	if inner.files, err = overlay.Open(inner.dir); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { inner.files.Close() })
	result = inner.render(t, NewSource(clientFor(t, server.URL), nil, nil))
	if result.Err == nil || result.Err.Kind != ErrNotTaken || result.Err.File != "library/Chart.yaml" {
		t.Errorf("a chart that ignores charts/: %v", result.Err)
	}
}

// A Chart.yaml of thousands of dependencies is an error like any other.
func TestThousandsOfDependencies(t *testing.T) {
	repo := t.TempDir()
	var declared strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&declared, "- {name: d%d, version: 1.0.0, repository: \"https://charts.example.com\"}\n", i)
	}
	write(t, filepath.Join(repo, "app", "Chart.yaml"), "apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n"+declared.String())
	files, err := overlay.Open(repo)
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	chart := &chartRepository{dir: repo, files: files}
	expectError(t, chart.render(t, NewSource(clientFor(t, "charts.example.com"), nil, nil)), "missing-dependency", 5, "d0")
}
