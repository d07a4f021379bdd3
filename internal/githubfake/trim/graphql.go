package main

import (
	"bytes"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
)

// trimSchema takes away the prose, and of fields that GitHub's schema defines twice the second. Types
// stay all: what podmend may ask is the whole schema's to say.
func trimSchema(text []byte) ([]byte, error) {
	doc, err := parser.ParseSchema(&ast.Source{Name: "schema.graphql", Input: string(text)})
	if err != nil {
		return nil, err
	}
	for _, definition := range doc.Definitions {
		seen := map[string]bool{}
		definition.Fields = slices.DeleteFunc(definition.Fields, func(f *ast.FieldDefinition) bool {
			twice := seen[f.Name]
			seen[f.Name] = true
			return twice
		})
	}
	var out bytes.Buffer
	formatter.NewFormatter(&out, formatter.WithoutDescription(), formatter.WithIndent("")).FormatSchemaDocument(doc)
	return out.Bytes(), nil
}
