package cli

import (
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/podmend/podmend/report"
)

// TestContextJudgesAsFullRun asks that a run which renders only what a change reaches, and of the rest what
// may say how its pods are judged, comes to the findings of a run that renders everything.
func TestContextJudgesAsFullRun(t *testing.T) {
	t.Parallel()
	judged := map[int]bool{} // how many findings pods had
	for seed := range 40 {
		g := &generatedRepository{t: t, r: rand.New(rand.NewSource(int64(seed))), dir: t.TempDir()}
		g.namespaceTargets()
		g.git("init", "-q", "-b", "main")
		g.git("add", "-A")
		g.git("commit", "-q", "-m", "base")
		for i := range 3 {
			g.write(fmt.Sprintf("work/%d.yaml", i), fmt.Sprintf("apiVersion: v1\nkind: Pod\nmetadata: {name: p%d, namespace: n%d}\nspec:\n  hostPID: true\n  containers: [{name: c, image: i}]\n", i, i))
		}
		g.git("add", "-A")
		g.git("commit", "-q", "-m", "head")
		full, scoped := g.findings(), g.findings("--base", "HEAD~1")
		if !slices.Equal(full, scoped) {
			t.Errorf("seed %d: a full run finds\n%q, one of the change\n%q", seed, full, scoped)
		}
		judged[len(full)] = true
	}
	if len(judged) < 6 {
		t.Errorf("pods were judged in %d ways only", len(judged))
	}
}

func (g *generatedRepository) findings(args ...string) (found []string) {
	name := filepath.Join(g.t.TempDir(), "report.json")
	runIn(g.t, g.dir, append([]string{"check", "--output", name}, args...)...)
	file, err := os.Open(name)
	if err != nil {
		g.t.Fatal(err)
	}
	defer file.Close()
	read, err := report.ReadStrictJSON(file)
	if err != nil {
		g.t.Fatal(err)
	}
	for _, finding := range read.Findings {
		for _, occurrence := range finding.Occurrences {
			found = append(found, fmt.Sprint(finding.Control, " ", finding.Level, " ", occurrence.Target, " ", occurrence.Field))
		}
	}
	slices.Sort(found)
	return found
}

func (g *generatedRepository) git(args ...string) {
	cmd := exec.Command("git", args...)
	cmd.Dir = g.dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com")
	if out, err := cmd.CombinedOutput(); err != nil {
		g.t.Fatalf("git %q: %v\n%s", args, err, out)
	}
}

// namespaceTargets writes targets that render Namespaces in every way that says or changes what one
// enforces.
func (g *generatedRepository) namespaceTargets() {
	name := func() string { return g.some("n0", "n1", "n2", "other") }
	label := func() string {
		return g.some("", "", "  labels: {pod-security.kubernetes.io/enforce: privileged}\n", "  labels: {pod-security.kubernetes.io/enforce: restricted}\n",
			"  labels:\n    pod-security.kubernetes.io/enforce: \"restricted\"\n    pod-security.kubernetes.io/enforce-version: v1.20\n", "  labels: {pod-security.kubernetes.io/enforce-version: v1.22}\n")
	}
	namespace := func() string {
		return "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: " + name() + "\n" + label()
	}
	bases := 2 + g.r.Intn(3)
	for i := range bases {
		dir := "base" + strconv.Itoa(i) + "/"
		g.write(dir+"namespace.yaml", namespace())
		g.write(dir+"kustomization.yaml", "resources: [namespace.yaml]\n"+g.some("", "", "namespace: n1\n", "labels: [{pairs: {pod-security.kubernetes.io/enforce: restricted}}]\n"))
	}
	all := bases
	for range 2 + g.r.Intn(5) {
		dir := "base" + strconv.Itoa(all) + "/"
		text := fmt.Sprintf("resources: [../base%d]\n", g.r.Intn(all))
		text += g.some("", "", "namespace: "+name()+"\n", "namePrefix: n\n", "commonLabels: {a: b}\n")
		switch g.r.Intn(10) {
		case 0:
			text += "patches: [{path: patch.yaml}]\n"
			g.write(dir+"patch.yaml", namespace())
		case 1:
			text += "patches: [{path: patch.yaml, target: {kind: " + g.some("Namespace", "Name.*", "Pod") + "}}]\n"
			g.write(dir+"patch.yaml", g.some("- {op: remove, path: /metadata/labels}\n", "- {op: replace, path: /metadata/name, value: n0}\n",
				"- {op: add, path: /metadata/labels, value: {pod-security.kubernetes.io/enforce: privileged}}\n"))
		case 2:
			text += "patches: [{target: {name: " + name() + "}, patch: '[{\"op\": \"add\", \"path\": \"/metadata/labels\", \"value\": {\"pod-security.kubernetes.io/enforce\": \"privileged\"}}]'}]\n"
		case 3:
			text += "resources: [missing.yaml]\n"
		case 4:
			text += "patchesStrategicMerge:\n- |-\n  apiVersion: v1\n  kind: Namespace\n  metadata:\n    name: " + name() + "\n    labels: " + g.some("null", "{pod-security.kubernetes.io/enforce: null}", "{pod-security.kubernetes.io/enforce: baseline}") + "\n"
		case 5:
			text += "transformers: [rename.yaml]\n"
			g.write(dir+"rename.yaml", "apiVersion: builtin\nkind: NamespaceTransformer\nmetadata: {name: t, namespace: "+name()+"}\n")
		case 6:
			text += "replacements: [{sourceValue: n2, targets: [{select: {kind: Namespace}, fieldPaths: [metadata.name]}]}]\n"
		}
		g.write(dir+"kustomization.yaml", text)
		all++
	}
	for i := range g.r.Intn(3) {
		g.write(fmt.Sprintf("plain/%d.yaml", i), g.some(namespace(), "apiVersion: v1\nkind: List\nitems:\n- "+"{apiVersion: v1, kind: Namespace, metadata: {name: "+name()+", labels: {pod-security.kubernetes.io/enforce: baseline}}}\n"))
	}
	if g.r.Intn(3) == 0 {
		g.write("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\n")
		g.write("chart/values.yaml", "name: "+name()+"\n")
		g.write("chart/templates/namespace.yaml", "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {{ .Values.name }}\n"+label())
	}
}
