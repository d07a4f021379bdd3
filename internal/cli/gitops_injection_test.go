package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/githubfake"
	"github.com/podmend/podmend/report"
)

// TestGitOpsInjections puts violations into all places in which Flux and Argo CD let somebody set a value of
// a chart that comes from elsewhere. Each must be found at the very line and mended there, so that each
// cluster gets what it got before.
func TestGitOpsInjections(t *testing.T) {
	t.Parallel()
	s := newChartServer(t)
	s.add("seams", seamChart())
	s.push("seams", seamChart())
	marked := seamFiles(s, os.Getenv("PODMEND_CORPUS") != "")
	before, after := githubfake.Files{}, githubfake.Files{}
	places := map[string]bool{} // not found yet, by file and line
	for name, text := range marked {
		guilty, injections := split(text)
		after[name], before[name] = guilty, restored(guilty, injections)
		for _, i := range injections {
			places[fmt.Sprintf("%s:%d", name, i.line)] = true
		}
	}
	count := len(places)
	wanted := rendered(t, writeFiles(t, before))
	dir := writeFiles(t, after)
	r, _ := runJSON(t, dir, "fix", "--write", "--include-host-workloads")
	for _, target := range r.Targets {
		if target.Status != report.TargetOK {
			t.Errorf("%s: %s %+v", target.ID, target.Status, target.Error)
		}
	}
	proven := map[string]bool{}
	for _, proposal := range r.Proposals {
		proven[proposal.ID] = proposal.Status == report.ProposalProven
	}
	mended := 0
	for _, finding := range r.Findings {
		place := fmt.Sprintf("%s:%d", finding.Origin.File, finding.Origin.Line)
		switch {
		case !finding.Origin.Exact || !places[place]:
			t.Errorf("%s: not where it was put in: %s (%s)", place, finding.Message, finding.Origin.Via)
		case !proven[finding.Proposal]:
			t.Errorf("%s: not mended: %s: %s", place, finding.Message, refusalOf(finding, nil))
		default:
			mended++
		}
		delete(places, place)
	}
	for _, place := range sortedNames(places) {
		t.Errorf("%s: not found", place)
	}
	t.Logf("%d violations, %d findings, %d mended at their lines", count, len(r.Findings), mended)
	for name := range marked {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if string(content) != before[name] {
			t.Errorf("%s is mended otherwise than it was:\n%s", name, content)
		}
	}
	got := rendered(t, dir)
	for _, id := range sortedNames(wanted) {
		if got[id] != wanted[id] {
			t.Errorf("%s renders\n%s\nand before\n%s", id, got[id], wanted[id])
		}
	}
}

// rendered is what podmend render prints, by target.
func rendered(t *testing.T, dir string) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, object := range strings.Split(runOutput(t, dir, exitClean, "render"), "---\n# target: ") {
		id, text, _ := strings.Cut(object, "\n")
		texts[id] += text
	}
	return texts
}

// A seamKind is a violation as values of the chart. Those of one scalar fit where only texts do.
type seamKind struct {
	name, values string
	key, scalar  string // of the only value, "" if there are more
}

var seamKinds = []seamKind{
	{"bool", "host:\n  # Of the node's people.\n  pid: «false¦true» # put in\n", "host.pid", "«false¦true»"},
	{"text", "security:\n  seccompProfile:\n    type: «RuntimeDefault¦Unconfined»\n", "security.seccompProfile.type", "«RuntimeDefault¦Unconfined»"},
	{"flow", "host: {ipc: «false¦true», network: false}\n", "", ""},
	{"quoted", "\"host\":\n  'network':    «false¦true»\n", "", ""},
	{"key", "security:\n  readOnlyRootFilesystem: true\n  privileged: «false¦true»\n", "", ""},
	{"item", "security:\n  capabilities:\n    add:\n    - CHOWN\n«¦    - SYS_ADMIN\n»", "", ""},
	{"flow-item", "security: {capabilities: {add: [CHOWN«¦, SYS_ADMIN»]}}\n", "", ""},
	{"volume", "volumes:\n- name: data\n  emptyDir: {}\n«¦- name: node\n¶  hostPath: {path: /srv/data}\n»", "", ""},
	{"port", "ports:\n- containerPort: 8080\n«¦  hostPort: 8080\n»- containerPort: 9090\n", "", ""},
}

// seamChart has a value for each of seamKinds.
func seamChart() map[string]string {
	return githubfake.Archive(`
-- Chart.yaml --
apiVersion: v2
name: seams
version: 1.2.3
-- values.yaml --
# Of the pod.
host:
  network: false
  pid: false
  ipc: false
security: {}
volumes: []
ports: []
-- templates/deployment.yaml --
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  selector: {matchLabels: {app: a}}
  template:
    metadata: {labels: {app: a}}
    spec:
      hostNetwork: {{ .Values.host.network }}
      hostPID: {{ .Values.host.pid }}
      hostIPC: {{ .Values.host.ipc }}
      containers:
      - name: main
        image: main
        {{- with .Values.ports }}
        ports:
          {{- toYaml . | nindent 10 }}
        {{- end }}
        {{- with .Values.security }}
        securityContext:
          {{- toYaml . | nindent 10 }}
        {{- end }}
      {{- with .Values.volumes }}
      volumes:
        {{- toYaml . | nindent 8 }}
      {{- end }}
`)
}

