package render

import (
	"reflect"
	"slices"
	"strings"
	"text/template/parse"
)

// replaceFunctions puts another text in the place of each function that a template calls and that
// other knows one for. ok is false where there is none.
func replaceFunctions(content []byte, other func(function string) string) (changed []byte, ok bool) {
	read := ReadTemplate(content)
	source := read.Source
	tree := parse.New(treeName)
	tree.Mode = parse.SkipFuncCheck
	trees := map[string]*parse.Tree{}
	if _, err := tree.Parse(source, "", "", trees); err != nil {
		return content, false
	}
	replaced := map[int]string{} // functions by their offsets
	for _, tree := range trees {
		identifiers(reflect.ValueOf(tree.Root), func(node *parse.IdentifierNode) {
			if at := int(node.Pos); strings.HasPrefix(source[at:], node.Ident) && other(node.Ident) != "" {
				replaced[at] = node.Ident
			}
		})
	}
	places := make([]int, 0, len(replaced))
	for at := range replaced {
		places = append(places, at)
	}
	slices.Sort(places)
	for _, at := range slices.Backward(places) {
		source = source[:at] + other(replaced[at]) + source[at+len(replaced[at]):]
	}
	return append(slices.Clone(content[:read.Skipped]), source...), len(places) > 0
}

// identifiers visits the names of functions below a node of a template.
func identifiers(node reflect.Value, visit func(*parse.IdentifierNode)) {
	switch node.Kind() {
	case reflect.Interface, reflect.Pointer:
		if node.IsNil() {
			return
		}
		if identifier, ok := node.Interface().(*parse.IdentifierNode); ok {
			visit(identifier)
			return
		}
		if _, ok := node.Interface().(*parse.Tree); !ok { // which every node points back to
			identifiers(node.Elem(), visit)
		}
	case reflect.Slice:
		for i := range node.Len() {
			identifiers(node.Index(i), visit)
		}
	case reflect.Struct:
		for i := range node.NumField() {
			if node.Type().Field(i).IsExported() {
				identifiers(node.Field(i), visit)
			}
		}
	}
}
