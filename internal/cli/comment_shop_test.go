package cli

import (
	"strings"

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
