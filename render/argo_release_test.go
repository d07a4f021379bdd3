package render

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// applicationFiles hold an Application and its chart.
const applicationFiles = `
-- charts/app/Chart.yaml --
{apiVersion: v2, name: app, version: 1.0.0}
-- charts/app/values.yaml --
{first: default, second: default, third: default, gone: default, list: [a, b], port: 1}
-- charts/app/one.yaml --
{first: one, second: one, third: one, gone: one}
-- envs/two.yaml --
{second: two, third: two, number: 1.50}
-- charts/app/text.txt --
one, two
-- charts/app/crds/crd.yaml --
{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: as.example.com}}
-- charts/app/templates/map.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}, namespace: {{ .Release.Namespace }}}
data:
  values: {{ toJson .Values | quote }}
  release: {{ toJson .Release | quote }}
  seen: "{{ .Capabilities.KubeVersion }} {{ .Capabilities.APIVersions.Has "example.com/v1" }}"
-- charts/app/templates/test.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: test, annotations: {helm.sh/hook: test}}
-- apps/app.yaml --
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop, namespace: argocd}
spec:
  project: default
  destination: {server: https://kubernetes.default.svc, namespace: target}
  sources:
  - {repoURL: https://example.com/org/repo, ref: here}
  - repoURL: https://example.com/org/repo
    path: charts/app
    helm:
      valueFiles: [one.yaml, never.yaml, /envs/two.yaml, $here/envs/two.yaml]
      ignoreMissingValueFiles: true
      values: "third: text"
      valuesObject: {third: object, gone: null, big: 10000000000}
      parameters:
      - {name: text, value: "1.10", forceString: true}
      - {name: text, value: "lost"}
      - {name: "list[1]", value: "x,y"}
      - {name: port, value: "8080"}
      - {name: "deep.with\\.dot.of", value: "{a,b}"}
      - {name: none, value: "null"}
      fileParameters: [{name: file, path: text.txt}]
      kubeVersion: v1.30.0
      apiVersions: [example.com/v1]
`

// An Application renders to what helm template prints of the options that Argo CD gives it.
func TestApplicationsEqualHelm(t *testing.T) {
	dir, _, got := deployedOf(t, ArgoCD, applicationFiles, GitOpsOptions{Here: []string{"git@example.com:org/repo.git"}})
	object := `{"third": "object", "gone": null, "big": 10000000000}`
	if err := os.WriteFile(filepath.Join(dir, "object.yaml"), []byte(object), 0o644); err != nil {
		t.Fatal(err)
	}
	want := helmPrints(t, dir, "charts/app", "--name-template", "shop", "--namespace", "target", "--include-crds",
		"--kube-version", "1.30.0", "--api-versions", "example.com/v1", "-f", "charts/app/one.yaml", "-f", "envs/two.yaml", "-f", "object.yaml",
		"--set", "text=lost", "--set", `list[1]=x\,y`, "--set", "port=8080", "--set", `deep.with\.dot.of={a,b}`, "--set", "none=null",
		"--set-string", "text=1.10", "--set-file", "file=charts/app/text.txt")
	if len(want) != 3 || !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%v\nwant\n%v", got, want)
	}
}
