package render

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

// TestKustomizeTraces asks that the marked twins of the fixtures, and of a corpus, build to the same
// objects: what differs gets no trace.
func TestKustomizeTraces(t *testing.T) {
	folders := []string{filepath.Join("testdata", "kustomize", "build")}
	if corpus := os.Getenv("PODMEND_CORPUS"); corpus != "" {
		folders = append(folders, corpus)
	}
	pods, traced := 0, 0
	for _, folder := range folders {
		files := openTestFiles(t, folder)
		for _, dir := range kustomizationDirs(t, files) {
			objects, _, _, _ := renderKustomize(context.Background(), files, Target{Path: filepath.ToSlash(dir)}, Detail{Traced: true, PodTemplatesOnly: true})
			for i := range objects {
				if !objects[i].HasPodTemplate() || objects[i].YAML == nil || !objects[i].Source.Manifest {
					continue
				}
				pods++
				if objects[i].fields() != nil {
					traced++
				} else {
					t.Logf("%s: %s %s has no trace", dir, objects[i].Kind, objects[i].Name)
				}
			}
		}
	}
	if pods == 0 || traced*100 < pods*98 {
		t.Errorf("of %d objects with pod templates %d are traced", pods, traced)
	}
	t.Logf("of %d objects with pod templates %d are traced", pods, traced)
}
