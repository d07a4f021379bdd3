package render

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/scripts"
)

// What Helm reads of a chart beside its templates.
func FuzzChart(f *testing.F) {
	for _, text := range seedFiles(f, "Chart.yaml") {
		f.Add(text, "a: 1\n", "b: 2\n", "")
	}
	for _, text := range seedFiles(f, "*values*.yaml") {
		f.Add(minimalHelmChart, text, "a: {b: null}\n", "")
	}
	f.Add(minimalHelmChart+"dependencies: [{name: a, version: 1.x, repository: \"https://a.example\"}]\n", "a: {}\n", "",
		"dependencies: [{name: a, version: 1.0.0, repository: \"https://a.example\"}]\ndigest: sha256:0\n")
	empty := emptyFiles(f)
	f.Fuzz(func(t *testing.T, chart, values, more, lock string) {
		files := empty.With(map[string][]byte{
			"app/Chart.yaml":                   []byte(chart),
			"app/values.yaml":                  []byte(values),
			"app/ci/more-values.yaml":          []byte(more),
			"app/Chart.lock":                   []byte(lock),
			"app/templates/pod.yaml":           []byte("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n{{ toYaml .Values | indent 2 }}\n"),
			"app/charts/sub/Chart.yaml":        []byte("apiVersion: v2\nname: sub\nversion: 1.0.0\n"),
			"app/charts/sub/templates/cm.yaml": []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Chart.Name }}}\ndata: {a: {{ toJson .Values | quote }} }\n"),
		})
		found, err := Discover(files, DiscoverOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, target := range found.Targets {
			result := One(context.Background(), files, target, Detail{})
			sound(t, files, &result)
		}
	})
}

// A packaged chart, as the text archive of its files, of which the last may be of another type.
func FuzzPackagedChart(f *testing.F) {
	f.Add([]byte("-- sub/Chart.yaml --\napiVersion: v2\nname: sub\nversion: 1.0.0\n-- sub/templates/cm.yaml --\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"), uint8(tar.TypeReg), "")
	f.Add([]byte("-- sub/Chart.yaml --\napiVersion: v2\nname: sub\nversion: 1.0.0\n-- ../../x --\na\n-- /etc/x --\na\n"), uint8(tar.TypeSymlink), "/etc/passwd")
	f.Add([]byte("-- sub/Chart.yaml --\napiVersion: v2\nname: sub\nversion: 1.0.0\n-- sub/charts/sub/Chart.yaml --\na: [\n"), uint8(tar.TypeGNUSparse), "../..")
	empty := emptyFiles(f)
	f.Fuzz(func(t *testing.T, text []byte, last uint8, link string) {
		archived := scripts.Parse(text).Files
		if len(archived) > 50 {
			return
		}
		var packed bytes.Buffer
		zipped := gzip.NewWriter(&packed)
		writer := tar.NewWriter(zipped)
		for i, file := range archived {
			header := tar.Header{Name: file.Name, Mode: 0o644, Typeflag: tar.TypeReg, Size: int64(len(file.Data))}
			if i == len(archived)-1 && last != tar.TypeReg {
				header.Typeflag, header.Linkname, header.Size, file.Data = last, link, 0, nil
			}
			if strings.Contains(file.Name, "templates/") && bytes.Contains(file.Data, []byte("{{")) {
				return // what templates do is bounded by children only
			}
			if writer.WriteHeader(&header) != nil {
				return
			}
			if _, err := writer.Write(file.Data); err != nil {
				return
			}
		}
		if writer.Close() != nil || zipped.Close() != nil {
			return
		}
		files := empty.With(map[string][]byte{
			"app/Chart.yaml":     []byte(minimalHelmChart),
			"app/charts/sub.tgz": packed.Bytes(),
		})
		result := One(context.Background(), files, Target{ID: "app", Kind: Helm, Path: "app"}, Detail{})
		sound(t, files, &result)
	})
}
