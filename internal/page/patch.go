package page

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// Patch writes the difference of two objects as a JSON 6902 patch of a kustomization.
func Patch(before, after string) (string, error) {
	var from, to map[string]any
	if err := yaml.Unmarshal([]byte(before), &from); err != nil {
		return "", err
	}
	if err := yaml.Unmarshal([]byte(after), &to); err != nil {
		return "", err
	}
	metadata, ok := from["metadata"].(map[string]any)
	if !ok {
		return "", fmt.Errorf("it has no metadata")
	}
	var patch strings.Builder
	fmt.Fprintf(&patch, "patches:\n- target:\n    kind: %v\n    name: %v\n  patch: |-\n", from["kind"], metadata["name"])
	for _, op := range patchOps("", from, to) {
		fmt.Fprintf(&patch, "    - op: %s\n      path: %s\n", op.op, op.path)
		if op.op == "remove" {
			continue
		}
		value, err := json.Marshal(op.value)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&patch, "      value: %s\n", value)
	}
	return patch.String(), nil
}

type patchOp struct {
	op, path string
	value    any
}

// patchOps returns what makes one tree of another. Of a list that has become shorter, items are
// taken away from its end, so that the indexes of those before stay right.
func patchOps(at string, from, to any) []patchOp {
	if reflect.DeepEqual(from, to) {
		return nil
	}
	var ops []patchOp
	switch from := from.(type) {
	case map[string]any:
		to, ok := to.(map[string]any)
		if !ok {
			break
		}
		for _, key := range slices.Sorted(maps.Keys(from)) {
			path := at + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
			if value, ok := to[key]; ok {
				ops = append(ops, patchOps(path, from[key], value)...)
			} else {
				ops = append(ops, patchOp{op: "remove", path: path})
			}
		}
		for _, key := range slices.Sorted(maps.Keys(to)) {
			if _, ok := from[key]; !ok {
				ops = append(ops, patchOp{"add", at + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(key), to[key]})
			}
		}
		return ops
	case []any:
		to, ok := to.([]any)
		if !ok || len(to) > len(from) {
			break
		}
		kept := keptItems(from, to)
		for i := len(from) - 1; i >= 0; i-- {
			path := fmt.Sprintf("%s/%d", at, i)
			if j := kept[i]; j < 0 {
				ops = append(ops, patchOp{op: "remove", path: path})
			} else {
				ops = append(ops, patchOps(path, from[i], to[j])...)
			}
		}
		return ops
	}
	return []patchOp{{"replace", at, to}}
}

// keptItems says for each item of a list where it is in the shorter one, -1 if it is gone. Named
// items are found by their name.
func keptItems(from, to []any) []int {
	kept := make([]int, len(from))
	j := 0
	for i := range from {
		kept[i] = -1
		if j < len(to) && (len(from)-i == len(to)-j || sameItem(from[i], to[j])) {
			kept[i] = j
			j++
		}
	}
	return kept
}

func sameItem(a, b any) bool {
	x, isMap := a.(map[string]any)
	y, alsoMap := b.(map[string]any)
	if isMap && alsoMap && x["name"] != nil {
		return x["name"] == y["name"]
	}
	return reflect.DeepEqual(a, b)
}
