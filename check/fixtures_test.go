package check

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/pod-security-admission/api"
	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/render"
)

// TestUpstreamFixtures holds the controls against every pod that upstream tests its checks
// with: at the level and version that the pod was made for, and at every other one.
func TestUpstreamFixtures(t *testing.T) {
	o := newOracle(t)
	root := upstreamFixtures(t)
	files := 0
	pods := map[string]*render.PodTemplate{} // by content: most pods serve many versions
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".yaml" {
			return err
		}
		files++
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		pod := readPod(t, text)
		pods[asJSON(t, pod)] = pod

		relative, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		parts := strings.Split(filepath.ToSlash(relative), "/") // baseline/v1.0/fail/x.yaml
		version, err := api.ParseVersion(parts[1])
		if err != nil {
			return err
		}
		verdicts, err := o.evaluator.Evaluate(pod, api.LevelVersion{Level: api.Level(parts[0]), Version: version})
		if err != nil {
			return err
		}
		if pass := len(verdicts) == 0; pass != (parts[2] == "pass") {
			t.Errorf("%s: podmend says pass: %v", relative, pass)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d files, %d different pods, %d policies", files, len(pods), len(policies()))
	if files < 4000 {
		t.Errorf("only %d fixtures in %s", files, root)
	}
	for _, pod := range pods {
		mended := map[string]bool{} // by verdicts: most versions agree on a pod
		for _, lv := range policies() {
			verdicts := o.judges(t, pod, lv)
			var key strings.Builder
			for _, verdict := range verdicts {
				fmt.Fprintln(&key, verdict.Control.ID, fieldTexts(verdict.Fields))
			}
			if !mended[key.String()] {
				mended[key.String()] = true
				o.mends(t, pod, lv, verdicts)
			}
		}
	}
}

// upstreamFixtures is the folder of the pods in the module that is compiled in.
func upstreamFixtures(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "k8s.io/pod-security-admission").Output()
	if err != nil {
		t.Fatalf("find the module: %v", err)
	}
	return filepath.Join(string(bytes.TrimSpace(out)), "test", "testdata")
}

// policies are all levels and versions that differ.
func policies() []api.LevelVersion {
	newest := NewestVersion()
	var lvs []api.LevelVersion
	for _, level := range []api.Level{api.LevelBaseline, api.LevelRestricted} {
		for n := 0; n <= newest.Minor(); n++ {
			lvs = append(lvs, api.LevelVersion{Level: level, Version: minor(n)})
		}
		lvs = append(lvs, api.LevelVersion{Level: level, Version: api.LatestVersion()})
	}
	return lvs
}

func readPod(t testing.TB, text []byte) *render.PodTemplate {
	t.Helper()
	var tree podTree
	if err := yaml.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	return &render.PodTemplate{Meta: tree.Metadata, Spec: tree.Spec}
}
