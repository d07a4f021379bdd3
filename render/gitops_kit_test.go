package render

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/overlay"
)

// deployedOf makes a repository of an archive, and renders its targets of one kind. It returns their objects
// by kind and name.
func deployedOf(t *testing.T, kind Kind, archive string, options GitOpsOptions) (dir string, files *overlay.FS, deployed map[string]any) {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range txtar.Parse([]byte(archive)).Files {
		name := filepath.Join(dir, file.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, file.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	files = openTestFiles(t, dir)
	discovery, err := Discover(files, DiscoverOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := discovery.AddGitOps(context.Background(), options); err != nil {
		t.Fatal(err)
	}
	deployed = map[string]any{}
	for _, target := range discovery.Targets {
		if target.Kind != kind {
			continue
		}
		result := One(context.Background(), files, target, Detail{})
		if result.Err != nil {
			t.Fatal(result.Err)
		}
		for i := range result.Objects {
			addDocument(t, deployed, result.Objects[i].YAML)
		}
	}
	return dir, files, deployed
}

// helmPrints returns the objects that helm template prints in a folder, by kind and name.
func helmPrints(t *testing.T, dir string, args ...string) map[string]any {
	t.Helper()
	command := exec.Command(helmCommand(t), append([]string{"template"}, args...)...)
	command.Dir = dir
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	printed := map[string]any{}
	for _, document := range strings.Split(string(out), "\n---") {
		addDocument(t, printed, []byte(strings.TrimPrefix(document, "---")))
	}
	return printed
}

func addDocument(t *testing.T, found map[string]any, text []byte) {
	t.Helper()
	var tree map[string]any
	if err := yaml.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	if tree != nil {
		object := objectOf(tree)
		found[object.Kind+"/"+object.Name] = tree
	}
}
