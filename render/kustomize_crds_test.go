package render

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/yamledit"
)

const namedCRD = `kind: CustomResourceDefinition
metadata:
  name: x
spec:
  group: g # the group
  # a note
  names:
    kind: X
    shortNames:
    - x
  description: |
    kind: no key
    # no comment
  versions:
  - additionalPrinterColumns:
    - name: Age
    name: v1
    schema:
      openAPIV3Schema:
        description: text
          that goes on
        properties:
          "spec":
            required:
            - a
            type: object
          status: {type: object}
  -   name: v2
      served: true
  - name: v3
    served: false
`

func TestCutToNamedFields(t *testing.T) {
	head := "kind: CustomResourceDefinition\nmetadata:\n  name: x\n"
	start := head + "spec:\n  group: g # the group\n  names: {}\n  description: \"\"\n"
	for name, test := range map[string]struct{ patch, out string }{
		"nothing":     {"kind: Deployment\nspec: {}\n", head},
		"another":     {"- {op: remove, path: /spec/template}\n", start + "  versions: []\n"},
		"all":         {"- op: remove\n  path: /spec\n", namedCRD},
		"item":        {`[{"op": "remove", "path": "/spec/versions/2"}]`, start + "  versions:\n  - {}\n  - {}\n  - name: v3\n    served: false\n"},
		"in an item":  {`- path: "/spec/versions/1/served"`, start + "  versions:\n  - {}\n  -   name: v2\n      served: true\n  - {}\n"},
		"a new item":  {"- path: /spec/names/shortNames/-\n- path: /spec/versions/3", strings.Replace(start, "names: {}", "names:\n    kind: X\n    shortNames:\n    - {}", 1) + "  versions:\n  - {}\n  - {}\n  - {}\n"},
		"deep inside": {"- path: /spec/versions/0/schema/openAPIV3Schema/properties/spec/required", start + "  versions:\n  - additionalPrinterColumns: []\n    name: v1\n    schema:\n      openAPIV3Schema:\n        description: \"\"\n        properties:\n          \"spec\":\n            required:\n            - a\n            type: object\n          status: {type: object}\n  - {}\n  - {}\n"},
		"block text":  {"- path: /spec/description", strings.Replace(start, `""`, "|\n    kind: no key\n    # no comment", 1) + "  versions: []\n"},
		"escaped":     {"- path: /spec/names/a~1b~0c/d", strings.Replace(start, "names: {}", "names:\n    kind: X\n    shortNames: []", 1) + "  versions: []\n"},
	} {
		named := &namedFields{}
		named.add([]byte(test.patch))
		out, _ := cutCRDs([]byte(namedCRD), named)
		if string(out) != test.out {
			t.Errorf("%s: got\n%s\nwant\n%s", name, out, test.out)
		}
		if doc := yamledit.Parse(out).Docs[0]; doc.Err != nil {
			t.Errorf("%s: %v", name, doc.Err)
		}
	}
}

// A root that patches a CustomResourceDefinition is built from cut files as it is from full ones.
func TestPatchedCRDsAreCut(t *testing.T) {
	files := openHelmFiles(t, map[string]string{
		"kustomization.yaml": "resources: [crd.yaml, pod.yaml]\npatches:\n- target: {kind: CustomResourceDefinition}\n  path: patch.yaml\n" +
			"- patch: |-\n    - op: add\n      path: /spec/names/shortNames/-\n      value: y\n  target: {kind: CustomResourceDefinition}\n",
		"crd.yaml":   "apiVersion: apiextensions.k8s.io/v1\n" + namedCRD,
		"patch.yaml": "- op: test\n  path: /spec/versions/0/schema/openAPIV3Schema/properties/spec/type\n  value: object\n- op: remove\n  path: /spec/versions/1/served\n",
		"pod.yaml":   "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {hostPID: true}\n",
	})
	scan := newKustomizationScan(files)
	build := &kustomizeBuild{files: files, scan: scan, all: scan.closure(".")}
	build.root, build.cut, build.named = build.all[0], build.resourceFiles(), build.namedFields
	view := &kustomizeFiles{files: files, cut: build.cut, named: build.named}
	built, err := build.runOnce(view)
	if err != nil || !view.didCut || built.Size() != 2 {
		t.Fatalf("%v, cut: %v", err, view.didCut)
	}
	whole, _, _, failed := renderKustomize(context.Background(), files, Target{Kind: Kustomize, Path: "."}, Detail{})
	if failed != nil {
		t.Fatal(failed)
	}
	pod, err := built.Resources()[1].AsYAML()
	if err != nil || string(pod) != string(whole[1].YAML) {
		t.Errorf("%s, %v; want %s", pod, err, whole[1].YAML)
	}
}

// What is read of headers alone names the objects that the whole file does.
func TestHeaders(t *testing.T) {
	files := map[string]string{
		"documents": "# first\n---\napiVersion: v1\nkind: A\nmetadata:\n  name: a\nrules:\n- x\n---\n---\nkind: B\nspec: |\n  kind: no\napiVersion: v1\nmetadata: {name: b}\n",
		"list":      "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: A\n  metadata: {name: a}\n",
		"anchor":    "apiVersion: v1\nkind: A\nspec: {x: &n a}\nmetadata: {name: *n}\n",
		"flow":      `{"apiVersion": "v1", "kind": "A", "spec": {}, "metadata": {"name": "a"}}`,
		"broken":    "apiVersion: v1\nkind: A\nmetadata: {name: a}\n---\nkind: [\n",
		"no end":    "apiVersion: v1\nkind: A\nmetadata:\n  name: a\nspec:",
	}
	for name, text := range files {
		var want []candidate
		for i, doc := range yamledit.Parse([]byte(text)).Docs {
			if doc.Root != nil {
				want = appendCandidates(want, doc.Root, Source{File: "f", Doc: i, Manifest: true})
			}
		}
		if got := fileCandidates("f", []byte(text)); !reflect.DeepEqual(got, want) || len(want) == 0 || want[0].name != "a" {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}
