package render

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/podmend/podmend/internal/overlay"
)

func buildFixture(t *testing.T, files *overlay.FS, dir string) []Object {
	t.Helper()
	objects, _, _, failure := renderKustomize(context.Background(), files, Target{Path: dir}, Detail{})
	if failure != nil {
		t.Fatal(failure)
	}
	return objects
}

// kustomize keeps the OpenAPI schema of one build for the next: no order of builds may show.
func TestKustomizeOrderDoesNotShow(t *testing.T) {
	files := openTestFiles(t, "testdata/kustomize/build")
	dirs := kustomizationDirs(t, files)
	want := map[string][]byte{}
	for _, dir := range dirs {
		want[dir] = joined(buildFixture(t, files, dir))
	}
	if bytes.Equal(want["schema"], want["noschema"]) {
		t.Fatal("the schema changes nothing: the test is void")
	}
	check := func(order []string) {
		for _, dir := range order {
			if got := joined(buildFixture(t, files, dir)); !bytes.Equal(got, want[dir]) {
				t.Errorf("%s differs in the order %v", dir, order)
			}
		}
	}
	slices.Reverse(dirs)
	check(dirs)
	random := rand.New(rand.NewPCG(1, 2))
	for range 3 {
		random.Shuffle(len(dirs), func(i, j int) { dirs[i], dirs[j] = dirs[j], dirs[i] })
		check(dirs)
	}
	var group sync.WaitGroup
	for _, dir := range append(dirs, dirs...) {
		group.Go(func() { check([]string{dir}) })
	}
	group.Wait()
}

func TestKustomizeSources(t *testing.T) {
	files := openTestFiles(t, "testdata/kustomize/build")
	tests := []struct{ dir, kind, name, file, at string }{
		{"overlays/production", "Deployment", "prod-web", "base/deployment.yaml", "0"},
		{"overlays/production", "Service", "prod-web", "base/deployment.yaml", "2"},
		{"overlays/production", "CronJob", "prod-sweep", "base/list.yaml", "0 items[1]"},
		{"overlays/production", "Namespace", "production", "overlays/production/namespace.yaml", "0"},
		{"overlays/production", "Pod", "prod-debug", "components/debug/debug.yaml", "0"},
		{"overlays/production", "ConfigMap", "prod-settings", "base/kustomization.yaml", ""},
		{"overlays/production", "Secret", "prod-token", "base/kustomization.yaml", ""},
		{"twice", "Deployment", "web-left", "base/deployment.yaml", "0"},
		{"twice", "Deployment", "web-right", "base/deployment.yaml", "0"},
		{"renamed", "Service", "front", "base/deployment.yaml", "2"},
		{"links", "Pod", "real", "links/real.yaml", "0"},
		{"local", "Pod", "x", "local/pods.json", "0 items[0]"},
		{"plugins", "Deployment", "plugged-web", "base/deployment.yaml", "0"},
		{"crds", "ConfigMap", "after", "crds/crds.yaml", "1"},
	}
	for _, test := range tests {
		found := false
		for _, object := range buildFixture(t, files, test.dir) {
			plain, _ := withoutHash(object.Name)
			if object.Kind != test.kind || (object.Name != test.name && plain != test.name) || found {
				continue
			}
			found = true
			at := ""
			if object.Source.Manifest {
				at = string('0' + rune(object.Source.Doc))
				if len(object.Source.Path) > 0 {
					at += " " + object.Source.Path.String()
				}
			}
			if object.Source.File != test.file || at != test.at {
				t.Errorf("%s: %s %s comes from %s %q, want %s %q", test.dir, test.kind, test.name, object.Source.File, at, test.file, test.at)
			}
		}
		if !found {
			t.Errorf("%s: no %s %s", test.dir, test.kind, test.name)
		}
	}
}

