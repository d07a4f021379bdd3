package render

import (
	"reflect"
	"slices"
	"strings"
	"text/template/parse"
)

// laterClock stands in the place of now: another second, minute, hour, day, month and year.
const laterClock = `(now | dateModify "9601h1m1s")`

// LaterClock returns a template that prints what it would on a later day. ok is false where it does
// not ask for the time.
func LaterClock(content []byte) (later []byte, ok bool) {
	read := ReadTemplate(content)
	source := read.Source
	if !strings.Contains(source, "now") {
		return nil, false
	}
	tree := parse.New(treeName)
	tree.Mode = parse.SkipFuncCheck
	trees := map[string]*parse.Tree{}
	if _, err := tree.Parse(source, "", "", trees); err != nil {
		return nil, false
	}
	var places []int
	for _, tree := range trees {
		identifiers(reflect.ValueOf(tree.Root), func(node *parse.IdentifierNode) {
			if at := int(node.Pos); node.Ident == "now" && strings.HasPrefix(source[at:], "now") {
				places = append(places, at)
			}
		})
	}
	slices.Sort(places)
	for _, at := range slices.Backward(slices.Compact(places)) {
		source = source[:at] + laterClock + source[at+len("now"):]
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
