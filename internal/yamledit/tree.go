package yamledit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	k8sjson "sigs.k8s.io/json"
	k8syaml "sigs.k8s.io/yaml"
)

// Tree is the document as Kubernetes reads it: YAML 1.1, aliases and merge keys
// expanded, the last of doubled keys. Its types are those of
// k8s.io/apimachinery's unstructured objects: map[string]any, []any, string, int64,
// float64, bool and nil.
func (f *File) Tree(doc int) (any, error) {
	if doc < 0 || doc >= len(f.Docs) {
		return nil, fmt.Errorf("the file has no document %d", doc)
	}
	d := &f.Docs[doc]
	if d.Err != nil {
		return nil, d.Err
	}
	return readTree(textOf(f.Src, d))
}

func readTree(text []byte) (tree any, err error) {
	defer func() {
		if r := recover(); r != nil {
			tree, err = nil, fmt.Errorf("the YAML reader gave up: %v", r)
		}
	}()
	if err := Bounded(text); err != nil {
		return nil, err
	}
	data, err := k8syaml.YAMLToJSON(text)
	if err != nil {
		return nil, err
	}
	if err := k8sjson.UnmarshalCaseSensitivePreserveInts(data, &tree); err != nil {
		return nil, err
	}
	return tree, nil
}

// plainValue copies a value and gives it the types that Tree has.
func plainValue(v any) (any, error) {
	switch v := v.(type) {
	case nil, bool, int64:
		return v, nil
	case string:
		return strings.ToValidUTF8(v, "\ufffd"), nil
	case int:
		return int64(v), nil
	case int32:
		return int64(v), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%v has no JSON form", v)
		}
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return int64(v), nil
		}
		return v, nil
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, value := range v {
			plain, err := plainValue(value)
			if err != nil {
				return nil, err
			}
			out[key] = plain
		}
		return out, nil
	case []any:
		out := make([]any, len(v))
		for i, value := range v {
			plain, err := plainValue(value)
			if err != nil {
				return nil, err
			}
			out[i] = plain
		}
		return out, nil
	}
	return nil, fmt.Errorf("a value of type %T cannot be written", v)
}

// jsonText writes a scalar as JSON, which YAML reads alike once the characters that
// are line breaks or not printable in YAML are escaped.
func jsonText(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(v) != nil {
		return `""`
	}
	text := strings.TrimSuffix(b.String(), "\n")
	if _, isText := v.(string); !isText {
		return text
	}
	var out strings.Builder
	for _, r := range text {
		if r >= 0x7f && r < 0xa0 || r == 0xfeff || r == 0xfffe || r == 0xffff {
			fmt.Fprintf(&out, `\u%04x`, r)
		} else {
			out.WriteRune(r)
		}
	}
	return out.String()
}

// ValueAt returns what stands at a path of a tree, nil where nothing does.
func ValueAt(tree any, path Path) any {
	for _, step := range path {
		switch node := tree.(type) {
		case map[string]any:
			tree = node[step.Key]
		case []any:
			if step.Index < 0 || step.Index >= len(node) {
				return nil
			}
			tree = node[step.Index]
		default:
			return nil
		}
	}
	return tree
}
