package render

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

// Comments and the lines of nodes do not survive a build: JSON 6902 patches send objects through
// JSON, replacements keep the line of what they replace. Keys survive. A marked twin of a source
// therefore holds beside each key others whose values are numbers of places:
//
//	hostPID: true
//	hostPID†0: 17   in a resource: the base of the field
//	hostPID†: 18    in a patch: the last that wrote it
//	hostPID†18: 18  in a patch: one of those that wrote it
//	add†L: [19, 20] beside a list of scalars: its items
const (
	markSign  = "†"
	markBase  = markSign + "0"
	markItems = markSign + "L"
)

// A marker numbers places. The numbers start at 1.
type marker struct {
	places []Place
}

func (m *marker) add(place Place) int {
	m.places = append(m.places, place)
	return len(m.places)
}

// A markedText is one YAML text that gets marks: a file, or a patch inside of a kustomization.
type markedText struct {
	marks *marker
	place Place // of the text
	patch bool
}

func (t *markedText) number(path yamledit.Path) int {
	place := t.place
	place.Path = path
	return t.marks.add(place)
}

// object marks what stands at a node: an object, or the objects of a List.
func (t *markedText) object(node *kyaml.Node, path yamledit.Path) {
	items := child(node, "items")
	if kind := child(node, "kind"); items != nil && kind != nil && strings.HasSuffix(kind.Value, "List") && items.Kind == kyaml.SequenceNode {
		for i, item := range items.Content {
			t.object(item, path.Join("items", i))
		}
		return
	}
	if node.Kind != kyaml.MappingNode || !t.marked(node) {
		return
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		switch key := node.Content[i].Value; key {
		case "apiVersion", "kind", "metadata", "status":
		default:
			t.below(node.Content[i+1], path.Join(key))
		}
	}
}

// marked says whether an object gets marks. Hashes are made of ConfigMaps and Secrets.
func (t *markedText) marked(node *kyaml.Node) bool {
	header, _ := headerOf(node)
	if t.patch {
		return header.Kind != "ConfigMap" && header.Kind != "Secret" && header.Kind != "CustomResourceDefinition"
	}
	header.YAML = containersWord
	return header.HasPodTemplate() || header.isGitOps()
}

// below marks what is inside of a node.
func (t *markedText) below(node *kyaml.Node, path yamledit.Path) {
	switch node.Kind {
	case kyaml.MappingNode:
		t.mapping(node, path)
	case kyaml.SequenceNode:
		for i, item := range node.Content {
			t.below(item, path.Join(i))
		}
	}
}

func (t *markedText) mapping(node *kyaml.Node, path yamledit.Path) {
	if directive := child(node, "$patch"); directive != nil && directive.Value == "delete" {
		return
	}
	content := make([]*kyaml.Node, 0, 3*len(node.Content))
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		content = append(content, key, value)
		if !markable(key) {
			continue
		}
		at := path.Join(key.Value)
		content = append(content, t.beside(key.Value, value, at)...)
		if !unmarkedBelow(path, key.Value) {
			t.below(value, at)
		}
	}
	node.Content = content
}

// beside returns the entries that are put beside one of a mapping.
func (t *markedText) beside(key string, value *kyaml.Node, at yamledit.Path) []*kyaml.Node {
	if t.patch && value.Kind == kyaml.ScalarNode && value.Tag == kyaml.NodeTagNull {
		// The patch takes the entry away, and an emptied mapping with it.
		return []*kyaml.Node{text(key + markSign), value, text(key + markBase), value, text(key + markItems), value}
	}
	number := t.number(at)
	entries := []*kyaml.Node{text(key + markBase), integer(number)}
	if t.patch {
		entries = []*kyaml.Node{text(key + markSign), integer(number), text(key + markSign + strconv.Itoa(number)), integer(number)}
	}
	if numbers := t.items(value, at); numbers != nil {
		entries = append(entries, text(key+markItems), numbers)
	}
	return entries
}

// items returns the numbers of the items of a list of scalars, nil if it is none.
func (t *markedText) items(list *kyaml.Node, at yamledit.Path) *kyaml.Node {
	scalars := list.Kind == kyaml.SequenceNode && len(list.Content) > 0 &&
		!slices.ContainsFunc(list.Content, func(item *kyaml.Node) bool { return item.Kind != kyaml.ScalarNode })
	if !scalars {
		return nil
	}
	numbers := &kyaml.Node{Kind: kyaml.SequenceNode, Tag: kyaml.NodeTagSeq, Style: kyaml.FlowStyle}
	for i := range list.Content {
		numbers.Content = append(numbers.Content, integer(t.number(at.Join(i))))
	}
	return numbers
}

func markable(key *kyaml.Node) bool {
	return key.Kind == kyaml.ScalarNode && key.Tag == kyaml.NodeTagString && key.Value != "" && !strings.HasPrefix(key.Value, "$") &&
		!strings.Contains(key.Value, markSign)
}

// unmarkedBelow says whether what is below a key stays as it is: selectors are compared with the
// labels of templates, and transformers add to both.
func unmarkedBelow(path yamledit.Path, key string) bool {
	inMetadata := len(path) > 0 && path[len(path)-1].Key == "metadata"
	return key == "selector" || key == "matchLabels" || key == "labels" && inMetadata
}

func text(value string) *kyaml.Node {
	return &kyaml.Node{Kind: kyaml.ScalarNode, Tag: kyaml.NodeTagString, Value: value}
}

func integer(value int) *kyaml.Node {
	return &kyaml.Node{Kind: kyaml.ScalarNode, Tag: kyaml.NodeTagInt, Value: strconv.Itoa(value)}
}

// settleText takes comments away and writes what the printer would fold in quotes.
func settleText(node *kyaml.Node) {
	node.HeadComment, node.LineComment, node.FootComment = "", "", ""
	if node.Kind == kyaml.ScalarNode && (strings.Contains(node.Value, "\n") || node.Style&(kyaml.LiteralStyle|kyaml.FoldedStyle) != 0) {
		node.Style = kyaml.DoubleQuotedStyle
	}
	for _, below := range node.Content {
		settleText(below)
	}
}

// printed is a node as the text of a document.
func printed(node *kyaml.Node) ([]byte, error) {
	settleText(node)
	var out bytes.Buffer
	encoder := kyaml.NewEncoder(&out)
	if err := encoder.Encode(node); err != nil {
		return nil, err
	}
	return out.Bytes(), encoder.Close()
}