// seamFiles is a repository with violations in each seam: every third kind, or everything.
func seamFiles(s *chartServer, everything bool) githubfake.Files {
	files := githubfake.Files{
		".podmend.yaml":       s.allow(),
		"sources/charts.yaml": fmt.Sprintf("apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {name: charts, namespace: flux-system}\nspec: {url: %q}\n", s.http.URL),
		"sources/images.yaml": fmt.Sprintf("apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {name: images, namespace: flux-system}\nspec: {url: %q, ref: {semver: 1.x}}\n", s.oci()+"/seams"),
		".git/HEAD":           "ref: refs/heads/main\n",
	}
	for _, cluster := range fleetClusters {
		files["clusters/"+cluster+"/sync.yaml"] = fleetKustomization("sources", "./sources")
	}
	for i, seam := range seams {
		for j, kind := range seamKinds {
			if seam.scalars && kind.key == "" || !seam.scalars && !everything && (i+j)%3 > 0 {
				continue
			}
			app := seamApp{server: s, files: files, name: seam.name + "-" + kind.name, kind: kind}
			seam.build(&app)
		}
	}
	return files
}

// A seamApp is deployed to all clusters.
type seamApp struct {
	server *chartServer
	files  githubfake.Files
	name   string
	kind   seamKind
}

func (a *seamApp) put(name, text string) { a.files["apps/"+a.name+"/"+name] = text }

var textOfLine = regexp.MustCompile("(?m)^((?:«¦|»|¶)*)([^«»¶\n].*)$")

// indented is a text below a key. What is put in begins before the indent of its line.
func indented(spaces int, text string) string {
	return textOfLine.ReplaceAllString(text, "${1}"+strings.Repeat(" ", spaces)+"${2}")
}

// values are those of the kind, below a key.
func (a *seamApp) values(spaces int) string { return indented(spaces, a.kind.values) }

// flux deploys the application to the clusters by overlays of its base. more are further fields of the
// Kustomization of production.
func (a *seamApp) flux(more string, base ...string) {
	a.put("base/kustomization.yaml", "resources: ["+strings.Join(append(base, "release.yaml"), ", ")+"]\n")
	for _, cluster := range fleetClusters {
		if overlay := "apps/" + a.name + "/" + cluster + "/kustomization.yaml"; a.files[overlay] == "" {
			a.files[overlay] = "namespace: " + a.name + "\nresources: [../base]\n"
		}
		text := fleetKustomization(a.name, "./apps/"+a.name+"/"+cluster)
		if cluster == "production" {
			text += more
		}
		a.files["clusters/"+cluster+"/"+a.name+".yaml"] = text
	}
}

// release is a HelmRelease with more fields of its spec.
func (a *seamApp) release(spec string) string {
	chart := "  chart:\n    spec:\n      chart: seams\n      version: 1.x\n      sourceRef: {kind: HelmRepository, name: charts, namespace: flux-system}\n"
	if len(a.name)%2 == 0 {
		chart = "  chartRef: {kind: OCIRepository, name: images, namespace: flux-system}\n"
	}
	return "# " + a.name + "\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: " + a.name + "}\nspec:\n" + chart + spec
}

// patch is what an overlay merges into the release.
func (a *seamApp) patch(spec string) string {
	return "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: " + a.name + "\nspec:\n" + spec
}

// source is a source of Argo CD, below a key.
func (a *seamApp) source(spaces int) string {
	address := a.server.http.URL
	if len(a.name)%2 == 0 {
		address = a.server.oci()
	}
	return strings.TrimLeft(indented(spaces, fmt.Sprintf("repoURL: %s\nchart: seams\ntargetRevision: 1.x\n", address)), " ")
}

// application is one of a cluster that deploys the chart, of which source has more fields.
func (a *seamApp) application(cluster, source string) {
	a.deploying(cluster, a.source(4)+source)
}

// deploying is an Application of a cluster with a source, of which the first line is indented already.
func (a *seamApp) deploying(cluster, source string) {
	a.files["argo/"+cluster+"/"+a.name+".yaml"] = fmt.Sprintf(`apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: %s-%s, namespace: argocd}
spec:
  project: default
  destination: {name: %[2]s, namespace: %[1]s}
  source:
    %[3]s`, a.name, cluster, source)
}

// set is an ApplicationSet for all clusters, of which source has more fields.
func (a *seamApp) set(elements, source string) {
	a.files["argo/"+a.name+".yaml"] = fmt.Sprintf(`apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: %s, namespace: argocd}
spec:
  goTemplate: true
  generators:
%s  template:
    metadata: {name: "%[1]s-{{ .cluster }}"}
    spec:
      project: default
      destination: {name: "{{ .cluster }}", namespace: %[1]s}
      source:
        %[3]s`, a.name, indented(2, elements), a.source(8)+source)
}

// listed are the elements of a list generator; production's has more.
func listElements(more string) string {
	text := "- list:\n    elements:\n"
	for _, cluster := range fleetClusters {
		text += "    - cluster: " + cluster + "\n"
		if more == "" {
			continue
		}
		clean, injections := split(more)
		if cluster != "production" {
			text += indented(6, restored(clean, injections))
		} else {
			text += indented(6, more)
		}
	}
	return text
}

// A seam is a place where values of a chart are set.
type seam struct {
	name    string
	scalars bool // it holds texts alone
	build   func(a *seamApp)
}

var seams = slices.Concat(fluxSeams, argoSeams)
