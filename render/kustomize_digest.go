package render

import (
	"crypto/sha256"
	"hash"
	"io"

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
		if node, err := kyaml.Parse(string(documentOf(object.YAML))); err == nil {
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
	for _, below := range node.Content {
		addToDigest(sum, below)
	}
	_, _ = io.WriteString(sum, "\xfd")
}
