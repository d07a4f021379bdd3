package review

import (
	"regexp"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"github.com/podmend/podmend/internal/ghtext"
	"github.com/podmend/podmend/internal/githubfake"
	"github.com/podmend/podmend/report"
)

// hostileTexts are what names of files, objects and reasons may hold.
var hostileTexts = []string{
	"plain", "", " ", "`", "``", "a`b", "`` ` ``", "\\", "\\`", "*a*", "_a_", "__init__", "~~a~~", "[x](https://evil.example)", "![x](y)", "[x]: y",
	"<img src=x onerror=y>", "</details>", "<!-- podmend:v1", "-->", "&lt;", "&#64;octocat", "@octocat", "a @octo/team", "#1", "octo/shop#1", "GH-1", "gh-1",
	"octo/shop@0123456789012345678901234567890123456789", "https://evil.example", "www.evil.example", "HTTP://evil.example", "a@evil.example", "mailto:a@evil.example",
	"a | b", "$x$", "$$x$$", ":+1:", "# head", "- item", "1. item", "> quote", "```\ncode", "a\nb", "a\r\n\r\n# b", "a\tb", "\u202eabc", "\u200b", "::error::x", "##[error]x",
	"---", "===", "***", "a\x00b", "a\xffb", "^[1]", "[^1]", "{{ x }}", "%0A", "日本語",
}

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
	for _, hostile := range hostileTexts {
		checkInert(t, hostile)
	}
}

func checkInert(t *testing.T, hostile string) {
	t.Helper()
	if out, all := onlyText(t, ghtext.Code(hostile)); acts.MatchString(out) || !strings.Contains(all, strings.TrimSpace(report.Inert(hostile, ghtext.MaxName))) {
		t.Errorf("code of %q: %q outside of code, of %q", hostile, out, all)
	}
	out, _ := onlyText(t, ghtext.Prose(hostile))
	if plain := strings.NewReplacer("&#8203;", "\u200b", "&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(out); acts.MatchString(plain) {
		t.Errorf("prose of %q acts: %q", hostile, plain)
	}
}

func FuzzMarkdown(f *testing.F) {
	for _, hostile := range hostileTexts {
		f.Add(hostile)
	}
	f.Fuzz(checkInert)
}

// A comment about hostile names is still one comment, whose parts are podmend's.
func TestHostileNames(t *testing.T) {
	for _, hostile := range hostileTexts {
		f := report.Finding{
			ID: "privileged-1", Control: "privileged", Severity: hostile, Scope: report.ScopeNew, Status: report.StatusOpen, Message: hostile,
			Origin:   report.Origin{File: hostile, Line: 3},
			HostNeed: report.HostNeed{Likely: true, Evidence: []string{hostile}},
			Refusal:  &report.Refusal{Message: hostile},
			Occurrences: []report.Occurrence{{
				Target: hostile, Container: hostile, Object: report.Object{Kind: hostile, Namespace: hostile, Name: hostile},
			}},
			Changes: []report.Lines{{File: hostile, Line: 1, EndLine: 1}},
		}
		d := newDraft(&Input{Report: &report.Report{Findings: []report.Finding{f}, Policy: report.Policy{Level: hostile}}, Diff: diffOf("a.yaml", "", hostile+" podmend:ignore x\n")})
		body := d.textOf(d.comments[0]) + "\n" + d.body()
		links := 0
		root := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader([]byte(body)))
		err := ast.Walk(root, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
			switch n := node.(type) {
			case *ast.Link:
				if entering && !strings.HasPrefix(string(n.Destination), "https://github.com/podmend/podmend/blob/main/docs/controls/") {
					t.Errorf("%q makes a link to %s", hostile, n.Destination)
				}
				links++
			case *ast.Image, *ast.AutoLink, *ast.RawHTML:
				t.Errorf("%q makes a %s", hostile, n.Kind())
			case *ast.HTMLBlock:
				if html := string(n.Lines().Value([]byte(body))); entering && !strings.HasPrefix(html, "<details><summary>") && html != "</details>\n" {
					t.Errorf("%q makes HTML: %q", hostile, html)
				}
			}
			return ast.WalkContinue, nil
		})
		if err != nil || links != 4 {
			t.Errorf("%q: %d ends of links, %v\n%s", hostile, links, err, body)
		}
	}
}

// How to allow what likely needs the host is said once, ready to be copied.
func TestHostNeedIsSaidOnce(t *testing.T) {
	s := newStage(t, githubfake.Files{"a.yaml": "a: 1\n"}, githubfake.Files{"b.yaml": pod("b", "hostPID: true")})
	s.run(func(in *Input) {
		f := &in.Report.Findings[0]
		f.Proposal, in.Report.Proposals = "", nil
		f.HostNeed = report.HostNeed{Likely: true, Evidence: []string{"it mounts the node's disk"}}
		f.Refusal = &report.Refusal{Reason: "host-workload", Message: "allow it in .podmend.yaml: exemptions: [{control: hostNamespaces}]"}
		in.Report.Finish()
	})
	body := s.of("b.yaml").Body
	if strings.Count(body, "exemptions:") != 1 || !strings.Contains(body, "```yaml\nexemptions:\n") || !strings.Contains(body, "`podmend fix --include-host-workloads` mends it") {
		t.Errorf("the comment says\n%s", body)
	}
}
