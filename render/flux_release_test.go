package render

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"sigs.k8s.io/yaml"
)

// releaseFiles hold a release and its chart; given/*.yaml are the values in the order of Flux, as helm takes them.
const releaseFiles = `
-- charts/app/Chart.yaml --
{apiVersion: v2, name: app, version: 1.0.0, dependencies: [{name: sub, version: 1.0.0, condition: sub.enabled}]}
-- charts/app/values.yaml --
{own: default, files: default, first: default, last: default, gone: default, sub: {enabled: false}}
-- charts/app/values-one.yaml --
{files: one, first: one, sub: {enabled: false}}
-- charts/values-two.yaml --
{files: two, list: [1, 2]}
-- charts/app/charts/sub/Chart.yaml --
{apiVersion: v2, name: sub, version: 1.0.0}
-- charts/app/charts/sub/values.yaml --
{name: sub, of: sub}
-- charts/app/charts/sub/templates/map.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: sub, namespace: {{ .Release.Namespace }}}
data: {values: {{ toJson .Values | quote }}}
-- charts/app/crds/crd.yaml --
{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: as.example.com}}
-- charts/app/templates/map.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}}
data: {values: {{ toJson .Values | quote }}, release: {{ toJson .Release | quote }}}
-- release.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: first, namespace: web}
data:
  values.yaml: |
    first: map
    last: map
    gone: map
    number: 1.50
---
apiVersion: v1
kind: Secret
metadata: {name: second, namespace: web}
data: {more.yaml: bGFzdDogc2VjcmV0CmZyb206IHNlY3JldAo=}
stringData: {token: "a\\,b"}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: app, namespace: web}
spec:
  targetNamespace: target
  chart:
    spec:
      chart: charts/app
      sourceRef: {kind: GitRepository, name: flux-system}
      valuesFiles: [charts/app/values-one.yaml, charts/values-two.yaml]
  install: {crds: Skip}
  valuesFrom:
  - {kind: ConfigMap, name: first}
  - {kind: Secret, name: second, valuesKey: token, targetPath: "deep.path[0].token"}
  - {kind: Secret, name: second, valuesKey: more.yaml}
  values:
    last: release
    gone: null
    big: 10000000000
    sub: {enabled: true, of: release}
-- given/1.yaml --
{first: map, last: map, gone: map, number: 1.50}
-- given/2.yaml --
{deep: {path: [{token: "a,b"}]}}
-- given/3.yaml --
{last: secret, from: secret}
-- given/4.yaml --
{last: release, gone: null, big: 10000000000, sub: {enabled: true, of: release}}
`

// A release renders to what helm template prints with its values in Flux's order.
func TestReleasesEqualHelm(t *testing.T) {
	dir, files, got := deployedOf(t, Flux, releaseFiles, GitOpsOptions{})

	// Flux makes values files the chart's own values, without those of values.yaml.
	merged, failed := helmValues(files, []string{"charts/app/values-one.yaml", "charts/values-two.yaml"})
	if failed != nil {
		t.Fatal(failed)
	}
	text, err := yaml.Marshal(merged)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "charts/app/values.yaml"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	want := helmPrints(t, dir, "target-app", "charts/app", "--namespace", "target", "--skip-crds",
		"-f", "given/1.yaml", "-f", "given/2.yaml", "-f", "given/3.yaml", "-f", "given/4.yaml")
	if len(want) != 2 || !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%v\nwant\n%v", got, want)
	}
}
