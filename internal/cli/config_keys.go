package cli

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/podmend/podmend/check"
)

// knownKeys refuses keys that t has no field for, and values of another shape than t's.
func knownKeys(node *yaml.Node, t reflect.Type, at string) error {
	place := func(n *yaml.Node) string { return fmt.Sprintf("line %d, column %d", n.Line, n.Column) }
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if node.Kind == yaml.ScalarNode && node.Tag == "!!null" {
		return nil
	}
	if t == reflect.TypeFor[versionList]() {
		return versionList(nil).checkShape(node, at)
	}
	switch t.Kind() {
	case reflect.Struct:
		if node.Kind != yaml.MappingNode {
			return fmt.Errorf("%s: %s must be a mapping", place(node), orTop(at))
		}
		fields := keysOf(t)
		for i := 0; i+1 < len(node.Content); i += 2 {
			key := node.Content[i]
			field, ok := fields[key.Value]
			if !ok {
				return fmt.Errorf("%s: unknown key %q in %s; the known keys are %s%s",
					place(key), key.Value, orTop(at), strings.Join(sortedNames(fields), ", "), didYouMean(key.Value, sortedNames(fields)))
			}
			if err := knownKeys(node.Content[i+1], field, strings.TrimPrefix(at+"."+key.Value, ".")); err != nil {
				return err
			}
		}
	case reflect.Slice:
		if node.Kind != yaml.SequenceNode {
			return fmt.Errorf("%s: %s must be a list", place(node), orTop(at))
		}
		for i, item := range node.Content {
			if err := knownKeys(item, t.Elem(), fmt.Sprintf("%s[%d]", at, i)); err != nil {
				return err
			}
		}
	case reflect.Map:
		if node.Kind != yaml.MappingNode {
			return fmt.Errorf("%s: %s must be a mapping", place(node), orTop(at))
		}
	default:
		if node.Kind != yaml.ScalarNode {
			return fmt.Errorf("%s: %s must be a single value", place(node), orTop(at))
		}
	}
	return nil
}

// keysOf are the keys of a mapping that becomes a struct.
func keysOf(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for i := range t.NumField() {
		fields[t.Field(i).Tag.Get("yaml")] = t.Field(i).Type
	}
	return fields
}

func didYouMean(word string, known []string) string {
	if near := check.Nearest(word, known); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}

func orTop(at string) string {
	if at == "" {
		return "the configuration"
	}
	return at
}

// linesOf says in which line each key at the top and each item of its lists stands, under names
// such as level and charts[0].
func linesOf(root *yaml.Node) map[string]int {
	lines := map[string]int{}
	if root.Kind != yaml.MappingNode {
		return lines
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		lines[key.Value] = key.Line
		if value.Kind != yaml.SequenceNode {
			continue
		}
		for j, item := range value.Content {
			lines[itemName(key.Value, j)] = item.Line
		}
	}
	return lines
}

func itemName(key string, index int) string { return fmt.Sprintf("%s[%d]", key, index) }

// oneOf refuses a word that is not in a list; "" is none.
func oneOf(name, value string, known []string) error {
	if value == "" || slices.Contains(known, value) {
		return nil
	}
	return fmt.Errorf("%s %q is not known; it takes %s%s", name, value, strings.Join(known, ", "), didYouMean(value, known))
}
