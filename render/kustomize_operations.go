package render

import (
	"strconv"
	"strings"

	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

// operations marks a JSON 6902 patch. Each operation that writes a value gets more behind it that
// write the marks beside; what is copied or moved keeps the marks inside of it. Tests are left out: they passed in the plain build, and would see marks.
// https://datatracker.ietf.org/doc/html/rfc6902
func (t *twins) operations(list *kyaml.Node, place Place) {
	text := &markedText{marks: &t.marks, place: place, patch: true}
	list.Style = 0
	var marked []*kyaml.Node
	for i, op := range list.Content {
		name, pointer, value := child(op, "op"), child(op, "path"), child(op, "value")
		if op.Kind != kyaml.MappingNode || name == nil || pointer == nil || hashedPointer(pointer.Value) {
			marked = append(marked, op)
			continue
		}
		switch name.Value {
		case "test":
			continue
		case "add", "replace":
			marked = append(marked, op)
			if value != nil {
				marked = append(marked, t.written(text, pointer.Value, name.Value, value, yamledit.NewPath(i, "value"))...)
			}
		case "remove":
			marked = append(marked, op)
			if parent, last, ok := t.scalarItem(pointer.Value); ok && listOfScalars[lastToken(parent)] {
				marked = append(marked, operation("remove", parent+markItems+"/"+last, nil))
			}
		case "copy", "move":
			marked = append(marked, op)
			if !isIndex(lastToken(pointer.Value)) {
				marked = append(marked, operation("add", pointer.Value+markSign, integer(text.number(yamledit.NewPath(i)))))
			}
		default:
			marked = append(marked, op)
		}
	}
	list.Content = marked
}

// hashedPointer says whether an operation writes what identifies an object.
func hashedPointer(pointer string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(pointer, "/"), "/")
	switch first {
	case "metadata", "apiVersion", "kind", "data", "stringData", "binaryData", "":
		return true
	}
	return strings.Contains(pointer, "/selector/") || strings.Contains(pointer, "/labels/") || strings.HasSuffix(pointer, "/selector")
}

// written returns the operations that mark what another operation wrote.
func (t *twins) written(text *markedText, pointer, op string, value *kyaml.Node, at yamledit.Path) []*kyaml.Node {
	parent, last := pointer[:strings.LastIndex(pointer, "/")], lastToken(pointer)
	var items *kyaml.Node
	if value.Kind == kyaml.SequenceNode {
		items = text.items(value, at)
	}
	text.below(value, at)
	if isIndex(last) {
		if value.Kind == kyaml.ScalarNode && t.listItems {
			return []*kyaml.Node{operation(op, parent+markItems+"/"+last, integer(text.number(at)))}
		}
		return nil
	}
	number := text.number(at)
	more := []*kyaml.Node{
		operation("add", pointer+markSign, integer(number)),
		operation("add", pointer+markSign+strconv.Itoa(number), integer(number)),
	}
	if items != nil {
		more = append(more, operation("add", pointer+markItems, items))
	}
	return more
}

// scalarItem takes a pointer to a list's item apart.
func (t *twins) scalarItem(pointer string) (parent, last string, ok bool) {
	at := strings.LastIndex(pointer, "/")
	if at < 0 || !t.listItems || !isIndex(pointer[at+1:]) {
		return "", "", false
	}
	return pointer[:at], pointer[at+1:], true
}

// listOfScalars are the lists of scalars in a pod.
var listOfScalars = map[string]bool{"add": true, "drop": true, "args": true, "command": true, "nameservers": true, "searches": true, "hostnames": true, "accessModes": true}

func lastToken(pointer string) string { return pointer[strings.LastIndex(pointer, "/")+1:] }

func isIndex(token string) bool {
	_, err := strconv.Atoi(token)
	return err == nil || token == "-"
}

func operation(op, pointer string, value *kyaml.Node) *kyaml.Node {
	entries := []*kyaml.Node{text("op"), text(op), text("path"), text(pointer)}
	if value != nil {
		entries = append(entries, text("value"), value)
	}
	return &kyaml.Node{Kind: kyaml.MappingNode, Tag: kyaml.NodeTagMap, Content: entries}
}
