package render

import (
	"fmt"

	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
	"sigs.k8s.io/kustomize/kyaml/yaml/merge2"
)

// MergePatch returns what kustomize makes of an object by a strategic merge patch. It finds the items of
// lists by the schemas of Kubernetes, and puts those that the patch names before the others.
func MergePatch(object, patch string) (string, error) {
	defer holdSchema()()
	merged, err := merge2.MergeStrings(patch, object, false, kyaml.MergeOptions{ListIncreaseDirection: kyaml.MergeOptionsListPrepend})
	if err != nil {
		return "", fmt.Errorf("merge a patch: %w", err)
	}
	return merged, nil
}
