package render

import (
	"sort"
	"strconv"
	"strings"
	"text/template/parse"
)

// Marks are numbers in white space that charts do not hold. White space, so that trim takes them
// away together with the space around them, where any other text would stop it.
const (
	markStart = '\u200A'
	markZero  = '\u2000'
)

func writeMark(b *strings.Builder, number int) {
	b.WriteRune(markStart)
	for _, digit := range strconv.Itoa(number) {
		b.WriteRune(markZero + digit - '0')
	}
}

// holdsMarks says whether a text holds what could be taken for a mark.
func holdsMarks(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return markZero <= r && r <= markStart })
}

// A sourceMark stands at the start of a text of a template, after each of its line breaks and at
// its end.
type sourceMark struct {
	unit   int
	token  int // index of the token in the unit's file whose text it marks
	offset int // in the file
	// pieceEnd is where the next mark of the same text stands, -1 for the mark at the end of the
	// text, behind which the token's action prints.
	pieceEnd int
}

// A templateUnit is what is marked together: the template of a file or a named one.
type templateUnit struct {
	file        int
	define      string // "" for the template of a file
	first, last int    // its tokens
}

// A markedFile is a file with templates that is being marked.
type markedFile struct {
	source string
	tokens []templateToken
	calls  map[int]templateCall    // by index of the token
	uses   map[string]templateUses // by the name of a template, treeName for that of the file
}

// A templateCall is an action that prints a named template as it is or indented.
type templateCall struct {
	name       string
	start, end int // the name's quoted text
}

// A templateMarker marks the templates of a chart.
type templateMarker struct {
	files []markedFile
	units []templateUnit
	marks []sourceMark
	// twins are the names that are defined, each of which gets a marked twin: what reads the
	// output of a named template as a value must not see marks.
	twins map[string]bool
}

// twinPrefix starts the names of marked twins. No chart can name a template so by accident.
const twinPrefix = "podmend's twin of "

// treeName is that of a file's own template while it is parsed: any other may be that of a named one.
const treeName = "podmend's file"

