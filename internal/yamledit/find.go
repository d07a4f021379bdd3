package yamledit

import "sigs.k8s.io/kustomize/kyaml/yaml"

// A Found is a node and where it stands.
type Found struct {
	// Path is the node's.
	Path Path
	// Key is where the key of a mapping entry stands; for a list item and the root it
	// is the same as Value.
	Key Position
	// Value is where the value stands, its anchor and tag included. An empty value is
	// an empty range behind its colon, an alias is the "*name".
	Value Position
	// Node is the value; an alias is resolved.
	Node *yaml.Node
	// Shared says that the path went through an alias or a merge key, so that the value
	// may stand elsewhere and other paths may lead to it.
	Shared bool
	// Text is the value as the source has it.
	Text string
}

// Find looks for the node at a path, as Kubernetes reads the document: of keys that
// stand there twice, the last counts.
func (f *File) Find(doc int, p Path) (Found, bool) {
	found, ok := f.Nearest(doc, p)
	if !ok || len(found.Path) < len(p) {
		return Found{}, false
	}
	return found, true
}

// Nearest finds the node at the path or, if that is missing, the deepest of its
// ancestors; Found.Path says which. It says false if the document has no root.
func (f *File) Nearest(doc int, p Path) (Found, bool) {
	if doc < 0 || doc >= len(f.Docs) || f.Docs[doc].Root == nil {
		return Found{}, false
	}
	d := &f.Docs[doc]
	l := f.layoutOf(d)
	if l.err != nil {
		return Found{}, false
	}
	at := hit{value: d.Root}
	shared, steps := false, 0
	for ; steps < len(p); steps++ {
		next, ok := child(resolve(at.value), p[steps])
		if !ok {
			break
		}
		shared = shared || next.merged || at.value.Kind == yaml.AliasNode
		at = next
	}
	value := l.spans[at.value]
	found := Found{
		Path:   p[:steps:steps],
		Value:  f.Position(value.start, value.end),
		Node:   resolve(at.value),
		Shared: shared || at.value.Kind == yaml.AliasNode,
		Text:   string(f.Src[value.start:value.end]),
	}
	found.Key = found.Value
	if at.key != nil {
		key := l.spans[at.key]
		found.Key = f.Position(key.start, key.end)
	}
	return found, true
}

// resolve follows an alias to the node with the anchor.
func resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// A hit is a child of a collection.
type hit struct {
	in         *yaml.Node // the collection that it stands in
	index      int        // among that collection's items
	key, value *yaml.Node
	merged     bool // it came by a merge key
}

// child finds the child that a step leads to.
func child(n *yaml.Node, s Step) (hit, bool) {
	switch {
	case s.List && n.Kind == yaml.SequenceNode:
		if s.Index < 0 || s.Index >= len(n.Content) {
			return hit{}, false
		}
		return hit{in: n, index: s.Index, value: n.Content[s.Index]}, true
	case !s.List && n.Kind == yaml.MappingNode:
		return entry(n, s.Key, nil)
	}
	return hit{}, false
}

// entry finds a key of a mapping. sigs.k8s.io/yaml reads entries and merge keys in
// their order, and the last one wins. What earlier mappings gave is kept in known, as
// mappings can merge themselves, or each other in great numbers.
func entry(n *yaml.Node, key string, known map[*yaml.Node]hit) (hit, bool) {
	if found, seen := known[n]; seen {
		return found, found.in != nil
	}
	var found hit
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if !isMergeKey(k) {
			if text, readable := keyText(k); readable && text == key {
				found = hit{in: n, index: i / 2, key: k, value: v}
			}
			continue
		}
		if known == nil {
			known = map[*yaml.Node]hit{}
		}
		known[n] = hit{}
		for _, source := range mergeSources(v) {
			if len(known) > maxMerges {
				break
			}
			if h, merges := entry(source, key, known); merges {
				h.merged = true
				found = h
				break
			}
		}
	}
	if known != nil {
		known[n] = found
	}
	return found, found.in != nil
}

// maxMerges bounds how many mappings a chain of merge keys leads through.
const maxMerges = 10_000

// mergeSources are the mappings that a merge key's value names, the strongest first.
func mergeSources(v *yaml.Node) []*yaml.Node {
	v = resolve(v)
	switch v.Kind {
	case yaml.MappingNode:
		return []*yaml.Node{v}
	case yaml.SequenceNode:
		var sources []*yaml.Node
		for _, n := range v.Content {
			if n = resolve(n); n.Kind == yaml.MappingNode {
				sources = append(sources, n)
			}
		}
		return sources
	}
	return nil
}
