package review

import (
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"github.com/podmend/podmend/internal/ghtext/hostile"
	"github.com/podmend/podmend/internal/githubfake"
	"github.com/podmend/podmend/report"
)

// A comment about hostile names is still one comment, whose parts are podmend's.
func TestHostileNames(t *testing.T) {
	for _, word := range hostile.Texts {
		f := report.Finding{
			ID: "privileged-1", Control: "privileged", Severity: word, Scope: report.ScopeNew, Status: report.StatusOpen, Message: word,
			Origin:   report.Origin{File: word, Line: 3},
			HostNeed: report.HostNeed{Likely: true, Evidence: []string{word}},
			Refusal:  &report.Refusal{Message: word},
			Occurrences: []report.Occurrence{{
				Target: word, Container: word, Object: report.Object{Kind: word, Namespace: word, Name: word},
			}},
			Changes: []report.Lines{{File: word, Line: 1, EndLine: 1}},
		}
		d := newDraft(&Input{Report: &report.Report{Findings: []report.Finding{f}, Policy: report.Policy{Level: word}}, Diff: diffOf("a.yaml", "", word+" podmend:ignore x\n")})
		body := d.textOf(d.comments[0]) + "\n" + d.body()
		links := 0
		root := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader([]byte(body)))
		err := ast.Walk(root, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
			switch n := node.(type) {
			case *ast.Link:
				if entering && !strings.HasPrefix(string(n.Destination), "https://github.com/podmend/podmend/blob/main/docs/controls/") {
					t.Errorf("%q makes a link to %s", word, n.Destination)
				}
				links++
			case *ast.Image, *ast.AutoLink, *ast.RawHTML:
				t.Errorf("%q makes a %s", word, n.Kind())
			case *ast.HTMLBlock:
				if html := string(n.Lines().Value([]byte(body))); entering && !strings.HasPrefix(html, "<details><summary>") && html != "</details>\n" {
					t.Errorf("%q makes HTML: %q", word, html)
				}
			}
			return ast.WalkContinue, nil
		})
		if err != nil || links != 4 {
			t.Errorf("%q: %d ends of links, %v\n%s", word, links, err, body)
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
