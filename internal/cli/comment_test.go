package cli

import (
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/githubfake"
)

const shopBase = `
-- chart/Chart.yaml --
apiVersion: v2
name: shop
version: 1.0.0
-- chart/values.yaml --
# the shop
debug: false
-- chart/templates/app.yaml --
apiVersion: v1
kind: Pod
metadata:
  name: shop
spec:
  containers:
  - name: shop
    image: registry.example.com/shop:1
-- chart/templates/debug.yaml --
{{- if .Values.debug }}
apiVersion: v1
kind: Pod
metadata:
  name: shop-debug
spec:
  hostPID: true
  containers:
  - name: debug
    image: registry.example.com/debug:1
{{- end }}
-- base/kustomization.yaml --
resources: [deployment.yaml]
-- base/deployment.yaml --
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: registry.example.com/web:1
        ports:
        - containerPort: 8080
-- overlays/dev/kustomization.yaml --
namespace: dev
resources: [../../base]
-- overlays/prod/kustomization.yaml --
namespace: prod
resources: [../../base]
patches:
- path: patch.yaml
-- overlays/prod/patch.yaml --
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
      - name: web
        env: []
-- manifests/backup.yaml --
apiVersion: v1
kind: Pod
metadata:
  name: backup
spec:
  containers:
  - name: backup
    image: registry.example.com/backup:1
    securityContext:
      privileged: false
-- manifests/old.yaml --
apiVersion: v1
kind: Pod
metadata:
  name: old
spec:
  hostIPC: true
  containers:
  - name: old
    image: registry.example.com/old:1
`

// fiveViolations is a pull request against shopBase, one of them at a distance.
func fiveViolations() (base, change githubfake.Files) {
	base = githubfake.Archive(shopBase)
	with := func(name, old, now string) string {
		return strings.Replace(base[name], old, now, 1)
	}
	return base, githubfake.Files{
		"manifests/backup.yaml":    with("manifests/backup.yaml", "privileged: false", "privileged: true"),
		"chart/values.yaml":        with("chart/values.yaml", "debug: false", "debug: true"),
		"chart/templates/app.yaml": with("chart/templates/app.yaml", "spec:\n", "spec:\n  hostNetwork: true\n"),
		"base/deployment.yaml":     with("base/deployment.yaml", "- containerPort: 8080", "- containerPort: 8080\n          hostPort: 8080"),
		"overlays/prod/patch.yaml": with("overlays/prod/patch.yaml", "env: []", "securityContext:\n          capabilities:\n            add: [SYS_ADMIN]"),
	}
}

