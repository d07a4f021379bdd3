package cli

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
	"github.com/podmend/podmend/report"
)

// printOrigins writes an object's lines, each behind the source of the first field that it shows:
//
//	base/web.yaml:9  manifest | hostPID: true
//
// A line whose place is not certain has the file alone. Comments before the object tell through
// what each source came into it.
func printOrigins(out *bytes.Buffer, locator *render.Locator, object *render.Object, body []byte) {
	fields := fieldsOfLines(body)
	lines := strings.Split(strings.TrimRight(string(body), "\n"), "\n")
	places := make([]string, len(lines))
	width := 0
	told := map[string]bool{}
	for i := range lines {
		path, ok := fields[i+1]
		if !ok {
			continue
		}
		origin := locator.Origin(object, path)
		places[i] = placeOfOrigin(&origin)
		width = max(width, utf8.RuneCountInString(places[i]))
		if chain := chainText(&origin); chain != "" && !told[origin.File] {
			told[origin.File] = true
			fmt.Fprintf(out, "# %s: through %s\n", report.Inert(origin.File, 0), chain)
		}
	}
	for i, line := range lines {
		padding := strings.Repeat(" ", width-utf8.RuneCountInString(places[i]))
		out.WriteString(strings.TrimRight(places[i]+padding+" | "+line, " ") + "\n")
	}
}

func placeOfOrigin(origin *render.Origin) string {
	if at := origin.Archived; at.File != "" {
		return fmt.Sprintf("%s (%s:%d)  %s", report.Inert(origin.File, 0), report.Inert(at.File, 0), at.Line, origin.Via)
	}
	if !origin.Exact {
		return fmt.Sprintf("%s  %s", report.Inert(origin.File, 0), origin.Via)
	}
	return fmt.Sprintf("%s:%d  %s", report.Inert(origin.File, 0), origin.Line, origin.Via)
}

func chainText(origin *render.Origin) string {
	var links []string
	for _, link := range origin.Chain {
		links = append(links, fmt.Sprintf("%s:%d", report.Inert(link.File, 0), link.Line))
	}
	return strings.Join(links, ", ")
}

// fieldsOfLines returns the first field that starts on each line of an object.
func fieldsOfLines(body []byte) map[int]yamledit.Path {
	parsed := yamledit.Parse(body)
	fields := map[int]yamledit.Path{}
	doc := parsed.FirstDoc()
	var visit func(node *yaml.Node, path yamledit.Path)
	add := func(line int, path yamledit.Path) {
		if _, known := fields[line]; !known {
			fields[line] = path
		}
	}
	visit = func(node *yaml.Node, path yamledit.Path) {
		switch node.Kind {
		case yaml.MappingNode:
			for i := 0; i+1 < len(node.Content); i += 2 {
				at := path.Join(node.Content[i].Value)
				add(node.Content[i].Line, at)
				visit(node.Content[i+1], at)
			}
		case yaml.SequenceNode:
			for i, item := range node.Content {
				visit(item, path.Join(i))
			}
		case yaml.ScalarNode:
			add(node.Line, path)
		}
	}
	if len(parsed.Docs) > 0 && parsed.Docs[doc].Root != nil {
		visit(parsed.Docs[doc].Root, nil)
	}
	return fields
}
