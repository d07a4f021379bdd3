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
