package dependency

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/render"
)

// newKustomization makes the kustomization app, which names charts as entries of helmCharts.
func newKustomization(t *testing.T, charts string) *chartRepository {
	t.Helper()
	repository := &chartRepository{dir: t.TempDir()}
	write(t, filepath.Join(repository.dir, "app", "kustomization.yaml"), "namePrefix: prod-\nhelmCharts:\n"+charts)
	files, err := overlay.Open(repository.dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Close() })
	repository.files = files
	return repository
}

// build renders the kustomization app, and requires that nothing was written.
func (c *chartRepository) build(t *testing.T, source *Source) render.Result {
	t.Helper()
	before := listing(t, c.dir)
	target := render.Target{ID: "app", Kind: render.Kustomize, Path: "app"}
	result, err := NewRenderer(source, nil).Render(context.Background(), c.files, target, render.Detail{Traced: true})
	if err != nil {
		t.Fatal(err)
	}
	if after := listing(t, c.dir); after != before {
		t.Errorf("the repository was changed:\n%s\nis now\n%s", before, after)
	}
	return result
}

func entry(name, version, repository string) string {
	return fmt.Sprintf("- {name: %s, version: %q, repo: %q, releaseName: r, valuesInline: {greeting: inline}}\n", name, version, repository)
}

// Charts of helmCharts are fetched from repositories and registries, once, and render as from their folders.
func TestHelmCharts(t *testing.T) {
	server := serveCharts(t, "redis 1.2.3", "redis 1.3.0")
	registry := serveOCI(t, "mysql 2.0.0+build.5")
	app := newKustomization(t, entry("redis", "1.2.3", server.URL)+entry("redis", "v1.3.0", server.URL+"/")+
		entry("mysql", "2.0.0+build.5", registry.repository()))
	cache := t.TempDir()
	for run := range 2 {
		result := app.build(t, NewSource(clientFor(t, server.URL, registry.URL), nil, NewCache(cache, 1<<20)))
		if result.Err != nil {
			t.Fatal(result.Err)
		}
		names := strings.Fields(objectNames(result))
		slices.Sort(names)
		if want := []string{"prod-mysql-2.0.0+build.5", "prod-redis-1.2.3", "prod-redis-1.3.0"}; !slices.Equal(names, want) {
			t.Errorf("objects: %q", names)
		}
		for i := range result.Objects {
			object := &result.Objects[i]
			if !strings.Contains(string(object.YAML), "greeting: inline") {
				t.Errorf("the values of the entry are not in\n%s", object.YAML)
			}
		}
		notes := strings.Join(result.Notes, "\n")
		for _, chart := range []string{"redis 1.2.3", "redis v1.3.0", "mysql 2.0.0+build.5"} {
			how := []string{"fetched from", "taken from the cache for"}[run]
			if !strings.Contains(notes, "The dependency "+chart+" was "+how) || strings.Count(notes, "(sha256:") != 3 {
				t.Errorf("notes: %s", notes)
			}
		}
	}
	archives := slices.DeleteFunc(append(server.paths(), registry.paths()...), func(path string) bool {
		return !strings.HasSuffix(path, ".tgz") && !strings.Contains(path, "/blobs/")
	})
	if len(archives) != 3 {
		t.Errorf("archives asked for in two runs: %q", archives)
	}
}

// What is not to be fetched causes no request, also not for the other charts.
func TestHelmChartsThatAreNotFetched(t *testing.T) {
	server := serveCharts(t, "redis 1.2.3")
	good := entry("redis", "1.2.3", server.URL)
	for name, test := range map[string]struct{ charts, allow, kind, says string }{
		"not allowed": {good, "charts.example.com", "helm-charts", "app/charts/redis-1.2.3 lacks it, and " + server.URL + " may not be fetched from. Add " + server.URL + " to network.allow"},
		"a range":     {good + entry("a", "^1.0.0", server.URL), server.URL, "helm-charts", "is not exact"},
		"a part":      {good + entry("a", "1.2", server.URL), server.URL, "helm-charts", "is not exact"},
		"no version":  {good + entry("a", "", server.URL), server.URL, "helm-charts", "it has no version, and podmend picks none. Pin it"},
		"no repo":     {good + entry("a", "1.0.0", ""), server.URL, "helm-charts", "it has no repo"},
		"an alias":    {entry("a", "1.0.0", "@mine"), server.URL, "helm-charts", "its repo is no URL"},
		"a path":      {good + entry("../a", "1.0.0", server.URL), server.URL, "dependency-source", "characters that no chart's name has"},
		"a user":      {entry("a", "1.0.0", "https://me:pw@charts.example.com"), "charts.example.com", "dependency-source", "holds a user"},
		"outside":     {good + entry("../../../../a", "1.0.0", server.URL), server.URL, "helm-charts", "its folder cannot be read"},
	} {
		result := newKustomization(t, test.charts).build(t, NewSource(clientFor(t, test.allow), nil, nil))
		if failed := result.Err; failed == nil || string(failed.Kind) != test.kind || failed.File != "app/kustomization.yaml" || failed.Line == 0 ||
			!strings.Contains(failed.Message, test.says) || strings.Contains(failed.Message, "pw") {
			t.Errorf("%s: got %+v, want %s that says %q", name, failed, test.kind, test.says)
		}
		if asked := server.paths(); len(asked) > 0 {
			t.Errorf("%s: it asked for %q", name, asked)
		}
	}
}

// What a fetched chart is wrong with is said at the line that names it.
func TestBrokenHelmCharts(t *testing.T) {
	server := serveCharts(t, "redis 1.2.3")
	const metadata = "apiVersion: v2\nname: %s\nversion: 1.0.0\n"
	charts := map[string]map[string]string{
		"needy":  {"Chart.yaml": metadata + "dependencies:\n" + onDependency("redis", "1.2.3", server.URL), "values.yaml": "{}"},
		"broken": {"Chart.yaml": metadata, "values.yaml": "{}", "templates/cm.yaml": "a: {{ fail \"no\" }}\n"},
		"plain":  {"Chart.yaml": metadata},
	}
	for name, says := range map[string]string{
		"needy":  "tell the owner of this one, or disable the dependency",
		"broken": "in the fetched broken-1.0.0.tgz: in the archive's templates/cm.yaml:1: ",
		"plain":  "in the archive's values.yaml: the file does not exist",
	} {
		repository := &chartServer{dir: t.TempDir()}
		packFiles(t, filepath.Join(repository.dir, name+"-1.0.0.tgz"), name, charts[name])
		repository.serve(t)
		app := newKustomization(t, entry(name, "1.0.0", repository.URL))
		failed := app.build(t, NewSource(clientFor(t, repository.URL, server.URL), nil, nil)).Err
		if failed == nil || failed.File != "app/kustomization.yaml" || failed.Line != 3 || !strings.Contains(failed.Message, says) {
			t.Errorf("%s: %+v", name, failed)
		}
	}
	if asked := server.paths(); len(asked) > 0 {
		t.Errorf("for a dependency of a fetched chart it asked for %q", asked)
	}
}

// packFiles makes an archive of a chart that helm package would not make.
func packFiles(t *testing.T, archive, name string, files map[string]string) {
	t.Helper()
	var content bytes.Buffer
	packed := gzip.NewWriter(&content)
	tarred := tar.NewWriter(packed)
	for file, text := range files {
		text = strings.Replace(text, "%s", name, 1)
		if err := tarred.WriteHeader(&tar.Header{Name: name + "/" + file, Mode: 0o644, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := tarred.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(tarred.Close(), packed.Close()); err != nil {
		t.Fatal(err)
	}
	write(t, archive, content.String())
}
