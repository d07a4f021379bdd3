package render

import (
	"crypto/sha256"
	"hash"
	"io"
	"slices"
	"strings"

	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
)

// treeDigest is a digest of what a tree means. Printing it would take many times as long.
func treeDigest(node *kyaml.Node) string {
	sum := sha256.New()
	addToDigest(sum, node)
	return string(sum.Sum(nil))
}

// digestTrees gives the objects that templates printed and nobody reads a digest of what they mean: it stays
// where a post-renderer writes them anew.
func digestTrees(objects []Object, detail Detail) {
	for i := range objects {
		object := &objects[i]
		if object.HasPodTemplate() || object.IsNamespace() || object.YAML == nil || object.Source.printed.template == "" {
			continue
		}
		if node, err := kyaml.Parse(string(object.Document())); err == nil {
			object.Digest = treeDigest(node.YNode())
			if !detail.keeps(object) {
				object.YAML = nil
			}
		}
	}
}

func addToDigest(sum hash.Hash, node *kyaml.Node) {
	if node == nil {
		return
	}
	if node.Kind == kyaml.AliasNode {
		node = node.Alias
	}
	// A value cannot hold these bytes, so that no two trees are written alike.
	_, _ = io.WriteString(sum, "\xff"+string(rune(node.Kind))+node.ShortTag()+"\xfe"+node.Value)
	if node.Kind == kyaml.MappingNode {
		for _, pair := range sortedPairs(node) {
			addToDigest(sum, pair[0])
			addToDigest(sum, pair[1])
		}
	} else {
		for _, below := range node.Content {
			addToDigest(sum, below)
		}
	}
	_, _ = io.WriteString(sum, "\xfd")
}

// sortedPairs are the keys and values of a mapping by key: kustomize puts annotations behind the other metadata, and
// leaves empty ones out.
func sortedPairs(mapping *kyaml.Node) [][2]*kyaml.Node {
	pairs := make([][2]*kyaml.Node, 0, len(mapping.Content)/2)
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		key, value := mapping.Content[i], mapping.Content[i+1]
		if emptied := value.ShortTag() == kyaml.NodeTagNull || value.Kind == kyaml.MappingNode && len(value.Content) == 0; emptied && (key.Value == "annotations" || key.Value == "labels") {
			continue
		}
		pairs = append(pairs, [2]*kyaml.Node{key, value})
	}
	slices.SortStableFunc(pairs, func(a, b [2]*kyaml.Node) int { return strings.Compare(a[0].Value, b[0].Value) })
	return pairs
}
