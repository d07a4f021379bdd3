package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/githubfake"
)

// The size of the fleet: each of its applications has two releases and a folder for each cluster.
const (
	fleetCharts       = 20
	fleetApplications = 20
)

var fleetClusters = []string{"dev", "production", "staging"}

// fleetChart is the chart of a number, which has a value for what the tests put in.
func fleetChart(n int) map[string]string {
	return githubfake.Archive(fmt.Sprintf(`
-- Chart.yaml --
apiVersion: v2
name: c%02d
version: 1.%d.0
-- values.yaml --
image: registry.example.com/c%[1]d:1
replicas: 1
host:
  network: false
  pid: false
  ipc: false
config: {}
-- templates/_names.tpl --
{{- define "labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
-- templates/deployment.yaml --
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  labels:
    {{- include "labels" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels:
      {{- include "labels" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "labels" . | nindent 8 }}
    spec:
      hostNetwork: {{ .Values.host.network }}
      hostPID: {{ .Values.host.pid }}
      hostIPC: {{ .Values.host.ipc }}
      containers:
      - name: main
        image: {{ .Values.image }}
-- templates/config.yaml --
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  {{- range $key, $value := .Values.config }}
  {{ $key }}: {{ $value | quote }}
  {{- end }}
`, n, n))
}

// serveFleet serves the charts of a fleet: every other one from the registry.
func serveFleet(t *testing.T) *chartServer {
	s := newChartServer(t)
	for n := range fleetCharts {
		files := fleetChart(n)
		if name := fmt.Sprintf("c%02d", n); n%2 == 0 {
			s.add(name, files)
		} else {
			s.push(name, files)
		}
	}
	return s
}

// fluxFleet is a repository in which Flux deploys a fleet.
func fluxFleet(s *chartServer) githubfake.Files {
	files := githubfake.Files{".podmend.yaml": s.allow()}
	files["sources/charts.yaml"] = fmt.Sprintf(`apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: charts, namespace: flux-system}
spec: {url: %q}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: images, namespace: flux-system}
spec: {type: oci, url: %q}
`, s.http.URL, s.oci())
	for n := range fleetApplications {
		app := fmt.Sprintf("a%02d", n)
		base := "apps/" + app + "/base/"
		files[base+"kustomization.yaml"] = "resources: [web.yaml, worker.yaml]\n"
		files[base+"web.yaml"] = fleetRelease(app+"-web", n)
		files[base+"worker.yaml"] = fleetRelease(app+"-worker", (n+1)%fleetCharts)
		for _, cluster := range fleetClusters {
			overlay := "apps/" + app + "/" + cluster + "/"
			files[overlay+"kustomization.yaml"] = "namespace: " + app + "\nresources: [../base]\npatches:\n- path: web.yaml\n"
			files[overlay+"web.yaml"] = fmt.Sprintf(`apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: %s-web}
spec:
  values:
    replicas: %d
    host:
      pid: false
`, app, 1+len(cluster))
		}
	}
	for _, cluster := range fleetClusters {
		dir := "clusters/" + cluster + "/"
		files[dir+"flux-system/kustomization.yaml"] = "resources: [gotk-sync.yaml]\n"
		files[dir+"flux-system/gotk-sync.yaml"] = `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {url: "https://github.com/octo/shop"}
---
` + fleetKustomization("flux-system", "./clusters/"+cluster)
		files[dir+"sources.yaml"] = fleetKustomization("sources", "./sources")
		for n := range fleetApplications {
			app := fmt.Sprintf("a%02d", n)
			files[dir+app+".yaml"] = fleetKustomization(app, "./apps/"+app+"/"+cluster)
		}
	}
	return files
}

func fleetKustomization(name, path string) string {
	return fmt.Sprintf(`apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: %s, namespace: flux-system}
spec:
  path: %s
  sourceRef: {kind: GitRepository, name: flux-system}
`, name, path)
}

func fleetRelease(name string, chart int) string {
	source := "charts"
	if chart%2 == 1 {
		source = "images"
	}
	return fmt.Sprintf(`apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: %s}
spec:
  chart:
    spec:
      chart: c%02d
      version: 1.x
      sourceRef: {kind: HelmRepository, name: %s, namespace: flux-system}
  values:
    host:
      network: false
    config:
      owner: team-%[1]s
`, name, chart, source)
}

// argoFleet is a repository in which Argo CD deploys a fleet: what a chart renders for each cluster by
// Applications, and what an overlay does by an ApplicationSet.
func argoFleet(s *chartServer) githubfake.Files {
	files := githubfake.Files{".podmend.yaml": s.allow()}
	elements := ""
	for _, cluster := range fleetClusters {
		elements += "      - {cluster: " + cluster + ", pid: \"false\"}\n"
		apps := ""
		for n := range fleetApplications {
			name := fmt.Sprintf("a%02d", n)
			apps += "- " + name + ".yaml\n"
			files["clusters/"+cluster+"/"+name+".yaml"] = fleetApplication(s, name, cluster, n)
			files["envs/"+cluster+"/"+name+".yaml"] = fmt.Sprintf("replicas: %d\nhost:\n  pid: false\n", 1+len(cluster))
		}
		files["clusters/"+cluster+"/kustomization.yaml"] = "resources:\n" + apps
		files["root/"+cluster+".yaml"] = fmt.Sprintf(`apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: %s, namespace: argocd}
spec:
  project: default
  destination: {name: %[1]s, namespace: argocd}
  source: {repoURL: https://github.com/octo/shop, path: clusters/%[1]s}
`, cluster)
	}
	for n := range fleetApplications {
		files[fmt.Sprintf("sets/s%02d.yaml", n)] = fleetSet(s, n, elements)
	}
	return files
}

// fleetSource is how a source of Argo CD names a chart.
func fleetSource(s *chartServer, chart int) string {
	address := s.http.URL
	if chart%2 == 1 {
		address = s.oci()
	}
	return fmt.Sprintf("repoURL: %q, chart: c%02d, targetRevision: 1.x", address, chart)
}

func fleetApplication(s *chartServer, name, cluster string, chart int) string {
	return fmt.Sprintf(`apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: %s, namespace: argocd}
spec:
  project: default
  destination: {name: %s, namespace: %[1]s}
  sources:
  - {repoURL: "https://github.com/octo/shop", ref: here}
  - %[3]s
    helm:
      valueFiles: [$here/envs/%[2]s/%[1]s.yaml]
      valuesObject:
        host:
          network: false
`, name, cluster, strings.ReplaceAll(fleetSource(s, chart), ", ", "\n    "))
}

func fleetSet(s *chartServer, n int, elements string) string {
	return fmt.Sprintf(`apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: s%02d, namespace: argocd}
spec:
  generators:
  - list:
      elements:
%s  template:
    metadata: {name: "{{cluster}}-s%02[1]d"}
    spec:
      project: default
      destination: {name: "{{cluster}}", namespace: s%02[1]d}
      source:
        %[3]s
        helm:
          parameters:
          - {name: host.pid, value: "{{pid}}"}
          values: |
            host:
              network: false
`, n, elements, strings.ReplaceAll(fleetSource(s, (n+1)%fleetCharts), ", ", "\n        "))
}

// writeFiles puts files into a new folder.
func writeFiles(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// changed is a file of a repository with one text replaced.
func changed(t *testing.T, files githubfake.Files, name, old, now string) githubfake.Files {
	t.Helper()
	text := strings.Replace(files[name], old, now, 1)
	if text == files[name] {
		t.Fatalf("%s has no %q:\n%s", name, old, files[name])
	}
	return githubfake.Files{name: text}
}
