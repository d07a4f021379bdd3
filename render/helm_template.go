package render

import (
	"bytes"
	"regexp"
	"slices"

	"github.com/podmend/podmend/internal/yamledit"
)

// A Template is a file with templates, read once.
type Template struct {
	// Source is the template, and Skipped how many bytes of the file stand before it: Helm takes off a
	// byte order mark. All offsets in templates count from there.
	Source  string
	Skipped int

	file   *yamledit.File
	tokens []templateToken // nil if it is no template
}

// ReadTemplate reads the content of a file.
func ReadTemplate(content []byte) *Template {
	trimmed := bytes.TrimPrefix(content, helmBOM)
	t := &Template{Source: string(trimmed), Skipped: len(content) - len(trimmed), file: yamledit.Text(content)}
	t.tokens, _ = templateTokens(t.Source)
	return t
}

// Position returns the lines and columns of a range of the template.
func (t *Template) Position(start, end int) yamledit.Position {
	return t.file.Position(start+t.Skipped, end+t.Skipped)
}

// Line returns the line of an offset, from 1.
func (t *Template) Line(offset int) int { return t.Position(offset, offset).Line }

// A templateBlock is a block that is open at some offset.
type templateBlock struct {
	word, action string // the action that opens it
	other        bool   // the offset is in another branch of it
}

// around returns the blocks that are open at an offset, the innermost last.
func (t *Template) around(at int) []templateBlock {
	var open []templateBlock
	for _, token := range t.tokens {
		if token.start > at {
			break
		}
		switch token.word {
		case "if", "with", "range", "define", "block":
			open = append(open, templateBlock{word: token.word, action: t.Source[token.start:token.end]})
		case "else":
			if len(open) > 0 {
				open[len(open)-1].other = true
			}
		case "end":
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
		}
	}
	return open
}

// actionAt returns the action that starts at an offset, "" if there is none.
func (t *Template) actionAt(at int) string {
	for _, token := range t.tokens {
		if token.start == at {
			return t.Source[token.start:token.end]
		}
	}
	return ""
}

// DefinedAround returns the name of the named template around an offset, "" in the template of the file.
// Of blocks in others it is the innermost. ok is false where the name cannot be read.
func (t *Template) DefinedAround(at int) (name string, ok bool) {
	for _, block := range slices.Backward(t.around(at)) {
		if block.word == "define" || block.word == "block" {
			name, ok = quotedName(block.action)
			return name, ok
		}
	}
	return "", true
}

// branchEnds says whether the branch of a block around an offset ends without another block after it.
func (t *Template) branchEnds(at int) bool {
	next := t.wordAfter(at)
	return next == "else" || next == "end"
}

// wordAfter is the word of the first action after an offset that begins, divides or ends a block, "" if there is none.
func (t *Template) wordAfter(at int) string {
	for _, token := range t.tokens {
		switch token.word {
		case "if", "with", "range", "define", "block", "else", "end":
			if token.start > at {
				return token.word
			}
		}
	}
	return ""
}

// WholeActions says whether a range of a template cuts no action in two and holds each block that
// it touches from its opening to its end.
func (t *Template) WholeActions(start, end int) bool {
	depth := 0
	for _, token := range t.tokens {
		if token.end <= start || token.start >= end || token.start == token.end {
			continue
		}
		if token.start < start || token.end > end {
			return false
		}
		switch token.word {
		case "if", "with", "range", "define", "block":
			depth++
		case "end":
			depth--
		case "else", "break", "continue":
			if depth == 0 {
				return false
			}
		}
		if depth < 0 {
			return false
		}
	}
	return depth == 0 && t.tokens != nil
}

// A TemplatePart is a text or an action of a template; Word is an action's keyword, such as if.
type TemplatePart struct {
	Start, End int
	Action     bool
	Word       string
	// Prints says that the action is a pipeline or includes a named template.
	Prints bool
}

// Parts splits a template. Texts are as they are printed: without the white space that actions trim.
func (t *Template) Parts() []TemplatePart {
	var parts []TemplatePart
	for _, token := range t.tokens {
		if token.textStart < token.textEnd {
			parts = append(parts, TemplatePart{Start: token.textStart, End: token.textEnd})
		}
		if token.start < token.end {
			assigns := assignment.MatchString(t.Source[token.start:token.end])
			parts = append(parts, TemplatePart{
				Start: token.start, End: token.end, Action: true, Word: token.word,
				Prints: token.word == "template" || token.word == "" && !token.comment && !assigns,
			})
		}
	}
	return parts
}

var assignment = regexp.MustCompile(`^\{\{-?\s*\$\w*\s*:?=[^=]`)
