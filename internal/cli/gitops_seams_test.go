package cli

import (
	"fmt"
	"strings"
)

var fluxSeams = []seam{
	{name: "base", build: func(a *seamApp) {
		a.put("base/release.yaml", a.release("  values:\n"+a.values(4)))
		a.flux("")
	}},
	{name: "patch", build: func(a *seamApp) {
		a.put("base/release.yaml", a.release("  values: {replicas: 1}\n"))
		a.put("production/kustomization.yaml", "namespace: "+a.name+"\nresources: [../base]\npatches:\n- path: patch.yaml\n")
		a.put("production/patch.yaml", a.patch("  values:\n"+a.values(4)))
		a.flux("")
	}},
	{name: "inline", build: func(a *seamApp) {
		a.put("base/release.yaml", a.release("  values:\n    replicas: 1\n"))
		a.put("production/kustomization.yaml", "namespace: "+a.name+"\nresources:\n- ../base\npatches:\n- target: {kind: HelmRelease}\n  patch: |-\n"+indented(4, a.patch("  values:\n"+a.values(4))))
		a.flux("")
	}},
	{name: "operation", build: func(a *seamApp) {
		a.put("base/release.yaml", a.release("  values: {}\n"))
		key, below, _ := strings.Cut(a.kind.values, ":")
		if rest, ok := strings.CutPrefix(below, "\n"); ok {
			below = "\n" + indented(6, rest)
		}
		a.put("production/kustomization.yaml", "namespace: "+a.name+"\nresources:\n- ../base\npatches:\n- target: {kind: HelmRelease, name: "+a.name+"}\n  patch: |\n"+
			"    - op: add\n      path: /spec/values/"+strings.Trim(key, `"`)+"\n      value:"+below)
		a.flux("")
	}},
	{name: "controller", build: func(a *seamApp) {
		a.put("base/release.yaml", a.release("  values:\n    replicas: 1\n"))
		a.flux("  patches:\n  - target:\n      kind: HelmRelease\n    patch: |\n" + indented(6, a.patch("  values:\n"+a.values(4))))
	}},
	{name: "configmap", build: func(a *seamApp) {
		a.put("base/release.yaml", a.release("  valuesFrom:\n  - {kind: ConfigMap, name: values}\n"))
		a.put("base/config.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: values}\ndata:\n  other: text\n  values.yaml: |\n"+a.values(4))
		a.flux("", "config.yaml")
	}},
	{name: "configmap-patch", build: func(a *seamApp) {
		a.put("base/release.yaml", a.release("  valuesFrom:\n  - kind: ConfigMap\n    name: values\n    valuesKey: prod.yaml\n"))
		a.put("base/config.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: values}\ndata:\n  prod.yaml: |\n    replicas: 1\n")
		a.put("production/kustomization.yaml", "namespace: "+a.name+"\nresources: [../base]\npatches:\n- path: values.yaml\n")
		a.put("production/values.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: values}\ndata:\n  prod.yaml: |\n    # Of production.\n"+a.values(4))
		a.flux("", "config.yaml")
	}},
	{name: "configmap-inline", build: func(a *seamApp) {
		a.put("base/release.yaml", a.release("  valuesFrom:\n  - {kind: ConfigMap, name: values}\n"))
		a.put("base/config.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: values}\ndata:\n  values.yaml: |\n    replicas: 1\n")
		a.put("production/kustomization.yaml", "namespace: "+a.name+"\nresources: [../base]\npatches:\n- patch: |\n    apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: values}\n"+
			"    data:\n      values.yaml: |\n"+a.values(8))
		a.flux("", "config.yaml")
	}},
	{name: "secret", build: func(a *seamApp) {
		a.put("base/release.yaml", a.release("  valuesFrom:\n  - {kind: Secret, name: values}\n"))
		a.put("base/config.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: values}\nstringData:\n  values.yaml: |-\n"+strings.TrimSuffix(a.values(4), "\n")+"\n")
		a.flux("", "config.yaml")
	}},
	{name: "generator", build: func(a *seamApp) {
		a.put("base/release.yaml", a.release("  valuesFrom:\n  - {kind: ConfigMap, name: values}\n"))
		for _, cluster := range fleetClusters {
			text, injections := split(a.kind.values)
			if text = restored(text, injections); cluster == "staging" {
				text = a.kind.values
			}
			a.put(cluster+"/values.yaml", text)
			a.put(cluster+"/kustomization.yaml", "namespace: "+a.name+"\nresources: [../base]\nconfigMapGenerator:\n- name: values\n  files: [values.yaml]\nconfigurations: [names.yaml]\n")
			a.put(cluster+"/names.yaml", "nameReference:\n- kind: ConfigMap\n  version: v1\n  fieldSpecs:\n  - {path: spec/valuesFrom/name, kind: HelmRelease}\n")
		}
		a.flux("")
	}},
	{name: "variable", scalars: true, build: func(a *seamApp) {
		name := strings.ReplaceAll(a.kind.key, ".", "_")
		text, _, _ := strings.Cut(a.kind.values, "«")
		_, after, _ := strings.Cut(a.kind.values, "»")
		a.put("base/release.yaml", a.release("  values:\n"+indented(4, text+"${"+name+"}"+after)))
		a.flux("  postBuild:\n    substitute:\n      " + name + ": \"" + a.kind.scalar + "\"\n")
		clean, injections := split(a.kind.scalar)
		for _, cluster := range []string{"dev", "staging"} {
			a.files["clusters/"+cluster+"/"+a.name+".yaml"] += "  postBuild:\n    substitute: {" + name + ": \"" + restored(clean, injections) + "\"}\n"
		}
	}},
	{name: "variable-from", scalars: true, build: func(a *seamApp) {
		name := strings.ReplaceAll(a.kind.key, ".", "_")
		text, rest, _ := strings.Cut(a.kind.values, "«")
		_, after, _ := strings.Cut(rest, "»")
		a.put("base/release.yaml", a.release("  values:\n"+indented(4, text+"${"+name+"}"+after)))
		a.flux("  postBuild:\n    substituteFrom:\n    - kind: ConfigMap\n      name: " + a.name + "\n")
		clean, injections := split(a.kind.scalar)
		for _, cluster := range []string{"dev", "staging"} {
			a.files["clusters/"+cluster+"/"+a.name+".yaml"] += "  postBuild:\n    substitute: {" + name + ": \"" + restored(clean, injections) + "\"}\n"
		}
		a.files["clusters/production/"+a.name+"-variables.yaml"] = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + a.name + ", namespace: flux-system}\ndata:\n  " + name + ": \"" + a.kind.scalar + "\"\n"
	}},
	{name: "post-merge", scalars: true, build: func(a *seamApp) {
		a.put("base/release.yaml", a.release("  postRenderers:\n  - kustomize:\n      patches:\n      - target: {kind: Deployment}\n        patch: |\n"+
			"          apiVersion: apps/v1\n          kind: Deployment\n          metadata: {name: any}\n          spec:\n            template:\n              spec:\n"+
			"                "+a.podField()+": "+a.podValue()+"\n"))
		a.flux("")
	}},
	{name: "post-operation", scalars: true, build: func(a *seamApp) {
		a.put("base/release.yaml", a.release("  postRenderers:\n  - kustomize:\n      patches:\n      - target: {kind: Deployment}\n        patch: |-\n"+
			"          - op: add\n            path: /spec/template/spec/"+a.podField()+"\n            value: "+a.podValue()+"\n"))
		a.flux("")
	}},
	{name: "files", build: func(a *seamApp) {
		chart := seamChart()
		for name, text := range chart {
			a.put("chart/"+name, text)
		}
		a.put("chart/production.yaml", a.kind.values)
		spec := "  chart:\n    spec:\n      chart: ./apps/" + a.name + "/chart\n      sourceRef: {kind: GitRepository, name: flux-system, namespace: flux-system}\n      valuesFiles:\n" +
			"      - ./apps/" + a.name + "/chart/values.yaml\n      - ./apps/" + a.name + "/chart/production.yaml\n"
		a.put("base/release.yaml", "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: "+a.name+"}\nspec:\n"+spec)
		a.flux("")
	}},
}

