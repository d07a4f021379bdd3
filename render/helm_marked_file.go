package render

import (
	"slices"
	"sort"
	"strings"
	"text/template/parse"
)

// A markedFile is a file with templates that is being marked.
type markedFile struct {
	source string
	tokens []templateToken
	calls  map[int]templateCall    // by index of the token
	uses   map[string]templateUses // by the name of a template, treeName for that of the file
	// namesFiles says that it may print the template of a file, by its name.
	namesFiles bool
}

// A templateCall is an action that prints a named template as it is or indented.
type templateCall struct {
	name       string
	start, end int // the name's quoted text
}

// treeName stands for a file's own template: any other may be that of a named one.
const treeName = "podmend's file"

// readToMark holds 8 MiB of templates, which nobody changes: a chart is traced with each set of its values.
var readToMark = contentCache[*markedFile]{most: 8 << 20}

// readMarkedFile returns nil for a file that is not a template. It parses it as the engine will.
func readMarkedFile(engineName, source string) *markedFile {
	tokens, ok := templateTokens(source)
	if !ok {
		return nil
	}
	trees := parsedOf(engineName, source)
	if trees == nil {
		return nil
	}
	file := &markedFile{
		source: source, tokens: tokens, calls: map[int]templateCall{}, uses: map[string]templateUses{},
		namesFiles: strings.Contains(source, "BasePath") || strings.Contains(source, "templates/"),
	}
	calls := map[int]templateCall{}
	for name, tree := range trees {
		findCalls(tree.Root, source, calls)
		var uses templateUses
		uses.list(tree.Root)
		if name == engineName {
			name = treeName
		}
		file.uses[name] = uses
	}
	for at, call := range calls {
		i := sort.Search(len(tokens), func(i int) bool { return tokens[i].end > at })
		file.calls[i] = call
	}
	return file
}

// findCalls collects the calls of named templates, by the offset of the name.
func findCalls(list *parse.ListNode, source string, calls map[int]templateCall) {
	if list == nil {
		return
	}
	for _, node := range list.Nodes {
		switch node := node.(type) {
		case *parse.ActionNode:
			if name := printedInclude(node.Pipe); name != nil {
				at := int(name.Pos)
				calls[at] = templateCall{name.Text, at, at + len(name.Quoted)}
			}
		case *parse.TemplateNode:
			quoted := strings.IndexAny(source[node.Pos:], "\"`")
			if quoted >= 0 {
				start := int(node.Pos) + quoted
				end := start + 1
				for end < len(source) && source[end] != source[start] {
					if source[end] == '\\' && source[start] == '"' {
						end++
					}
					end++
				}
				calls[start] = templateCall{node.Name, start, min(end+1, len(source))}
			}
		case *parse.IfNode:
			findCalls(node.List, source, calls)
			findCalls(node.ElseList, source, calls)
		case *parse.RangeNode:
			findCalls(node.List, source, calls)
			findCalls(node.ElseList, source, calls)
		case *parse.WithNode:
			findCalls(node.List, source, calls)
			findCalls(node.ElseList, source, calls)
		}
	}
}

// keepsMarks are the functions that change nothing but white space.
var keepsMarks = map[string]bool{"indent": true, "nindent": true, "trim": true}

// printedInclude returns the name in an action like {{ include "name" . | nindent 4 }} or {{ tuple $ . | include "name" }},
// nil for other pipelines.
func printedInclude(pipe *parse.PipeNode) *parse.StringNode {
	if len(pipe.Decl) > 0 {
		return nil
	}
	for i, command := range slices.Backward(pipe.Cmds) {
		if function := functionOf(command); i > 0 && keepsMarks[function] {
			continue
		} else if function != "include" || len(command.Args) < 2 {
			return nil
		}
		name, _ := command.Args[1].(*parse.StringNode)
		return name
	}
	return nil
}
