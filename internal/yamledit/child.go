package yamledit

import "sigs.k8s.io/kustomize/kyaml/yaml"

// Child returns the node that a step leads to from n, as Find would: aliases are resolved and
// merge keys followed. It returns nil where there is none; n may be nil.
func Child(n *yaml.Node, s Step) *yaml.Node {
	if n == nil {
		return nil
	}
	found, ok := child(resolve(n), s)
	if !ok {
		return nil
	}
	return resolve(found.value)
}

// Entry is the range that shows a person the node: its key and, if it ends on the same line, its
// value; of a list item or root that holds a mapping, the first key.
func (f *File) Entry(found Found) Position {
	shown := found.Key
	if found.Key == found.Value && found.Node.Kind == yaml.MappingNode && len(found.Node.Content) > 0 {
		if key, ok := f.keyPosition(found); ok {
			return key
		}
	}
	if found.Value.EndLine == shown.Line {
		return f.Position(shown.Offset, found.Value.End)
	}
	if shown.EndLine != shown.Line {
		return f.Position(shown.Offset, shown.Offset)
	}
	return shown
}

func (f *File) keyPosition(found Found) (Position, bool) {
	for i := range f.Docs {
		if found.Value.Offset < f.Docs[i].Start || found.Value.Offset >= f.Docs[i].End {
			continue
		}
		span, ok := f.layoutOf(&f.Docs[i]).spans[found.Node.Content[0]]
		return f.Position(span.start, span.end), ok
	}
	return Position{}, false
}

// Home returns the path by which the text of a node is reached without any alias or merge key:
// p itself, or where the anchor stands that p goes through. It returns p if there is none.
func (f *File) Home(doc int, p Path) Path {
	found, ok := f.Find(doc, p)
	if !ok || !found.Shared {
		return p
	}
	root := f.Docs[doc].Root
	value := hit{value: root}
	for _, step := range p {
		value, _ = child(resolve(value.value), step)
	}
	if home, ok := pathTo(root, value.value, nil); ok {
		return home
	}
	return p
}

// Anchored returns the path of the node that the value at p is: where an alias stands, that of its anchor.
func (f *File) Anchored(doc int, p Path) Path {
	found, ok := f.Find(doc, p)
	if !ok || !found.Shared {
		return p
	}
	if home, ok := pathTo(f.Docs[doc].Root, found.Node, nil); ok {
		return home
	}
	return p
}

// pathTo looks for a node below n without following aliases.
func pathTo(n, wanted *yaml.Node, at Path) (Path, bool) {
	if n == wanted {
		return at, true
	}
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if path, ok := pathTo(n.Content[i+1], wanted, at.Join(n.Content[i].Value)); ok {
				return path, true
			}
		}
	case yaml.SequenceNode:
		for i, item := range n.Content {
			if path, ok := pathTo(item, wanted, at.Join(i)); ok {
				return path, true
			}
		}
	}
	return nil, false
}
