package render

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

var updatePodTemplates = flag.Bool("update-podtemplates", false, "rewrite the expected texts in testdata/podtemplates")

// TestPodTemplates reads each file of testdata/podtemplates: objects, and beside each object.yaml a
// file object.want with the pod templates that are found in it. An empty one says that there is none.
func TestPodTemplates(t *testing.T) {
	names, err := filepath.Glob(filepath.Join("testdata", "podtemplates", "*.txtar"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		wanted := map[string]*txtar.File{}
		for i := range archive.Files {
			wanted[archive.Files[i].Name] = &archive.Files[i]
		}
		var updated []txtar.File
		for _, file := range archive.Files {
			base, isObject := strings.CutSuffix(file.Name, ".yaml")
			if !isObject {
				continue
			}
			got := describePods(t, testObject(t, file.Data))
			updated = append(updated, file, txtar.File{Name: base + ".want", Data: []byte(got)})
			want := wanted[base+".want"]
			if *updatePodTemplates {
				continue
			}
			t.Run(filepath.Base(name)+"/"+base, func(t *testing.T) {
				if want == nil {
					t.Fatalf("%s.want is missing", base)
				}
				if string(want.Data) != got {
					t.Errorf("got:\n%s\nwant:\n%s", got, want.Data)
				}
			})
		}
		if *updatePodTemplates {
			archive.Files = updated
			if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func testObject(t testing.TB, text []byte) *Object {
	t.Helper()
	var header struct {
		APIVersion, Kind string
	}
	if err := yaml.Unmarshal(text, &header); err != nil {
		t.Fatal(err)
	}
	return &Object{APIVersion: header.APIVersion, Kind: header.Kind, YAML: text}
}

// describePods prints each pod template and those of its fields that controls read, by their path in
// the object. It checks on the way that each of them stands there.
func describePods(t testing.TB, object *Object) string {
	t.Helper()
	pods, err := object.PodTemplates()
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	var tree any
	if err := yaml.Unmarshal(object.YAML, &tree); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for i := range pods {
		pod := &pods[i]
		fmt.Fprintf(&b, "%s", pathText(pod.At))
		if pod.Partial {
			b.WriteString(" (partial)")
		}
		b.WriteString("\n")
		for _, field := range fieldsOf(pod) {
			at := pod.FieldPath(field.path)
			if _, ok := lookUp(tree, at); !ok {
				t.Errorf("%s: %s leads to %s, where nothing stands", object.Kind, field.path, at)
			}
			fmt.Fprintf(&b, "  %s = %s\n", at, field.text)
		}
	}
	return b.String()
}

func pathText(path yamledit.Path) string {
	if len(path) == 0 {
		return "."
	}
	return path.String()
}

type podField struct {
	path yamledit.Path
	text string
}

// fieldsOf lists the fields of a pod template that a test can see: names, and what a control reads.
func fieldsOf(pod *PodTemplate) []podField {
	var fields []podField
	add := func(text string, steps ...any) { fields = append(fields, podField{yamledit.NewPath(steps...), text}) }
	for _, key := range slices.Sorted(func(yield func(string) bool) {
		for key := range pod.Meta.Annotations {
			if !yield(key) {
				return
			}
		}
	}) {
		add(pod.Meta.Annotations[key], "metadata", "annotations", key)
	}
	if pod.Spec.HostNetwork {
		add("true", "spec", "hostNetwork")
	}
	if pod.Spec.HostPID {
		add("true", "spec", "hostPID")
	}
	if pod.Spec.SecurityContext != nil {
		add("set", "spec", "securityContext")
		if profile := pod.Spec.SecurityContext.SeccompProfile; profile != nil {
			add(string(profile.Type), "spec", "securityContext", "seccompProfile", "type")
		}
	}
	for i, volume := range pod.Spec.Volumes {
		if volume.HostPath != nil {
			add(volume.HostPath.Path, "spec", "volumes", i, "hostPath", "path")
		}
	}
	for list, containers := range map[string][]corev1.Container{"containers": pod.Spec.Containers, "initContainers": pod.Spec.InitContainers} {
		for i := range containers {
			fields = append(fields, containerFieldsOf(&containers[i], yamledit.NewPath("spec", list, i))...)
		}
	}
	for i := range pod.Spec.EphemeralContainers {
		container := corev1.Container(pod.Spec.EphemeralContainers[i].EphemeralContainerCommon)
		fields = append(fields, containerFieldsOf(&container, yamledit.NewPath("spec", "ephemeralContainers", i))...)
	}
	slices.SortStableFunc(fields, func(a, b podField) int { return strings.Compare(a.path.String(), b.path.String()) })
	return fields
}

func containerFieldsOf(container *corev1.Container, at yamledit.Path) []podField {
	fields := []podField{{at, container.Name}}
	if context := container.SecurityContext; context != nil && context.Privileged != nil {
		fields = append(fields, podField{at.Join("securityContext", "privileged"), fmt.Sprint(*context.Privileged)})
	}
	for i, mount := range container.VolumeMounts {
		fields = append(fields, podField{at.Join("volumeMounts", i, "name"), mount.Name})
	}
	for i, port := range container.Ports {
		if port.HostPort != 0 {
			fields = append(fields, podField{at.Join("ports", i, "hostPort"), fmt.Sprint(port.HostPort)})
		}
	}
	return fields
}

// lookUp follows a path through a tree.
func lookUp(tree any, path yamledit.Path) (any, bool) {
	for _, step := range path {
		if step.List {
			items, _ := tree.([]any)
			if step.Index >= len(items) {
				return nil, false
			}
			tree = items[step.Index]
			continue
		}
		fields, _ := tree.(map[string]any)
		value, ok := fields[step.Key]
		if !ok {
			return nil, false
		}
		tree = value
	}
	return tree, true
}
