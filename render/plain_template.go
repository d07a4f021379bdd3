package render

import (
	"bytes"
	"fmt"
	"regexp"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

// foreignTemplate is the reason to skip what another tool fills in before Kubernetes reads it.
const foreignTemplate = "template of another tool"

var templateMarks = regexp.MustCompile(`\{\{|\{%|<%`)

// yttMark is what the lines of ytt start with, which are comments to YAML.
var yttMark = regexp.MustCompile(`(?m)^[ \t]*#@ `)

// comment is what YAML reads as a comment, or looks like one within a text.
var comment = regexp.MustCompile(`(?m)(?:^|[ \t])#.*$`)

// templateMark returns the offset of the first text of another tool's template in a document,
// -1 if there is none. What stands in comments is no template.
func templateMark(text []byte) int {
	blank := comment.ReplaceAllFunc(text, func(found []byte) []byte { return bytes.Repeat([]byte(" "), len(found)) })
	if at := templateMarks.FindIndex(blank); at != nil {
		return at[0]
	}
	return -1
}

// foreignMark returns the offset in the file of what makes a document a template of another tool,
// -1 if it is none: it cannot be read and holds template text, or a {{ name }} happens to be YAML.
func foreignMark(parsed *yamledit.File, doc *yamledit.Document) int {
	text := parsed.Src[doc.Start:doc.End]
	if doc.Err == nil && (!bytes.Contains(text, []byte("{{")) || !hasMappingKey(doc.Root)) {
		return -1
	}
	mark := templateMark(text)
	if doc.Err != nil && mark < 0 {
		if at := yttMark.FindIndex(text); at != nil {
			mark = at[0]
		}
	}
	if mark < 0 {
		return -1
	}
	return doc.Start + mark
}

// hasMappingKey says whether a mapping has a key that is a mapping, which no Kubernetes object
// holds, and {{ name }} reads as.
func hasMappingKey(node *yaml.Node) bool {
	if node == nil {
		return false
	}
	for i, child := range node.Content {
		if node.Kind == yaml.MappingNode && i%2 == 0 && child.Kind == yaml.MappingNode || hasMappingKey(child) {
			return true
		}
	}
	return false
}

// foreignNote tells of a document that was not read, in a file whose others were.
func foreignNote(parsed *yamledit.File, doc, mark int) string {
	return fmt.Sprintf("document %d of the file is a %s (line %d) and was not checked; check what that tool makes of it",
		doc+1, foreignTemplate, parsed.Position(mark, mark).Line)
}