func TestKustomizationClosure(t *testing.T) {
	files := openTestFiles(t, "testdata/kustomize/build")
	closure := newKustomizationScan(files).listed("overlays/production")
	if want := []string{"base"}; !slices.Equal(closure.Roots, want) {
		t.Errorf("roots %v, want %v", closure.Roots, want)
	}
	if want := []string{"components/debug"}; !slices.Equal(closure.Components, want) {
		t.Errorf("components %v, want %v", closure.Components, want)
	}
	want := []string{
		"base/app.properties", "base/deployment.yaml", "base/kustomization.yaml", "base/list.yaml", "base/token.env", "base/welcome.txt",
		"components/debug/debug.yaml", "components/debug/kustomization.yaml",
		"overlays/production/kustomization.yaml", "overlays/production/namespace.yaml",
		"overlays/production/replacement.yaml", "overlays/production/unprivileged.yaml",
	}
	if !slices.Equal(closure.Files, want) {
		t.Errorf("files %v, want %v", closure.Files, want)
	}
	plugins := newKustomizationScan(files).listed("plugins").Files
	for _, file := range []string{"plugins/data.txt", "plugins/patch.yaml", "plugins/folder/prefix.yaml", "plugins/configuration.yaml"} {
		if !slices.Contains(plugins, file) {
			t.Errorf("the closure of plugins lacks %s", file)
		}
	}
}

// A file of a broken kustomization still belongs to it.
func TestClosureOfBrokenKustomization(t *testing.T) {
	files := openTestFiles(t, t.TempDir()).With(map[string][]byte{
		"kustomization.yaml": []byte("resources: [a.yaml, gone.yaml, https://example.com/x.yaml, loop]\npatches: [b.yaml]\nunknown: 1\nnamePrefix: [1]\n"),
		"a.yaml":             nil, "loop/kustomization.yaml": []byte("resources: [..]\n"), "b.yaml": []byte("x"),
	}).With(map[string][]byte{"a.yaml": []byte("x")})
	closure := newKustomizationScan(files).listed(".")
	if want := []string{"a.yaml", "b.yaml", "kustomization.yaml", "loop/kustomization.yaml"}; !slices.Equal(closure.Files, want) {
		t.Errorf("files %v, want %v", closure.Files, want)
	}
	if len(closure.Remote) != 1 || closure.Remote[0].Line != 1 {
		t.Errorf("remote %v", closure.Remote)
	}
}

func TestKustomizationKinds(t *testing.T) {
	files := openTestFiles(t, t.TempDir()).With(map[string][]byte{
		"flux/kustomization.yaml":      []byte("---\n# Flux\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"),
		"component/kustomization.yml":  []byte("apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"),
		"root/Kustomization":           []byte("resources: []\n# not of kustomize.toolkit.fluxcd.io\n"),
		"folder/kustomization.yaml/x":  []byte(""),
		"nothing/kustomization.yaml.x": []byte(""),
	})
	for dir, want := range map[string]string{
		"flux": "", "component": "kustomization.yml", "root": "Kustomization", "folder": "", "nothing": "", "absent": "",
	} {
		if name, ok := kustomizationFile(files, dir); name != want || ok != (want != "") {
			t.Errorf("%s: %q, want %q", dir, name, want)
		}
	}
	if !newKustomizationScan(files).isComponent("component") || newKustomizationScan(files).isComponent("root") {
		t.Error("components are told wrongly")
	}
}

// What is in memory is what is built, and disk is neither read around the overlay nor written.
func TestKustomizeReadsTheOverlay(t *testing.T) {
	dir := t.TempDir()
	files := openTestFiles(t, dir).With(map[string][]byte{
		"app/kustomization.yaml": []byte("resources: [../base]\nnamePrefix: x-\n"),
		"base/kustomization.yml": []byte("resources: [pod.yaml]\n"),
		"base/pod.yaml":          []byte("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {}\n"),
	})
	objects := buildFixture(t, files, "app")
	if len(objects) != 1 || objects[0].Name != "x-p" || objects[0].Source.File != "base/pod.yaml" || !objects[0].Source.Manifest {
		t.Errorf("built %+v", objects)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
}

// A link out of the repository is refused, even if what it leads to would build.
func TestKustomizeRefusesLinksOutside(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	for name, content := range map[string]string{
		filepath.Join(outside, "pod.yaml"):       "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n",
		filepath.Join(dir, "kustomization.yaml"): "resources:\n- pod.yaml\n",
	} {
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(outside, "pod.yaml"), filepath.Join(dir, "pod.yaml")); err != nil {
		t.Fatal(err)
	}
	_, _, _, failure := renderKustomize(context.Background(), openTestFiles(t, dir), Target{Path: "."}, Detail{})
	if failure == nil || failure.Kind != ErrOutside || failure.File != "kustomization.yaml" || failure.Line != 2 {
		t.Errorf("got %v", failure)
	}
}
