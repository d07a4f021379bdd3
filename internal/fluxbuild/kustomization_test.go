package fluxbuild

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/fluxcd/pkg/kustomize"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/render"
)

// manifests are what Kustomizations of the tests apply.
var manifests = map[string]string{
	"app/kustomization.yaml": `namespace: own
namePrefix: own-
resources: [pod.yaml, more]
images: [{name: app, newTag: "1"}, {name: other, digest: "sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3"}]
patches:
- patch: '[{"op": "add", "path": "/metadata/labels", "value": {"own": "patch"}}]'
  target: {kind: Pod}
`,
	"app/pod.yaml": `apiVersion: v1
kind: Pod
metadata: {name: pod}
spec:
  hostPID: ${host_pid:=true}
  containers: [{name: app, image: app, args: ["${text}", "${unset:-default}", "$${kept}", "${text^^}"]}, {name: other, image: other}]
`,
	"app/more/kustomization.yaml": "resources: [map.yaml]\nconfigMapGenerator: [{name: generated, literals: [a=b]}]\n",
	"app/more/map.yaml":           "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: map, annotations: {kustomize.toolkit.fluxcd.io/substitute: disabled}}\ndata: {a: \"${text}\"}\n",
	"component/kustomization.yaml": `apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches:
- patch: '[{"op": "add", "path": "/spec/hostIPC", "value": true}]'
  target: {kind: Pod}
`,
	"plain/a.yaml":                    "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: \"a:${text}\"}]}\n",
	"plain/deep/b.yml":                "apiVersion: v1\nkind: Pod\nmetadata: {name: b}\nspec: {containers: [{name: b, image: b}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: b}\nspec: {ports: [{port: 80}]}\n",
	"plain/root/kustomization.yaml":   "resources: [c.yaml]\nnameSuffix: -c\n",
	"plain/root/c.yaml":               "apiVersion: v1\nkind: Pod\nmetadata: {name: c}\nspec: {containers: [{name: c, image: app}]}\n",
	"plain/root/unlisted.yaml":        "apiVersion: v1\nkind: Pod\nmetadata: {name: unlisted}\nspec: {}\n",
	"plain/.more/d.yaml":              "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: d}\n",
	"empty/README.md":                 "Nothing yet.\n",
	"says-nothing/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n",
	"plain/values.json":               `{"kind": "not YAML by its name"}`,
}

var specs = map[string]string{
	"nothing added":       "path: app",
	"generated":           "path: ./plain",
	"namespace":           "{path: app, targetNamespace: web}",
	"generated namespace": "{path: plain, targetNamespace: web, namePrefix: a-, nameSuffix: -z}",
	"names":               "{path: app, namePrefix: a-, nameSuffix: -z}",
	"component":           "{path: app, components: [../component]}",
	"missing component":   "{path: app, components: [../component, ../none], ignoreMissingComponents: true}",
	"images":              "{path: app, images: [{name: app, newName: registry.example.com/app, newTag: '3'}, {name: other, newTag: v2}, {name: third, newTag: v3}]}",
	"patches":             "{path: app, patches: [{patch: '[{\"op\": \"add\", \"path\": \"/spec/hostNetwork\", \"value\": true}]', target: {kind: Pod}}, {patch: \"apiVersion: v1\\nkind: Pod\\nmetadata: {name: pod}\\nspec: {hostPID: false}\"}]}",
	"variables":           "{path: app, postBuild: {substitute: {host_pid: 'false', text: some text}}}",
	"other variables":     "{path: plain, postBuild: {substitute: {other: a, text: \"1\\n2\"}}}",
	"no variables":        "{path: app, postBuild: {}}",
	"empty":               "path: empty",
	"empty and component": "{path: empty, components: [../component]}",
	"says nothing":        "path: says-nothing",
	"all":                 "{path: ./app/, targetNamespace: web, nameSuffix: -z, components: [../component], images: [{name: app, newTag: '2'}], patches: [{patch: '[{\"op\": \"remove\", \"path\": \"/spec/hostPID\"}]', target: {kind: Pod, name: own-pod}}], postBuild: {substitute: {text: a}}}",
}

func TestKustomizationsAreBuiltAsFluxDoes(t *testing.T) {
	for name, spec := range specs {
		t.Run(name, func(t *testing.T) {
			object := fmt.Sprintf("apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: app, namespace: flux-system}\nspec: %s\n", inline(t, spec))
			want := upstream(t, object)
			got := rendered(t, object)
			for id, tree := range want {
				if !reflect.DeepEqual(tree, got[id]) {
					wanted, _ := yaml.Marshal(tree)
					is, _ := yaml.Marshal(got[id])
					t.Errorf("%s: want\n%s\ngot\n%s", id, wanted, is)
				}
			}
			if len(got) != len(want) {
				t.Errorf("%d objects, want %d", len(got), len(want))
			}
		})
	}
}

// inline is a spec with a source, as a flow mapping.
func inline(t *testing.T, spec string) string {
	var fields map[string]any
	if err := yaml.Unmarshal([]byte(spec), &fields); err != nil {
		t.Fatal(err)
	}
	fields["sourceRef"] = map[string]any{"kind": "GitRepository", "name": "flux-system"}
	text, err := yaml.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	asJSON, err := yaml.YAMLToJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(asJSON)
}

func repository(t *testing.T, object string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range manifests {
		write(name, text)
	}
	write("clusters/app.yaml", object)
	return dir
}

func upstream(t *testing.T, object string) map[string]any {
	t.Helper()
	root := repository(t, object)
	var tree map[string]any
	if err := yaml.Unmarshal([]byte(object), &tree); err != nil {
		t.Fatal(err)
	}
	u := unstructured.Unstructured{Object: tree}
	path, _, _ := unstructured.NestedString(tree, "spec", "path")
	dir := filepath.Join(root, path)
	if _, err := kustomize.NewGenerator(root, u).WriteFile(dir); err != nil {
		t.Fatal(err)
	}
	built, err := kustomize.SecureBuild(root, dir, false)
	if err != nil {
		t.Fatal(err)
	}
	_, substitutes, _ := unstructured.NestedMap(tree, "spec", "postBuild")
	found := map[string]any{}
	for _, resource := range built.Resources() {
		if substitutes {
			if _, err := kustomize.SubstituteVariables(context.Background(), nil, u, resource, kustomize.SubstituteWithDryRun(true)); err != nil {
				t.Fatal(err)
			}
		}
		text, err := resource.AsYAML()
		if err != nil {
			t.Fatal(err)
		}
		add(t, found, text)
	}
	return found
}

func rendered(t *testing.T, object string) map[string]any {
	t.Helper()
	files, err := overlay.Open(repository(t, object))
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	discovery, err := render.Discover(files, render.DiscoverOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := discovery.AddGitOps(context.Background(), render.GitOpsOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, target := range discovery.Targets {
		if target.Kind != render.Flux {
			continue
		}
		result := render.One(context.Background(), files, target, render.Detail{})
		if result.Err != nil {
			t.Fatal(result.Err)
		}
		found := map[string]any{}
		for i := range result.Objects {
			add(t, found, result.Objects[i].YAML)
		}
		return found
	}
	t.Fatal("the Kustomization is no target")
	return nil
}

func add(t *testing.T, found map[string]any, text []byte) {
	t.Helper()
	var tree map[string]any
	if err := yaml.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	u := unstructured.Unstructured{Object: tree}
	found[u.GetKind()+"/"+u.GetNamespace()+"/"+u.GetName()] = tree
}
