package cli

import (
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/githubfake"
)

// storyRepository is deployed to three clusters by overlays of one base.
const storyRepository = `
-- clusters/dev/apps.yaml --
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec: {path: ./apps/dev, sourceRef: {kind: GitRepository, name: flux-system}}
-- clusters/staging/apps.yaml --
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec: {path: ./apps/staging, sourceRef: {kind: GitRepository, name: flux-system}}
-- clusters/production/apps.yaml --
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  path: ./apps/production
  sourceRef: {kind: GitRepository, name: flux-system}
  postBuild:
    substituteFrom:
    - {kind: ConfigMap, name: variables}
-- clusters/production/variables.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: variables, namespace: flux-system}
data:
  team: shop
  ipc: "false"
-- apps/base/kustomization.yaml --
resources: [charts.yaml, release.yaml, tuning.yaml]
-- apps/base/charts.yaml --
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: charts}
spec: {url: CHARTS}
-- apps/base/tuning.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: tuning}
data:
  values.yaml: |
    host:
      ipc: true
-- apps/base/release.yaml --
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: shop}
spec:
  chart:
    spec:
      chart: seams
      version: 1.x
      sourceRef: {kind: HelmRepository, name: charts}
  values:
    host:
      network: false
-- apps/dev/kustomization.yaml --
namespace: shop
resources: [../base]
patches:
- path: patch.yaml
-- apps/dev/patch.yaml --
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: shop}
spec:
  values:
    host: {network: false}
-- apps/staging/kustomization.yaml --
namespace: shop
resources: [../base]
configMapGenerator:
- name: staging
  files: [values.yaml]
configurations: [names.yaml]
patches:
- path: patch.yaml
-- apps/staging/names.yaml --
nameReference:
- kind: ConfigMap
  version: v1
  fieldSpecs:
  - {path: spec/valuesFrom/name, kind: HelmRelease}
-- apps/staging/values.yaml --
# Of staging.
host:
  pid: false
-- apps/staging/patch.yaml --
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: shop}
spec:
  valuesFrom:
  - {kind: ConfigMap, name: staging}
-- apps/production/kustomization.yaml --
namespace: shop
resources: [../base]
patches:
- path: patch.yaml
-- apps/production/patch.yaml --
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: shop}
spec:
  values:
    owner: ${team}
    host:
      ipc: ${ipc}
`

func story(t *testing.T) (*chartServer, githubfake.Files) {
	s := newChartServer(t)
	s.add("seams", seamChart())
	next := seamChart()
	next["Chart.yaml"] = strings.Replace(next["Chart.yaml"], "1.2.3", "2.0.0", 1)
	next["values.yaml"] = strings.Replace(next["values.yaml"], "pid: false", "pid: true", 1)
	s.add("seams", next)
	files := githubfake.Archive(strings.ReplaceAll(storyRepository, "CHARTS", s.http.URL))
	files[".podmend.yaml"] = s.allow()
	return s, files
}

// A pull request that changes what Flux deploys: each comment stands at the line that makes the difference, and
// says in which clusters.
func TestGitOpsCommentStory(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, file, old, now string
		at                   string
		says                 []string
		charts               int
	}{
		{
			name: "base", file: "apps/base/release.yaml", old: "network: false", now: "network: true", at: "apps/base/release.yaml:12", charts: 1,
			says: []string{"Changes in the clusters production and staging, not dev.", "```suggestion\n      network: false\n```"},
		},
		{
			name: "generated", file: "apps/staging/values.yaml", old: "pid: false", now: "pid: true", at: "apps/staging/values.yaml:3", charts: 1,
			says: []string{"Changes in the clusters staging, not dev or production.", "```suggestion\n  pid: false\n```"},
		},
		{
			name: "variable", file: "clusters/production/variables.yaml", old: `ipc: "false"`, now: `ipc: "true"`, at: "clusters/production/variables.yaml:6", charts: 1,
			says: []string{"Changes in the clusters production, not dev or staging.", "```suggestion\n  ipc: \"false\"\n```"},
		},
		{
			name: "distance", file: "apps/dev/patch.yaml", old: "  values:\n", now: "  valuesFrom:\n  - {kind: ConfigMap, name: tuning}\n  values:\n", at: "apps/dev/patch.yaml:6", charts: 1,
			says: []string{"What changes here brings it about; the field itself stands in `apps/base/tuning.yaml:7`.", "Changes in the clusters dev, not production or staging."},
		},
		{
			name: "bump", file: "apps/base/release.yaml", old: "version: 1.x", now: "version: 2.x", at: "apps/base/release.yaml:8", charts: 2,
			says: []string{"hostPID is true", "Changes in the clusters dev and production, not staging."},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, files := story(t)
			w := newWorkflow(t, files, changed(t, files, test.file, test.old, test.now))
			if code, _ := w.run("check", "--comment"); code != exitFindings {
				t.Errorf("exit code %d\n%s%s", code, w.stdout, w.stderr)
			}
			s.wantOnce(test.charts)
			for _, comment := range w.wantPlaces(test.at) {
				says(t, comment.Body, test.says...)
			}
		})
	}
}

// The fixes for what lies on main are in the files that set the values.
func TestGitOpsFixStory(t *testing.T) {
	t.Parallel()
	_, files := story(t)
	for _, change := range []githubfake.Files{
		changed(t, files, "apps/base/release.yaml", "  values:\n    host:\n", "  valuesFrom:\n  - {kind: ConfigMap, name: tuning}\n  values:\n    host:\n"),
		changed(t, files, "apps/staging/values.yaml", "pid: false", "pid: true # to look around"),
		changed(t, files, "apps/production/patch.yaml", "host:\n", "host:\n      network: true\n"),
	} {
		for name, text := range change {
			files[name] = text
		}
	}
	b := newBot(t, files)
	b.fix("created", 1)
	for name, want := range map[string]string{
		"apps/base/tuning.yaml": "      ipc: false\n", "apps/staging/values.yaml": "  pid: false # to look around\n", "apps/production/patch.yaml": "      network: false\n      ipc: ${ipc}\n",
		"apps/base/release.yaml": files["apps/base/release.yaml"],
	} {
		says(t, b.file(fixBranch, name), want)
	}
	says(t, b.last().Body, "podmend mends **3 findings**")
}
