package render

import (
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

// walk follows a path from a node, nil where it ends.
func walk(node *yaml.Node, path yamledit.Path) *yaml.Node {
	for _, step := range path {
		node = yamledit.Child(node, step)
	}
	return node
}

func child(node *yaml.Node, key string) *yaml.Node {
	return yamledit.Child(node, yamledit.Step{Key: key})
}

func item(node *yaml.Node, index int) *yaml.Node {
	return yamledit.Child(node, yamledit.Step{Index: index, List: true})
}

func resolveAlias(node *yaml.Node) *yaml.Node {
	if node != nil && node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

// identities are the keys by which Kubernetes merges the lists of a pod, most telling first.
// https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
var identities = [][]string{{"name"}, {"mountPath"}, {"devicePath"}, {"containerPort", "protocol"}, {"hostPort", "protocol"}, {"key", "operator"}}

// identity tells a list item from its siblings, "" where nothing does.
func identity(node *yaml.Node) string {
	node = resolveAlias(node)
	switch node.Kind {
	case yaml.ScalarNode:
		return node.Value
	case yaml.MappingNode:
		for _, keys := range identities {
			first := child(node, keys[0])
			if first == nil {
				continue
			}
			parts := []string{first.Value}
			for _, key := range keys[1:] {
				if value := child(node, key); value != nil {
					parts = append(parts, value.Value)
				}
			}
			return strings.Join(parts, "/")
		}
	}
	return ""
}

// matchingItem returns the index in list to of the item that stands at index of list from, -1
// where it cannot be told.
func matchingItem(from, to *yaml.Node, index int) int {
	wanted := item(from, index)
	if wanted == nil || to.Kind != yaml.SequenceNode {
		return -1
	}
	name := identity(wanted)
	if same := item(to, index); same != nil && identity(same) == name && len(from.Content) == len(to.Content) {
		return index
	}
	if name == "" {
		return -1
	}
	found := -1
	for i, candidate := range to.Content {
		if identity(candidate) != name {
			continue
		}
		if found >= 0 {
			return -1
		}
		found = i
	}
	return found
}

// sameValue compares what stands at two nodes, regardless of style and of the order of keys.
func sameValue(a, b *yaml.Node) bool {
	a, b = resolveAlias(a), resolveAlias(b)
	if a == nil || b == nil {
		return a == b
	}
	if a.Kind != b.Kind {
		return false
	}
	switch a.Kind {
	case yaml.ScalarNode:
		return a.Value == b.Value || sameNumber(a, b)
	case yaml.SequenceNode:
		if len(a.Content) != len(b.Content) {
			return false
		}
		for i := range a.Content {
			if !sameValue(a.Content[i], b.Content[i]) {
				return false
			}
		}
		return true
	case yaml.MappingNode:
		if len(a.Content) != len(b.Content) {
			return false
		}
		for i := 0; i+1 < len(a.Content); i += 2 {
			if !sameValue(a.Content[i+1], child(b, a.Content[i].Value)) {
				return false
			}
		}
		return true
	}
	return false
}

// sameNumber says whether two scalars are one whole number, which YAML writes in several ways.
func sameNumber(a, b *yaml.Node) bool {
	if a.Tag != yaml.NodeTagInt || b.Tag != yaml.NodeTagInt {
		return false
	}
	one, err := strconv.ParseInt(a.Value, 0, 64)
	other, failed := strconv.ParseInt(b.Value, 0, 64)
	return err == nil && failed == nil && one == other
}
