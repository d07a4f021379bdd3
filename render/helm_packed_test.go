package render

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"reflect"
	"testing"
)

// packedFiles are those of a chart with a subchart that it lacks, one that it has, and an alias.
var packedFiles = [][2]string{
	{"app/Chart.yaml", "apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n" +
		"- {name: inner, version: 1.0.0, alias: other, condition: other.enabled, import-values: [{child: exported, parent: taken}]}\n" +
		"- {name: lost, version: 1.0.0, repository: \"https://example.com\", condition: lost.enabled}\n"},
	{"app/values.yaml", "pid: true\nlost: {enabled: false}\nother: {enabled: true}\n"},
	{"app/templates/pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: app}\nspec:\n  hostPID: {{ .Values.pid }}\n  hostIPC: {{ .Values.taken.ipc }}\n  containers: [{name: a, image: a}]\n"},
	{"app/charts/inner/Chart.yaml", "apiVersion: v2\nname: inner\nversion: 1.0.0\n"},
	{"app/charts/inner/values.yaml", "exported: {ipc: true}\nlist: [{a: 1}]\n"},
	{"app/charts/inner/templates/pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: inner}\nspec: {hostNetwork: {{ (index .Values.list 0).a | int | eq 1 }}, containers: [{name: a, image: a}]}\n"},
}

// A packed chart is read once, however many render it, and none of them changes what the next one gets.
func TestPackedChartIsReadOnce(t *testing.T) {
	var packed bytes.Buffer
	zipped := gzip.NewWriter(&packed)
	archive := tar.NewWriter(zipped)
	for _, file := range packedFiles {
		if err := archive.WriteHeader(&tar.Header{Name: file[0], Mode: 0o644, Size: int64(len(file[1])), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write([]byte(file[1])); err != nil {
			t.Fatal(err)
		}
	}
	if archive.Close() != nil || zipped.Close() != nil {
		t.Fatal("the archive cannot be made")
	}
	const name = fetchedCharts + "/app.tgz"
	files := openTestFiles(t, t.TempDir()).With(map[string][]byte{name: packed.Bytes()})
	fresh, failed := loadHelmChart(files, name)
	if failed != nil {
		t.Fatal(failed)
	}
	render := func(detail Detail, values map[string]any, objects int) []Object {
		result := One(context.Background(), files, Target{ID: "app", Kind: Helm, Path: name, merged: values}, detail)
		if result.Err != nil || len(result.Objects) != objects {
			t.Fatalf("%+v", result)
		}
		return result.Objects
	}
	first := render(Detail{}, nil, 2)
	render(Detail{Traced: true}, nil, 2)
	render(Detail{SameCertificates: true}, map[string]any{"other": map[string]any{"enabled": false}, "taken": map[string]any{"ipc": false}}, 1)
	if last := render(Detail{}, nil, 2); !reflect.DeepEqual(first, last) {
		t.Errorf("the last rendering gives\n%+v\nthe first\n%+v", last, first)
	}
	again, failed := loadHelmChart(files.With(map[string][]byte{"other.yaml": nil}), name)
	if failed != nil {
		t.Fatal(failed)
	}
	if &fresh.Templates[0].Data[0] != &again.Templates[0].Data[0] {
		t.Error("the archive was unpacked again")
	}
}
