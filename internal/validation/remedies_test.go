package validation

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"k8s.io/pod-security-admission/api"
	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/render"
)

// policies are the ends of what the controls tell apart.
var policies = []api.LevelVersion{
	{Level: api.LevelBaseline, Version: api.MajorMinorVersion(1, 0)},
	{Level: api.LevelBaseline, Version: check.NewestVersion()},
	{Level: api.LevelRestricted, Version: api.MajorMinorVersion(1, 18)},
	{Level: api.LevelRestricted, Version: check.NewestVersion()},
}

// fixtures returns upstream's pods by their content, from the module that is compiled in.
func fixtures(t *testing.T) map[string]*render.PodTemplate {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "k8s.io/pod-security-admission").Output()
	if err != nil {
		t.Fatalf("find the module: %v", err)
	}
	pods := map[string]*render.PodTemplate{}
	err = filepath.WalkDir(filepath.Join(string(bytes.TrimSpace(out)), "test", "testdata"), func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".yaml" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		asJSONText, err := yaml.YAMLToJSON(text)
		if err != nil {
			return err
		}
		pod := read(t, asJSONText)
		pod.Meta.Name = "pod" // names of the files would make all of them differ
		pods[asJSON(t, pod)] = pod
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(pods) < 200 {
		t.Fatalf("only %d different fixtures", len(pods))
	}
	return pods
}

func evaluator(t *testing.T) *check.Evaluator {
	t.Helper()
	made, err := check.NewEvaluator()
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func TestFixtures(t *testing.T) {
	var m mended
	sound := 0
	pods := fixtures(t)
	for _, text := range slices.Sorted(maps.Keys(pods)) {
		if len(complaints(t, pods[text])) == 0 {
			sound++
		}
		for _, lv := range policies {
			m.mends(t, evaluator(t), pods[text], lv)
		}
	}
	t.Logf("%d different pods, %d of them valid; %d remedies of %d violating ones", len(pods), sound, m.remedies, m.pods)
}