// podField and podValue set in a patch of the pod what the kind sets by a value.
func (a *seamApp) podField() string {
	if a.kind.name == "text" {
		return "securityContext"
	}
	return "hostPID"
}

func (a *seamApp) podValue() string {
	if a.kind.name == "text" {
		return "{seccompProfile: {type: " + a.kind.scalar + "}}"
	}
	return a.kind.scalar
}

var argoSeams = []seam{
	{name: "object", build: func(a *seamApp) {
		for _, cluster := range fleetClusters {
			if cluster == "production" {
				a.application(cluster, "    helm:\n      valuesObject:\n"+a.values(8))
			} else {
				a.application(cluster, "")
			}
		}
	}},
	{name: "string", build: func(a *seamApp) {
		a.application("production", "    helm:\n      releaseName: other\n      values: |\n        # Of production.\n"+a.values(8))
		a.application("dev", "    helm:\n      values: |-\n        host: {}\n")
	}},
	{name: "string-keep", build: func(a *seamApp) {
		a.application("production", "    helm:\n      values: |2+\n"+a.values(8)+"\n\n")
	}},
	{name: "parameter", scalars: true, build: func(a *seamApp) {
		a.application("production", "    helm:\n      parameters:\n      - name: "+a.kind.key+"\n        value: \""+a.kind.scalar+"\"\n      values: |\n        host: {ipc: false}\n")
	}},
	{name: "value-file", build: func(a *seamApp) {
		a.application("staging", "")
		a.put("values/prod.yaml", a.kind.values)
		a.files["argo/production/"+a.name+".yaml"] = fmt.Sprintf(`apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: %s-production, namespace: argocd}
spec:
  project: default
  destination: {name: production, namespace: %[1]s}
  sources:
  - {repoURL: "https://github.com/octo/shop", targetRevision: HEAD, ref: values}
  - %[2]s    helm:
      valueFiles:
      - $values/apps/%[1]s/values/prod.yaml
`, a.name, a.source(4))
	}},
	{name: "kustomize", scalars: true, build: func(a *seamApp) {
		a.put("overlay/kustomization.yaml", "resources: [deployment.yaml]\n")
		a.put("overlay/deployment.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: "+a.name+"}\nspec:\n  selector: {matchLabels: {app: a}}\n  template:\n"+
			"    metadata: {labels: {app: a}}\n    spec: {containers: [{name: a, image: a}]}\n")
		for _, cluster := range fleetClusters {
			patches := "  patches:\n      - target: {kind: Deployment}\n        patch: |-\n          - {op: add, path: /spec/template/spec/" + a.podField() + ", value: " + a.podValue() + "}\n"
			if cluster != "production" {
				patches = "  namePrefix: of-\n"
			}
			a.deploying(cluster, fmt.Sprintf("repoURL: https://github.com/octo/shop\n    path: apps/%s/overlay\n    kustomize:\n    %s", a.name, patches))
		}
	}},
	{name: "string-inline", build: func(a *seamApp) {
		a.application("base", "    helm:\n      values: |\n        replicas: 1\n")
		a.put("base/app.yaml", a.files["argo/base/"+a.name+".yaml"])
		a.put("base/kustomization.yaml", "resources: [app.yaml]\n")
		delete(a.files, "argo/base/"+a.name+".yaml")
		for _, cluster := range fleetClusters {
			text := "resources: [../../../apps/" + a.name + "/base]\nnamePrefix: " + cluster + "-\n"
			if cluster == "dev" {
				text += "patches:\n- target: {kind: Application}\n  patch: |\n    - op: replace\n      path: /spec/source/helm/values\n      value: |\n        # Of dev.\n" + a.values(8)
			}
			a.files["argo/"+cluster+"/"+a.name+"/kustomization.yaml"] = text
		}
		a.files["argo/staging/"+a.name+"/kustomization.yaml"] += "patches:\n- patch: |-\n    apiVersion: argoproj.io/v1alpha1\n    kind: Application\n    metadata: {name: " + a.name + "-base, namespace: argocd}\n" +
			"    spec:\n      source:\n        helm:\n          values: |\n" + a.values(12)
	}},
	{name: "set", build: func(a *seamApp) {
		a.set(listElements(""), "        helm:\n          valuesObject:\n"+a.values(12))
	}},
	{name: "set-string", build: func(a *seamApp) {
		a.set(listElements(""), "        helm:\n          values: |\n            # For {{ .cluster }}.\n"+a.values(12))
	}},
	{name: "set-element", scalars: true, build: func(a *seamApp) {
		a.set(listElements("given: \""+a.kind.scalar+"\"\n"), "        helm:\n          parameters:\n          - {name: "+a.kind.key+", value: \"{{ .given }}\"}\n")
	}},
	{name: "set-file", scalars: true, build: func(a *seamApp) {
		for _, cluster := range fleetClusters {
			text, injections := split(a.kind.scalar)
			if text = restored(text, injections); cluster == "dev" {
				text = a.kind.scalar
			}
			a.put("envs/"+cluster+".yaml", "cluster: "+cluster+"\nagent:\n  # What is given.\n  given: \""+text+"\"\n")
		}
		a.set("- git:\n    repoURL: https://github.com/octo/shop\n    files:\n    - path: apps/"+a.name+"/envs/*.yaml\n",
			"        helm:\n          parameters:\n          - {name: "+a.kind.key+", value: \"{{ .agent.given }}\"}\n")
	}},
	{name: "set-patch", build: func(a *seamApp) {
		a.set(listElements(""), "  templatePatch: |\n    spec:\n      source:\n        helm:\n          valuesObject:\n"+a.values(12))
	}},
}
