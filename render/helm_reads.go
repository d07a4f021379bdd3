package render

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"text/template/parse"

	"github.com/podmend/podmend/internal/late"
)

// templateUses says which named templates a template calls, and whether something reads what they
// print there: then a change of their text can change more than that text.
type templateUses struct {
	printed []string // the names that it prints
	read    []string // the names of which it reads what they print
	// printsAny and readsAny say that it does so with a name that it computes.
	printsAny, readsAny bool
	runsTexts           bool // calls tpl
	changes             bool // may change values that other templates see
}

var (
	digestFunctions = map[string]bool{"sha1sum": true, "sha256sum": true, "sha512sum": true, "adler32sum": true}
	shortens        = map[string]bool{"trunc": true, "quote": true, "squote": true}
)

func (u *templateUses) list(list *parse.ListNode) {
	if list == nil {
		return
	}
	for _, node := range list.Nodes {
		switch node := node.(type) {
		case *parse.ActionNode:
			u.pipe(node.Pipe, len(node.Pipe.Decl) == 0)
		case *parse.TemplateNode:
			u.printed = append(u.printed, node.Name)
			u.pipe(node.Pipe, false)
		case *parse.IfNode:
			u.branch(&node.BranchNode)
		case *parse.RangeNode:
			u.branch(&node.BranchNode)
		case *parse.WithNode:
			u.branch(&node.BranchNode)
		}
	}
}

func (u *templateUses) branch(node *parse.BranchNode) {
	u.pipe(node.Pipe, false)
	u.list(node.List)
	u.list(node.ElseList)
}

func (u *templateUses) pipe(pipe *parse.PipeNode, prints bool) {
	if pipe == nil {
		return
	}
	for i, command := range pipe.Cmds {
		switch functionOf(command) {
		case "set", "unset", "merge", "mergeOverwrite", "mustMerge", "mustMergeOverwrite":
			u.changes = true
		case "tpl":
			u.runsTexts = true
		case "include":
			u.include(command, prints && printsOnly(pipe.Cmds[i+1:]))
		}
		for _, arg := range command.Args {
			if chain, ok := arg.(*parse.ChainNode); ok {
				arg = chain.Node
			}
			if inner, ok := arg.(*parse.PipeNode); ok {
				u.pipe(inner, false)
			}
		}
	}
}

func (u *templateUses) include(command *parse.CommandNode, prints bool) {
	var name *parse.StringNode
	if len(command.Args) > 1 {
		name, _ = command.Args[1].(*parse.StringNode)
	}
	switch {
	case name == nil && prints:
		u.printsAny = true
	case name == nil:
		u.readsAny = true
	case prints:
		u.printed = append(u.printed, name.Text)
	default:
		u.read = append(u.read, name.Text)
	}
}

// printsOnly says whether functions print what they get, indented or as a digest.
func printsOnly(commands []*parse.CommandNode) bool {
	digest := false
	for _, command := range commands {
		switch function := functionOf(command); {
		case digestFunctions[function]:
			digest = true
		case digest && shortens[function]:
		case digest || !keepsMarks[function]:
			return false
		}
	}
	return true
}

func functionOf(command *parse.CommandNode) string {
	if function, ok := command.Args[0].(*parse.IdentifierNode); ok {
		return function.Ident
	}
	return ""
}

var (
	actionInText = late.Regexp(`\{\{[^{}]*\}\}`)
	callInAction = late.Regexp(`\b(?:include|template|block)\s*(?:"([^"]+)"|[($.` + "`" + `])`)
)

// calledIn returns the templates that a text calls if it is run; a name that it computes is AnyTemplate.
func calledIn(text string) (names []string) {
	for _, action := range actionInText().FindAllString(text, -1) {
		for _, call := range callInAction().FindAllStringSubmatch(action, -1) {
			names = append(names, cmp.Or(call[1], AnyTemplate))
		}
	}
	return names
}

// AnyTemplate stands in the place of the names of all templates.
const AnyTemplate = "*"

// readTemplates returns the named templates of which something reads what they print. texts visits what
// tpl may run.
func readTemplates(files []markedFile, texts func(visit func(text string))) []string {
	read := map[string]bool{}
	uses := map[string][]templateUses{} // by the template that uses others
	runs, any := false, false
	for i := range files {
		for name, use := range files[i].uses {
			uses[name] = append(uses[name], use)
			runs = runs || use.runsTexts
			any = any || use.readsAny
			for _, called := range use.read {
				read[called] = true
			}
		}
	}
	if runs {
		texts(func(text string) {
			for _, called := range calledIn(text) {
				read[called] = true
			}
		})
	}
	for grown := true; grown; {
		grown = false
		for name := range read {
			// The template of a file has its path for a name. Of names that nobody defines, nothing is printed.
			any = any || uses[name] == nil && (name == AnyTemplate || strings.Contains(name, "/"))
			for _, use := range uses[name] {
				any = any || use.printsAny
				for _, called := range use.printed {
					grown = grown || !read[called]
					read[called] = true
				}
			}
		}
	}
	if any {
		return []string{AnyTemplate}
	}
	return slices.Sorted(maps.Keys(read))
}
