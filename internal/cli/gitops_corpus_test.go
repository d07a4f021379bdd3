package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/podmend/podmend/report"
)

// TestGitOpsInjectionsInCorpus puts violations into real GitOps repositories, whose charts come from loopback: real
// ones under the names that the repositories ask for.
func TestGitOpsInjectionsInCorpus(t *testing.T) {
	t.Parallel()
	corpus := os.Getenv("PODMEND_CORPUS")
	if corpus == "" {
		t.Log("set PODMEND_CORPUS to a folder of repositories to put violations into them")
		return
	}
	ingress := readFolder(t, filepath.Join(corpus, "kubernetes__ingress-nginx/charts/ingress-nginx"))
	library := readFolder(t, filepath.Join(corpus, "_assembled/k8s-at-home__charts__charts__stable__smarter-device-manager"))
	t.Run("flux2-kustomize-helm-example", func(t *testing.T) {
		t.Parallel()
		s := newChartServer(t)
		s.add("podinfo", renamedChart(ingress, "podinfo", "6.1.0"))
		s.push("cert-manager", renamedChart(ingress, "cert-manager", "1.19.0"))
		s.push("gateway-helm", renamedChart(ingress, "gateway-helm", "1.9.0"))
		files := readFolder(t, filepath.Join(corpus, "fluxcd__flux2-kustomize-helm-example"))
		insert := insertInto(t, files)
		insert("apps/base/podinfo/repository.yaml", "https://stefanprodan.github.io/podinfo", "", s.http.URL)
		insert("infrastructure/controllers/cert-manager.yaml", "oci://quay.io/jetstack/charts", "", s.oci())
		insert("infrastructure/controllers/envoy-gateway.yaml", "oci://docker.io/envoyproxy", "", s.oci())
		insert("apps/production/podinfo-values.yaml", "", "  values:\n", "    controller:\n      hostNetwork: «false¦true» # for now\n")
		insert("apps/staging/podinfo-values.yaml", "", "  values:\n", "    controller: {extraVolumes: [{name: a, emptyDir: {}}«¦, {name: b, hostPath: {path: /srv/b}}»]}\n")
		insert("apps/base/podinfo/release.yaml", "", "  values:\n", "    controller:\n      podSecurityContext:\n        seccompProfile:\n          type: «RuntimeDefault¦Unconfined»\n")
		insert("infrastructure/controllers/cert-manager.yaml", "", "  values:\n", "    controller:\n      shareProcessNamespace: true\n      hostNetwork: «false¦true»\n")
		insert("infrastructure/controllers/envoy-gateway.yaml", "", "    name: gateway-helm\n  #end",
			"  postRenderers:\n  - kustomize:\n      patches:\n      - target: {kind: Deployment}\n        patch: |\n          - op: add\n            path: /spec/template/spec/hostPID\n            value: «false¦true»\n")
		mendsAll(t, s, files)
	})
	t.Run("home-ops", func(t *testing.T) {
		t.Parallel()
		s := newChartServer(t)
		s.add("app-template", renamedChart(library, "app-template", "0.2.2"))
		files := readFolder(t, filepath.Join(corpus, "toboshii__home-ops"))
		files["cluster/charts.yaml"] = fmt.Sprintf("apiVersion: source.toolkit.fluxcd.io/v1beta2\nkind: HelmRepository\nmetadata: {name: bjw-s-charts, namespace: flux-system}\nspec: {url: %q}\n", s.http.URL)
		insert := insertInto(t, files)
		insert("cluster/apps/kube-system/intel-gpu-plugin/helm-release.yaml", "", "      surge: 1\n        unavailable: 1\n",
			"    securityContext:\n      privileged: «false¦true»\n")
		mendsAll(t, s, files)
	})
}

// readFolder reads all files of a folder.
func readFolder(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(dir, name)
		files[filepath.ToSlash(relative)] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

var (
	chartName     = regexp.MustCompile(`(?m)^name: .*$`)
	chartVersions = regexp.MustCompile(`(?m)^version: .*$`)
)

// renamedChart is a chart under another name.
func renamedChart(files map[string]string, name, version string) map[string]string {
	renamed := map[string]string{}
	for file, text := range files {
		if file == "Chart.yaml" {
			text = chartVersions.ReplaceAllString(chartName.ReplaceAllString(text, "name: "+name), "version: "+version)
		}
		renamed[file] = text
	}
	return renamed
}

// insertInto returns what puts a text in the place of another, or after the first place of one; at the end of the
// file for one that ends with #end.
func insertInto(t *testing.T, files map[string]string) func(name, old, after, text string) {
	return func(name, old, after, text string) {
		t.Helper()
		found, atEnd := strings.CutSuffix(after, "  #end")
		was := files[name]
		switch {
		case atEnd && strings.HasSuffix(was, found):
			files[name] = was + text
		case old != "":
			files[name] = strings.Replace(was, old, text, 1)
		default:
			files[name] = strings.Replace(was, after, after+text, 1)
		}
		if files[name] == was {
			t.Fatalf("%s has no %q%q:\n%s", name, old, after, was)
		}
	}
}

// mendsAll asks that each violation that was put in is found at its line, and that its fix gives back what was.
func mendsAll(t *testing.T, s *chartServer, marked map[string]string) {
	t.Helper()
	marked[".podmend.yaml"], marked[".git/HEAD"] = s.allow(), "ref: refs/heads/main\n"
	after, injected := map[string]string{}, map[string][]injection{}
	for name, text := range marked {
		after[name], injected[name] = split(text)
	}
	r, _ := runJSON(t, writeFiles(t, after), "fix", "--include-host-workloads")
	proposals := map[string]*report.Proposal{}
	for i := range r.Proposals {
		proposals[r.Proposals[i].ID] = &r.Proposals[i]
	}
	for _, target := range r.Targets {
		if target.Status != report.TargetOK {
			t.Logf("%s: %s %+v", target.ID, target.Status, target.Error)
		}
	}
	count := 0
	for _, name := range sortedNames(injected) {
		for _, i := range injected[name] {
			count++
			at := slices.IndexFunc(r.Findings, func(f report.Finding) bool {
				return f.Origin.File == name && f.Origin.Line == i.line && f.Origin.Exact
			})
			if at < 0 {
				t.Errorf("%s:%d: not found", name, i.line)
				continue
			}
			finding := &r.Findings[at]
			proposal := proposals[finding.Proposal]
			if proposal == nil || proposal.Status != report.ProposalProven || !restores(proposal, after, injected) {
				t.Errorf("%s:%d: not restored: %s: %+v", name, i.line, refusalOf(*finding, proposal), proposal)
			}
			if finding.Environments != nil {
				t.Logf("%s:%d: %v, not %v", name, i.line, finding.Environments.In, finding.Environments.Others)
			}
		}
	}
	t.Logf("%d violations, %d findings", count, len(r.Findings))
	if count == 0 {
		t.Error("nothing was put in")
	}
}
