package cli

import (
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A generated repository has what makes targets depend on each other: bases that many overlays
// share, bases that do not build alone, Namespaces of other targets with labels that differ,
// exemptions that one target uses and another does not, charts that share a library.
type generatedRepository struct {
	t     *testing.T
	r     *rand.Rand
	dir   string
	clean bool // nothing fails, so that exemptions of no use can be told
}

func generateRepository(t *testing.T, seed int64, overlays, charts int) string {
	t.Helper()
	g := &generatedRepository{t: t, r: rand.New(rand.NewSource(seed)), dir: t.TempDir(), clean: seed%2 == 0}
	if err := os.Mkdir(filepath.Join(g.dir, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	bases := 2 + overlays/25
	for i := range bases {
		g.base(i)
	}
	for i := range overlays {
		g.overlay(i, g.r.Intn(bases))
	}
	g.write("lib/common/Chart.yaml", "apiVersion: v2\nname: common\nversion: 1.0.0\ntype: library\n")
	g.write("lib/common/templates/_pod.tpl", "{{- define \"common.pod\" }}\nhostPID: true\nhostNetwork: {{ .Values.net }}\ncontainers:\n  - name: main\n    image: {{ .Values.image | quote }}\n{{- end }}\n")
	for i := range charts {
		g.chart(i)
	}
	for i := range 3 {
		g.namespace(i)
	}
	g.write("plain/other.yaml", "a: 1\n")
	if !g.clean {
		g.write("plain/broken.yaml", "apiVersion: v1\nkind: Pod\nspec: {containers: 1}\n")
	}
	g.write(".podmend.yaml", g.config())
	return g.dir
}

func (g *generatedRepository) some(texts ...string) string { return texts[g.r.Intn(len(texts))] }

func (g *generatedRepository) write(name, content string) {
	name = filepath.Join(g.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		g.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		g.t.Fatal(err)
	}
}

// spec is a pod spec with some violations, indented by some spaces.
func (g *generatedRepository) spec(indent int) string {
	text := g.some("", "hostPID: true\n", "hostNetwork: true\n", "hostIPC: true # podmend:ignore hostNamespaces -- shares memory\n",
		"# podmend:ignore hostNamespaces until=2020-01-01 -- was needed once\nhostPID: true\n")
	text += "containers:\n- name: main\n  image: " + g.some("a", "b:1", "registry/c") + "\n"
	text += g.some("", "  securityContext: {privileged: true}\n", "  securityContext:\n    capabilities:\n      add: [SYS_ADMIN, NET_RAW]\n")
	text += g.some("", "  ports: [{containerPort: 80, hostPort: 80}]\n", "  ports: [{containerPort: 80}]\n")
	text += g.some("", "  volumeMounts: [{name: v, mountPath: /v}]\n")
	if strings.Contains(text, "name: v,") {
		text += "volumes:\n- name: v\n  hostPath: {path: " + g.some("/data", "/var/lib/kubelet", "/var/run/docker.sock") + "}\n"
	}
	return strings.ReplaceAll("\n"+strings.TrimSuffix(text, "\n"), "\n", "\n"+strings.Repeat(" ", indent))[1:] + "\n"
}

func (g *generatedRepository) deployment(name string) string {
	annotation := g.some("", "", "", "  annotations: {podmend.io/ignore: \"privileged -- a driver\"}\n")
	return "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: " + name + "\n" + g.some("", "  namespace: ns"+fmt.Sprint(g.r.Intn(4))+"\n") + annotation +
		"spec:\n  selector: {matchLabels: {app: x}}\n  template:\n    metadata: {labels: {app: x}}\n    spec:\n" + g.spec(6)
}

func (g *generatedRepository) base(i int) {
	dir := fmt.Sprintf("base/b%d/", i)
	g.write(dir+"app.yaml", g.deployment("app"))
	patch := ""
	if g.r.Intn(6) == 0 && !g.clean { // it does not build, and whether that counts is for those that include it
		patch = "patches:\n- path: missing-in-base.yaml\n"
		g.write(dir+"missing-in-base.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: later}\nspec: {replicas: 3}\n")
	}
	g.write(dir+"kustomization.yaml", "resources: [app.yaml]\n"+patch)
}

func (g *generatedRepository) overlay(i, base int) {
	dir := fmt.Sprintf("overlays/o%d/", i)
	text := fmt.Sprintf("resources:\n- ../../base/b%d\n", base)
	if g.r.Intn(4) == 0 && i > 0 {
		text = fmt.Sprintf("resources:\n- ../o%d\n", g.r.Intn(i))
	}
	if g.r.Intn(3) == 0 {
		g.write(dir+"own.yaml", g.deployment(fmt.Sprintf("own%d", i)))
		text += "- own.yaml\n"
	}
	if g.r.Intn(8) == 0 {
		g.write(dir+"namespace.yaml", g.namespaceText(g.r.Intn(4)))
		text += "- namespace.yaml\n"
	}
	text += g.some("", fmt.Sprintf("namespace: ns%d\n", g.r.Intn(4)), fmt.Sprintf("namePrefix: p%d-\n", i))
	switch g.r.Intn(5) {
	case 0:
		text += "patches:\n- target: {kind: Deployment}\n  patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: app}\n    spec: {template: {spec: {hostPID: " + g.some("true", "false") + "}}}\n"
	case 1:
		text += "patches:\n- target: {kind: Deployment}\n  patch: |-\n    - {op: add, path: /spec/template/spec/hostIPC, value: true}\n"
	case 2:
		broken := "resourcez: []\n"
		if g.clean {
			broken = ""
		}
		text += g.some("images: [{name: a, newName: z}]\n", broken, "commonAnnotations: {podmend.io/ignore: hostNamespaces -- of the fleet}\n")
	}
	g.write(dir+"kustomization.yaml", text)
}

func (g *generatedRepository) namespaceText(i int) string {
	return fmt.Sprintf("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ns%d\n", i) + g.some("", "  labels: {team: a}\n",
		"  labels:\n    pod-security.kubernetes.io/enforce: restricted\n", "  labels:\n    pod-security.kubernetes.io/enforce: privileged\n",
		"  labels:\n    pod-security.kubernetes.io/enforce: baseline\n    pod-security.kubernetes.io/enforce-version: v1.20\n")
}

func (g *generatedRepository) namespace(i int) {
	g.write(fmt.Sprintf("plain/namespace%d.yaml", i), g.namespaceText(i)+"---\n"+g.deployment(fmt.Sprintf("plain%d", i)))
}

func (g *generatedRepository) chart(i int) {
	dir := fmt.Sprintf("charts/c%d/", i)
	shared := g.r.Intn(2) == 0
	text := fmt.Sprintf("apiVersion: v2\nname: c%d\nversion: 1.0.0\n", i)
	if shared {
		text += "dependencies: [{name: common, version: 1.0.0, repository: \"file://../../lib/common\"}]\n"
	}
	g.write(dir+"Chart.yaml", text)
	g.write(dir+"values.yaml", "image: app\nnet: "+g.some("true", "false")+"\npid: true # "+g.some("why", "podmend:ignore hostNamespaces -- profiler")+"\nname: main\n")
	if g.r.Intn(3) == 0 {
		g.write(dir+"ci/more-values.yaml", "net: true\nname: other\n")
	}
	if g.r.Intn(5) == 0 {
		g.write(dir+"values-production.yaml", "net: true\n")
	}
	head := "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}-" + g.some("a", "{{ randAlpha 5 }}", "{{ .Chart.Name }}") + "\n" +
		g.some("", fmt.Sprintf("  namespace: ns%d\n", g.r.Intn(4))) + "spec:\n"
	switch {
	case shared && !g.clean && g.r.Intn(6) == 0:
		text = head + "  {{ fail \"no\" }}\n"
	case shared:
		text = head + "  {{- include \"common.pod\" . | nindent 2 }}\n"
	default:
		text = head + "  hostPID: {{ .Values.pid }}\n  hostNetwork: {{ .Values.net }} {{/* podmend:ignore hostNamespaces -- the node's */}}\n" + g.spec(2)
	}
	text = strings.Replace(text, "  hostPID: {{ .Values.pid }}\n  hostNetwork: {{ .Values.net }} {{/* podmend:ignore hostNamespaces -- the node's */}}\n  hostPID: true\n", "  hostPID: true\n", 1)
	g.write(dir+"templates/pod.yaml", text)
	if g.r.Intn(6) == 0 {
		g.write(dir+"templates/ns.yaml", g.namespaceText(g.r.Intn(4)))
	}
}

func (g *generatedRepository) config() string {
	return "level: " + g.some("baseline", "restricted") + "\npolicyVersion: [v1.37, v1.24]\nnamespaceLabels: " + g.some("use", "stricter", "ignore") + `
exemptions:
  - {control: hostNamespaces, name: own1, reason: one of them}
  - {control: hostNamespaces, target: "kustomize:overlays/o2*", reason: those alone}
  - {control: privileged, name: no-such, reason: nothing has this name}
  - {control: "*", namespace: ns3, reason: over since long, expires: 2021-01-01}
  - {control: hostPathVolumes, kind: Deployment, reason: all of them, expires: 2999-01-01}
`
}
