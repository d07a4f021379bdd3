package render

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/podmend/podmend/internal/overlay"
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
			target := Target{Path: filepath.ToSlash(dir)}
			objects, _, _, _ := renderKustomize(context.Background(), files, target, Detail{Traced: true, PodTemplatesOnly: true})
			compared, _, _, _ := renderKustomize(context.Background(), files, target, Detail{Traced: true, PodTemplatesOnly: true, Compared: true})
			checkCompared(t, dir, objects, compared)
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

// checkCompared asks that building from what is marked alone prints the objects that a plain build
// does, and traces them alike.
func checkCompared(t *testing.T, dir string, objects, compared []Object) {
	t.Helper()
	traced := func(object Object) bool { return object.fields() != nil }
	if !slices.ContainsFunc(objects, traced) {
		return
	}
	if len(objects) != len(compared) {
		t.Errorf("%s: %d objects, by what is marked %d", dir, len(objects), len(compared))
		return
	}
	for i := range objects {
		if !traced(objects[i]) {
			continue
		}
		if !bytes.Equal(objects[i].YAML, compared[i].YAML) {
			t.Errorf("%s: %s is, by what is marked:\n%s\nwant:\n%s", dir, objects[i].Name, compared[i].YAML, objects[i].YAML)
		}
		if !reflect.DeepEqual(objects[i].Trace, compared[i].Trace) {
			t.Errorf("%s: %s is traced otherwise", dir, objects[i].Name)
		}
	}
}

// A turncoat renders another text where it is compared.
type turncoat struct{ asked []bool }

func (r *turncoat) Render(ctx context.Context, files *overlay.FS, target Target, detail Detail) (Result, error) {
	r.asked = append(r.asked, detail.Compared)
	result := One(ctx, files, target, detail)
	if detail.Compared {
		result.Objects[0].YAML = append(result.Objects[0].YAML, "more: true\n"...)
	}
	return result, nil
}

// Where what is marked builds to another text, no trace of it is taken, and the target is built once
// more from what is not.
func TestTracesOfOtherText(t *testing.T) {
	files := openHelmFiles(t, map[string]string{
		"kustomization.yaml": "resources: [pod.yaml]\n",
		"pod.yaml":           "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {hostPID: true}\n",
	})
	renderer := &turncoat{}
	options := Options{Detail: Detail{PodTemplatesOnly: true}, Renderer: renderer}
	results, err := All(context.Background(), files, []Target{{Kind: Kustomize, Path: "."}}, options)
	if err != nil {
		t.Fatal(err)
	}
	if err := Traces(context.Background(), files, results, []int{0}, options); err != nil {
		t.Fatal(err)
	}
	object := &results[0].Objects[0]
	if want := []bool{false, true, false}; !slices.Equal(renderer.asked, want) || object.fields() == nil || object.Trace.YAML != nil {
		t.Errorf("rendered %v, traced %v", renderer.asked, object.Trace)
	}
}
