package ghtext

import (
	"regexp"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"github.com/podmend/podmend/internal/ghtext/hostile"
	"github.com/podmend/podmend/report"
)

// onlyText asks that Markdown makes nothing of a line but text and code, and returns the text outside
// of code.
func onlyText(t *testing.T, line string) (outside, all string) {
	t.Helper()
	source := []byte("Here: " + line + ".\n\n<details><summary>x</summary>\n\n- item " + line + "\n\n</details>\n")
	var out, in strings.Builder
	root := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(source))
	items := 0
	err := ast.Walk(root, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := node.(type) {
		case *ast.Document, *ast.List, *ast.CodeSpan:
		case *ast.Paragraph, *ast.TextBlock:
			out.WriteString("\n")
		case *ast.ListItem:
			items++
		case *ast.HTMLBlock:
			if first := string(n.Lines().Value(source)); first != "<details><summary>x</summary>\n" && first != "</details>\n" {
				t.Errorf("%q makes HTML: %q", line, first)
			}
		case *ast.Text:
			value := string(n.Value(source))
			in.WriteString(value)
			if _, code := n.Parent().(*ast.CodeSpan); !code {
				out.WriteString(value)
			}
		default:
			t.Errorf("%q makes a %s", line, node.Kind())
		}
		return ast.WalkContinue, nil
	})
	if err != nil || items != 1 {
		t.Errorf("%q makes %d items, %v", line, items, err)
	}
	return out.String(), in.String()
}

// acts is what GitHub makes more of than Markdown does.
var acts = regexp.MustCompile(`(?i)@[a-z0-9]|#[0-9]|\bgh-[0-9]|https?://[a-z]|\bwww\.[a-z]`)

func TestNothingActs(t *testing.T) {
	for _, word := range hostile.Texts {
		checkInert(t, word)
	}
}

func checkInert(t *testing.T, word string) {
	t.Helper()
	if out, all := onlyText(t, Code(word)); acts.MatchString(out) || !strings.Contains(all, strings.TrimSpace(report.Inert(word, MaxName))) {
		t.Errorf("code of %q: %q outside of code, of %q", word, out, all)
	}
	out, _ := onlyText(t, Prose(word))
	if plain := strings.NewReplacer("&#8203;", "\u200b", "&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(out); acts.MatchString(plain) {
		t.Errorf("prose of %q acts: %q", word, plain)
	}
}

func FuzzMarkdown(f *testing.F) {
	for _, word := range hostile.Texts {
		f.Add(word)
	}
	f.Fuzz(checkInert)
}
