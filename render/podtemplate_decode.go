package render

import (
	"encoding/json"

	k8sjson "sigs.k8s.io/json"
)

// maxNesting bounds how deep a custom resource is read. No pod spec that people write is as deep.
const maxNesting = 100

// decodeWhatFits fills into (a pointer to a struct) from a tree and leaves out what has another
// type, such as a placeholder where a number belongs: one such field must not hide the others. A
// list item that does not fit is left empty, so that the indexes of the others stay true.
func decodeWhatFits[T any](tree map[string]any, into *T) {
	if decodes[T](tree, into) {
		return
	}
	fitting := fittingFields(tree, func(candidate map[string]any) bool {
		var trial T
		return decodes(candidate, &trial)
	}, 0)
	var empty T
	*into = empty
	decodes(fitting, into)
}

func decodes[T any](tree map[string]any, into *T) bool {
	text, err := json.Marshal(tree)
	return err == nil && k8sjson.UnmarshalCaseSensitivePreserveInts(text, into) == nil
}

// fittingFields keeps what fits of each field by itself.
func fittingFields(tree map[string]any, fits func(map[string]any) bool, depth int) map[string]any {
	kept := map[string]any{}
	for key, value := range tree {
		if value, ok := fitting(value, func(v any) bool { return fits(map[string]any{key: v}) }, depth+1); ok {
			kept[key] = value
		}
	}
	return kept
}

func fitting(value any, fits func(any) bool, depth int) (any, bool) {
	if fits(value) {
		return value, true
	}
	if depth > maxNesting {
		return nil, false
	}
	switch value := value.(type) {
	case map[string]any:
		if !fits(map[string]any{}) {
			return nil, false
		}
		return fittingFields(value, func(m map[string]any) bool { return fits(m) }, depth), true
	case []any:
		if !fits([]any{}) {
			return nil, false
		}
		kept := make([]any, len(value))
		for i, item := range value {
			if item, ok := fitting(item, func(v any) bool { return fits([]any{v}) }, depth+1); ok {
				kept[i] = item
			}
		}
		return kept, true
	}
	return nil, false
}
