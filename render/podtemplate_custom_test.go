package render

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"sigs.k8s.io/yaml"
)

// TestCustomKindsAreTested fails for a known kind without a case in testdata/podtemplates.
func TestCustomKindsAreTested(t *testing.T) {
	tested := map[groupKind]bool{}
	for _, file := range podTemplateFiles(t) {
		var header struct{ APIVersion, Kind string }
		if err := yaml.Unmarshal(file.Data, &header); err != nil {
			t.Fatal(err)
		}
		tested[groupKind{group(header.APIVersion), header.Kind}] = true
	}
	seen := map[groupKind]bool{}
	for _, known := range customKinds {
		for _, kind := range known.kinds {
			key := groupKind{known.group, kind}
			if seen[key] {
				t.Errorf("%s of %q stands twice in the table", kind, known.group)
			}
			seen[key] = true
			if !tested[key] && len(known.pods) > 0 {
				t.Errorf("%s of %q has no case in testdata/podtemplates", kind, known.group)
			}
		}
	}
}

// TestShapePlaces checks what the builder takes for granted of the table: pod spec and metadata of a
// shape, and fields of a pod, are one place.
func TestShapePlaces(t *testing.T) {
	for _, known := range customKinds {
		for _, shape := range known.pods {
			for _, pattern := range []string{shape.spec, shape.meta} {
				if _, ok := fixedPath(pattern); !ok && pattern != "" {
					t.Errorf("%v: %s of %s is not one place", known.kinds, pattern, shape.at)
				}
			}
			for _, part := range shape.parts {
				path, ok := fixedPath(part.field)
				if !ok || len(path) < 2 || path[0].Key != "spec" && path[0].Key != "metadata" {
					t.Errorf("%v: %q is no field of a pod template", known.kinds, part.field)
				}
				if part.from == "." && part.name == "" {
					t.Errorf("%v: a container at %s needs a name", known.kinds, shape.at)
				}
			}
		}
	}
}

// TestHasPodTemplate asks before and after an object is printed, and after its text is dropped.
func TestHasPodTemplate(t *testing.T) {
	for _, test := range []struct {
		apiVersion, kind      string
		unprinted, with, bare bool
	}{
		{"v1", "Pod", true, true, true},
		{"v1", "ConfigMap", false, false, false},
		{"argoproj.io/v1alpha1", "Rollout", true, true, true},
		{"argoproj.io/v1alpha1", "Application", false, false, false},
		{"apps.kruise.io/v1alpha1", "ImagePullJob", false, false, false},
		{"triggers.tekton.dev/v1beta1", "TriggerTemplate", true, true, true},
		{"example.com/v1", "Agent", true, true, false},
		{"example/v1", "Agent", false, false, false},
		{"apiextensions.k8s.io/v1", "CustomResourceDefinition", false, false, false},
		{"constraints.gatekeeper.sh/v1beta1", "K8sAllowed", false, false, false},
	} {
		object := Object{APIVersion: test.apiVersion, Kind: test.kind}
		if got := object.HasPodTemplate(); got != test.unprinted {
			t.Errorf("%s, not printed: got %v", test.kind, got)
		}
		object.YAML = []byte("spec: {initContainers: []}\n")
		if got := object.HasPodTemplate(); got != test.with {
			t.Errorf("%s with containers: got %v", test.kind, got)
		}
		object.YAML = []byte("spec: {}\n")
		if got := object.HasPodTemplate(); got != test.bare {
			t.Errorf("%s without containers: got %v", test.kind, got)
		}
		objects := []Object{object}
		dropTexts(objects, Detail{PodTemplatesOnly: true})
		if !test.bare && (objects[0].YAML != nil || objects[0].HasPodTemplate()) {
			t.Errorf("%s: the text is kept", test.kind)
		}
		objects[0].YAML = nil
		if pods, err := objects[0].PodTemplates(); len(pods) > 0 || err != nil {
			t.Errorf("%s without text: got %d pod templates, error %v", test.kind, len(pods), err)
		}
	}
}

// FuzzPodTemplates reads arbitrary objects: no panic, and each path that is returned exists.
func FuzzPodTemplates(f *testing.F) {
	for _, file := range podTemplateFiles(f) {
		f.Add(file.Data)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var header struct{ APIVersion, Kind string }
		if yaml.Unmarshal(text, &header) != nil {
			return
		}
		object := &Object{APIVersion: header.APIVersion, Kind: header.Kind, YAML: text}
		if _, builtin := podTemplatePaths[object.Kind][group(object.APIVersion)]; builtin {
			return // read strictly
		}
		before := string(text)
		describePods(t, object)
		if string(text) != before {
			t.Error("reading changes the object")
		}
	})
}

func podTemplateFiles(t testing.TB) []txtar.File {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", "podtemplates", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	var files []txtar.File
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range archive.Files {
			if strings.HasSuffix(file.Name, ".yaml") {
				files = append(files, file)
			}
		}
	}
	return files
}