// The life of a pull request, as its readers see it.
func TestCommentStory(t *testing.T) {
	base, change := fiveViolations()
	w := newWorkflow(t, base, change)

	// It is opened with five kinds of violations. The old one is nobody's fault.
	if writes := w.check(1); writes != 1 {
		t.Errorf("%d writes\n%s", writes, w.stderr)
	}
	shown := w.wantPlaces("manifests/backup.yaml:10", "chart/values.yaml:2", "chart/templates/app.yaml:6", "base/deployment.yaml:17", "overlays/prod/patch.yaml:12")
	says(t, shown["manifests/backup.yaml:10"].Body, "```suggestion\n      privileged: false\n```", "Reaches `Pod backup` (container `backup`) in `plain:manifests/backup.yaml`", "docs/controls/privileged.md")
	says(t, shown["chart/values.yaml:2"].Body, "What changes here brings it about; the field itself stands in `chart/templates/debug.yaml:7`.", "Reaches `Pod shop-debug` in `helm:chart`", "-  hostPID: true")
	says(t, shown["base/deployment.yaml:17"].Body, "`kustomize:base`, `kustomize:overlays/dev`, `kustomize:overlays/prod`")
	says(t, shown["overlays/prod/patch.yaml:12"].Body, "capabilities.add\\[0\\] is SYS\\_ADMIN", "<details><summary>The fix</summary>", "`podmend fix --write overlays/prod`")
	says(t, w.body(), "**5 new violations**", "5 at lines")
	says(t, w.stderr, "5 findings: 0 annotated, 5 told on the pull request")

	// A push shifts lines: GitHub moves the comments, and podmend has nothing to say.
	w.push("Shift", githubfake.Files{"manifests/backup.yaml": "# nightly\n" + w.head("manifests/backup.yaml")})
	if writes := w.check(1); writes != 0 {
		t.Errorf("%d writes\n%s", writes, w.stderr)
	}
	w.wantPlaces("manifests/backup.yaml:11", "chart/values.yaml:2", "chart/templates/app.yaml:6", "base/deployment.yaml:17", "overlays/prod/patch.yaml:12")

	// One suggestion is taken.
	w.pull.TakeSuggestion("mona", w.first("manifests/backup.yaml").ID)
	if writes := w.check(1); writes != 2 {
		t.Errorf("%d writes\n%s", writes, w.stderr)
	}
	w.wantPlaces("chart/values.yaml:2", "chart/templates/app.yaml:6", "base/deployment.yaml:17", "overlays/prod/patch.yaml:12")
	if taken := w.first("manifests/backup.yaml"); taken.Minimized != "resolved" {
		t.Errorf("%+v", taken)
	}
	says(t, w.first("manifests/backup.yaml").Body, "**Mended**")
	says(t, w.body(), "**4 new violations**")

	// One is exempt. In the pull request alone that counts from the merge on, and the review says so.
	w.push("Allow", githubfake.Files{"chart/templates/app.yaml": strings.Replace(w.head("chart/templates/app.yaml"),
		"hostNetwork: true", "hostNetwork: true # podmend:ignore hostNamespaces -- the shop @announces routes", 1)})
	w.check(1)
	shown = w.wantPlaces("chart/values.yaml:2", "chart/templates/app.yaml:6", "base/deployment.yaml:17", "overlays/prod/patch.yaml:12")
	says(t, w.body(), "takes effect after the merge", "`chart/templates/app.yaml:6`: `hostNetwork: true # podmend:ignore hostNamespaces -- the shop @announces routes`")
	// On the base it counts at once, and its comment says so, once.
	w.repo.Push("main", "mona", "Allow", githubfake.Files{".podmend.yaml": "exemptions:\n- control: hostNamespaces\n  name: shop\n  reason: announces routes\n"})
	w.push("Merge main", githubfake.Files{".podmend.yaml": "exemptions:\n- control: hostNamespaces\n  name: shop\n  reason: announces routes\n"})
	w.check(1)
	w.wantPlaces("chart/values.yaml:2", "base/deployment.yaml:17", "overlays/prod/patch.yaml:12")
	says(t, shown["chart/templates/app.yaml:6"].Body, "suggestion")
	allowed := w.last("chart/templates/app.yaml")
	if allowed.Minimized != "resolved" {
		t.Errorf("%+v", allowed)
	}
	says(t, allowed.Body, "**Allowed** by an exemption in `.podmend.yaml:2`: announces routes.")

	// Somebody answers: the thread stays in sight, also when the finding is gone.
	w.pull.Reply("mona", w.first("base/deployment.yaml").ID, "We open it on purpose.")
	w.push("Close the port", githubfake.Files{"base/deployment.yaml": strings.Replace(w.head("base/deployment.yaml"), "          hostPort: 8080\n", "", 1)})
	w.check(1)
	if answered := w.first("base/deployment.yaml"); answered.Minimized != "" || !strings.Contains(answered.Body, "**Mended**") {
		t.Errorf("%+v", answered)
	}
	w.wantPlaces("chart/values.yaml:2", "overlays/prod/patch.yaml:12")

	// A force-push brings the same violations at other lines.
	base["chart/values.yaml"] = "# the shop\n# of mona\ndebug: true # for now\n"
	w.from.ForcePush("feature", "mona", "Again", w.repo.SHA("main"), githubfake.Files{
		"chart/values.yaml": base["chart/values.yaml"], "overlays/prod/patch.yaml": "# for prod\n" + change["overlays/prod/patch.yaml"],
	})
	w.check(1)
	w.wantPlaces("chart/values.yaml:3", "overlays/prod/patch.yaml:13")
	if old := w.first("chart/values.yaml"); old.Minimized != "outdated" {
		t.Errorf("%+v", old)
	}
	says(t, w.body(), "**2 new violations**")

	// All is mended.
	w.push("Mend", githubfake.Files{"chart/values.yaml": "# the shop\ndebug: false\n# mended\n", "overlays/prod/patch.yaml": githubfake.Archive(shopBase)["overlays/prod/patch.yaml"] + "# mended\n"})
	w.check(0)
	w.wantPlaces()
	says(t, w.body(), "podmend finds nothing in this pull request")
}
