package fix

import (
	"bytes"
	"path"
	"reflect"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
	k8syaml "sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// A patchEntry is an item of a list of patches.
type patchEntry struct {
	name   string // of the object in its own file
	target map[string]any
	text   string
}

func (e patchEntry) same(other patchEntry) bool { return reflect.DeepEqual(e, other) }

// patchOf is a patch that makes changes of an object: a strategic merge patch if that makes nothing else, else
// operations. What a chart from elsewhere prints is rather found by names than by the order that its next version may change.
func (p *proposer) patchOf(object *render.Object, changes []yamledit.Change, merges, foreign bool) (patchEntry, error) {
	var tree any
	if err := k8syaml.Unmarshal(object.Document(), &tree); err != nil {
		return patchEntry{}, err
	}
	was, err := yamledit.ApplyTree(tree, nil)
	if err != nil {
		return patchEntry{}, err
	}
	is, err := yamledit.ApplyTree(tree, yamledit.WithoutMoot(changes))
	if err != nil {
		return patchEntry{}, err
	}
	name, target := p.sourceName(object), p.targetOf(object)
	for _, inOrder := range []bool{false, true} {
		if !merges || inOrder && !foreign {
			break
		}
		patch, _ := mergeOf(was, is, inOrder).(map[string]any)
		patch["apiVersion"], patch["kind"] = object.APIVersion, object.Kind
		if mergesTo(object, patch, is, likenessOf(changes, nil)) {
			patch["metadata"] = map[string]any{"name": name}
			text, err := plainYAML(patch)
			return patchEntry{name, target, text}, err
		}
	}
	text, err := plainYAML(operationsOf(was, is, ""))
	return patchEntry{name, target, text}, err
}

// mergesTo says whether a strategic merge patch makes of an object what it is to be. It does not where kustomize
// would change the order of a list, or takes other items for the ones that the patch names.
func mergesTo(object *render.Object, patch map[string]any, is any, like likeness) bool {
	text, err := plainYAML(patch)
	if err != nil {
		return false
	}
	merged, err := render.MergePatch(string(object.Document()), text)
	if err != nil {
		return false
	}
	var tree any
	if err := k8syaml.Unmarshal([]byte(merged), &tree); err != nil {
		return false
	}
	got, err := yamledit.ApplyTree(tree, nil)
	if err != nil {
		return false
	}
	_, differs := like.difference(is, got, nil)
	return !differs
}

// plainYAML prints a tree the way people write patches.
func plainYAML(tree any) (string, error) {
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(tree); err != nil {
		return "", err
	}
	return out.String(), encoder.Close()
}

// mergesLists says whether strategic merge patches know the lists of objects; else one takes the place of
// another.
func mergesLists(apiVersion string) bool {
	return slices.Contains([]string{"v1", "apps/v1", "batch/v1"}, apiVersion)
}

// merges says whether the root is patched by strategic merge patches, and the kind can be.
func (p *proposer) merges(object *render.Object) bool {
	fields := p.kustomizationFields(object.Source.Kustomization)
	if fields == nil || !mergesLists(object.APIVersion) || patchesField(fields) != "patches" {
		return false
	}
	entries, _ := fields["patches"].([]any)
	for _, entry := range entries {
		mapping, _ := entry.(map[string]any)
		text, _ := mapping["patch"].(string)
		if name, ok := mapping["path"].(string); ok {
			content, err := p.editor.files.ReadFile(path.Join(path.Dir(object.Source.Kustomization), name))
			if err == nil {
				text = string(content)
			}
		}
		if start := strings.TrimSpace(text); strings.HasPrefix(start, "-") && !strings.HasPrefix(start, "---") || strings.HasPrefix(start, "[") {
			return false
		}
	}
	return true
}