// add takes a file in and returns its index. ok is false if it is not a template.
func (m *templateMarker) add(source string) (index int, ok bool) {
	tokens, ok := templateTokens(source)
	if !ok {
		return 0, false
	}
	tree := parse.New(treeName)
	tree.Mode = parse.SkipFuncCheck
	trees := map[string]*parse.Tree{}
	if _, err := tree.Parse(source, "", "", trees); err != nil {
		return 0, false
	}
	file := markedFile{source: source, tokens: tokens, calls: map[int]templateCall{}, uses: map[string]templateUses{}}
	calls := map[int]templateCall{}
	for name, tree := range trees {
		findCalls(tree.Root, source, calls)
		var uses templateUses
		uses.list(tree.Root)
		file.uses[name] = uses
	}
	for at, call := range calls {
		i := sort.Search(len(tokens), func(i int) bool { return tokens[i].end > at })
		if tokens[i].word != "block" {
			file.calls[i] = call
		}
	}
	m.files = append(m.files, file)
	return len(m.files) - 1, true
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

// printedInclude returns the name in an action like {{ include "name" . | nindent 4 }}, nil for
// other pipelines.
func printedInclude(pipe *parse.PipeNode) *parse.StringNode {
	if len(pipe.Decl) > 0 || len(pipe.Cmds) == 0 || len(pipe.Cmds[0].Args) < 2 {
		return nil
	}
	for i, command := range pipe.Cmds {
		function, ok := command.Args[0].(*parse.IdentifierNode)
		if !ok || (i == 0) != (function.Ident == "include") || i > 0 && !keepsMarks[function.Ident] {
			return nil
		}
	}
	name, _ := pipe.Cmds[0].Args[1].(*parse.StringNode)
	return name
}

// findDefines makes a unit of each named template of a file.
func (m *templateMarker) findDefines(index int) {
	var open []int
	for i, token := range m.files[index].tokens {
		switch token.word {
		case "if", "range", "with", "define", "block":
			open = append(open, i)
		case "end":
			if len(open) == 0 {
				return
			}
			first := open[len(open)-1]
			open = open[:len(open)-1]
			if start := m.files[index].tokens[first]; start.word == "define" {
				if name, ok := m.files[index].definedName(start); ok && name != "" {
					m.units = append(m.units, templateUnit{file: index, define: name, first: first + 1, last: i})
					m.twins[name] = true
				}
			}
		}
	}
}

// definedName reads the name in {{ define "name" }}.
func (f *markedFile) definedName(token templateToken) (string, bool) {
	return quotedName(f.source[token.start:token.end])
}

// quotedName reads the first quoted name in an action.
func quotedName(action string) (string, bool) {
	quote := strings.IndexAny(action, "\"`")
	if quote < 0 {
		return "", false
	}
	prefix, err := strconv.QuotedPrefix(action[quote:])
	if err != nil {
		return "", false
	}
	name, err := strconv.Unquote(prefix)
	return name, err == nil
}

// marked returns the text of a file with marks. Where body is false, only its named templates get
// marked twins.
func (m *templateMarker) marked(index int, body bool) string {
	file := &m.files[index]
	var b strings.Builder
	if body {
		unit := len(m.units)
		m.units = append(m.units, templateUnit{file: index, last: len(file.tokens) - 1})
		m.writeBody(&b, unit)
	} else {
		b.WriteString(file.source)
	}
	for unit := range m.units {
		if m.units[unit].file == index && m.units[unit].define != "" {
			b.WriteString("{{define " + strconv.Quote(twinPrefix+m.units[unit].define) + "}}")
			m.writeBody(&b, unit)
			b.WriteString("{{end}}")
		}
	}
	return b.String()
}

// writeBody writes the texts of a unit with marks and its actions, those that print named
// templates with the names of the twins.
func (m *templateMarker) writeBody(b *strings.Builder, unit int) {
	u := m.units[unit]
	file := &m.files[u.file]
	var open []bool // of each block that is open, whether it is a named template
	named := 0      // how many named templates are open: their text is not printed here
	for i := u.first; i <= u.last; i++ {
		token := &file.tokens[i]
		if named > 0 {
			b.WriteString(file.source[token.textStart:token.textEnd])
		} else {
			m.writeText(b, unit, i)
		}
		if i == u.last && u.define != "" {
			return // the action is the end of the named template
		}
		call, isCall := file.calls[i]
		if isCall && named == 0 && m.twins[call.name] {
			b.WriteString(file.source[token.start:call.start])
			b.WriteString(strconv.Quote(twinPrefix + call.name))
			b.WriteString(file.source[call.end:token.end])
		} else {
			b.WriteString(file.source[token.start:token.end])
		}
		switch token.word {
		case "if", "range", "with", "define", "block":
			isNamed := token.word == "define" || token.word == "block"
			open = append(open, isNamed)
			if isNamed {
				named++
			}
		case "end":
			if len(open) > 0 {
				if open[len(open)-1] {
					named--
				}
				open = open[:len(open)-1]
			}
		}
	}
}

func (m *templateMarker) writeText(b *strings.Builder, unit, index int) {
	file := &m.files[m.units[unit].file]
	token := &file.tokens[index]
	for at := token.textStart; at < token.textEnd; {
		end := token.textEnd
		if line := strings.IndexByte(file.source[at:end], '\n'); line >= 0 {
			end = at + line + 1
		}
		m.write(b, sourceMark{unit: unit, token: index, offset: at, pieceEnd: end})
		b.WriteString(file.source[at:end])
		at = end
	}
	m.write(b, sourceMark{unit: unit, token: index, offset: token.textEnd, pieceEnd: -1})
}

func (m *templateMarker) write(b *strings.Builder, mark sourceMark) {
	writeMark(b, len(m.marks))
	m.marks = append(m.marks, mark)
}
