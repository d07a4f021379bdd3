package fixpr

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	markdown "github.com/yuin/goldmark/text"

	"github.com/podmend/podmend/internal/ghtext/hostile"
	"github.com/podmend/podmend/internal/githubfake"
	"github.com/podmend/podmend/report"
)

// What is missing is named in one sentence, and when it is there, the next run finishes.
func TestMissingPermissions(t *testing.T) {
	for _, test := range []struct {
		permissions []string
		set         func(s *stage)
		want        []string
		branch      bool // it is pushed all the same
	}{
		{[]string{"contents: read", "pull-requests: write"}, nil, []string{"may not push to branches: add `permissions: contents: write` to the job"}, false},
		{[]string{"contents: write", "pull-requests: read"}, nil, []string{"the branch podmend/fix-main is pushed", "may not open pull requests: add `permissions: pull-requests: write`"}, true},
		{[]string{"contents: write", "pull-requests: write"}, func(s *stage) { s.server.ForbidPullRequests(true) }, []string{"Allow GitHub Actions to create and approve pull requests"}, true},
		{[]string{"contents: write", "pull-requests: write"}, func(s *stage) { s.repo.Protect(fixes) }, []string{"does not let podmend push to podmend/fix-main; a rule that protects branches"}, false},
		{[]string{"contents: write", "pull-requests: write"}, func(s *stage) {
			s.repo.ForcePush("podmend", "mona", "Try podmend", s.repo.SHA("main"), githubfake.Files{"b.txt": "x\n"})
		}, []string{"there can be no branch podmend/fix-main while there is one called podmend; delete or rename that"}, false},
	} {
		s := newStage(t, githubfake.Files{"a.yaml": bad})
		s.client = s.as(test.permissions...)
		if test.set != nil {
			test.set(s)
		}
		says(t, strings.Join(s.open(Failed).Messages, " "), test.want...)
		if got := s.repo.SHA(fixes) != ""; got != test.branch {
			t.Errorf("%v: the branch is there: %v", test.permissions, got)
		}
	}
	s := newStage(t, githubfake.Files{"a.yaml": bad})
	s.server.ForbidPullRequests(true)
	s.open(Failed)
	// A person opens it in podmend's place: podmend takes it on.
	s.repo.OpenPullRequest(githubfake.PullOptions{Head: fixes, Author: "mona", Body: "By hand."})
	s.open(Updated)
	says(t, s.wantOpen().Body, "By hand.\n\n<!-- podmend:fix:v1 ")
	s.quiet()
}

// People whom GitHub does not take are told, and the others are asked.
func TestReviewers(t *testing.T) {
	s := newStage(t, githubfake.Files{"a.yaml": bad})
	s.repo.Invite("mona", "write")
	s.options = Options{Reviewers: []string{"mona", "eve", "octo/platform"}, Assignees: []string{"mona", "eve"}}
	said := strings.Join(s.open(Created).Messages, "\n")
	says(t, said, "no review is requested of eve", "no review is requested of octo/platform", "does not assign eve")
	if pull := s.wantOpen(); fmt.Sprint(pull.Reviewers, pull.Assignees) != "[mona] [mona]" {
		t.Errorf("%+v", pull)
	}
	s.quiet()
}

// The same on a GitHub Enterprise Server.
func TestEnterprise(t *testing.T) {
	s := newStage(t, githubfake.Files{"a.yaml": bad})
	s.client = s.with(s.server.EnterpriseURL, s.repo.ActionsToken("contents: write", "pull-requests: write"))
	s.open(Created)
	s.wantOpen()
	s.repo.Push("main", "mona", "Mend", githubfake.Files{"a.yaml": "fine\n"})
	s.open(Closed)
}

// Modes, links and submodules are as they were.
func TestOnlyContentsChange(t *testing.T) {
	s := newStage(t, githubfake.Files{"run.yaml": bad, "a.yaml": bad, "plain.txt": "x\n"})
	dir := t.TempDir()
	s.git(dir, "clone", "-q", "file://"+s.repo.Dir(), ".")
	for _, args := range [][]string{
		{"update-index", "--chmod=+x", "run.yaml"},
		{"update-index", "--add", "--cacheinfo", "160000," + s.repo.SHA("main") + ",module"},
		{"update-index", "--add", "--cacheinfo", "120000," + strings.TrimSpace(s.git(dir, "rev-parse", "HEAD:plain.txt")) + ",link"},
		{"-c", "user.name=mona", "-c", "user.email=mona@example.com", "commit", "-q", "-m", "Modes"},
		{"push", "-q", "origin", "HEAD:main"},
	} {
		s.git(dir, args...)
	}
	s.repo.Push("main", "mona", "Go on", githubfake.Files{"c.txt": "c\n"})
	s.open(Created)
	s.git(dir, "fetch", "-q", "origin")
	if changed := strings.Fields(s.git(dir, "diff", "--name-only", "origin/main", "origin/"+fixes)); fmt.Sprint(changed) != "[a.yaml run.yaml]" {
		t.Errorf("%v changed", changed)
	}
	if summary := s.git(dir, "diff", "--summary", "origin/main", "origin/"+fixes); summary != "" {
		t.Errorf("modes changed: %s", summary)
	}
}

// The text stays within GitHub's limit, whatever there is to tell, and says what it leaves out.
func TestBodyIsBounded(t *testing.T) {
	files := githubfake.Files{}
	for i := range 400 {
		files[fmt.Sprintf("app-%03d/%s.yaml", i, strings.Repeat("x", 80))] = bad
	}
	s := newStage(t, files)
	in := s.input()
	for i := range 300 {
		id := fmt.Sprintf("left-%d", i)
		in.Left[id] = "somebody has to look"
		in.Report.Findings = append(in.Report.Findings, report.Finding{ID: id, Control: "privileged", Severity: "high", Status: report.StatusOpen, Message: strings.Repeat("long ", 60)})
	}
	for _, human := range []string{"", strings.Repeat("h", 50_000), strings.Repeat("日", 20_000)} {
		body := in.body(parseText(human), marker{commit: in.Commit})
		if n := utf8.RuneCountInString(body); n > 65_536 {
			t.Errorf("%d characters", n)
		}
		says(t, body, "findings more, which the full report", human)
		if parsed := parseText(body); parsed.marker == nil || parsed.marker.text != digest(in.own(parsed.human())) && human == "" {
			t.Errorf("the marker is %+v", parsed.marker)
		}
	}
	// All of it is pushed, in few requests.
	before := s.server.Writes()
	s.open(Created)
	if writes := s.server.Writes() - before; writes > 5 {
		t.Errorf("%d writes", writes)
	}
}

// acts is what GitHub makes more of than Markdown does.
var acts = regexp.MustCompile(`(?i)@[a-z0-9]|#[0-9]|\bgh-[0-9]|https?://[a-z]|\bwww\.[a-z]`)

// Names and messages of a repository act nowhere.
func TestNothingOfARepositoryActs(t *testing.T) {
	words := append([]string{"<!-- podmend:fix:end -->", "\n<!-- podmend:fix:v1 -->\n", "- [x] " + renewMark}, hostile.Texts...)
	in := &Input{
		Base: "main", Commit: strings.Repeat("a", 40), Report: &report.Report{Policy: report.Policy{Level: "baseline"}}, Left: map[string]string{},
		Source: func(string) ([]byte, error) { return []byte("a: bad ``` @octo\n"), nil },
	}
	s := newStage(t, githubfake.Files{"a.yaml": bad})
	in.Rewrite = s.input().Rewrite
	for i, word := range words {
		for _, left := range []bool{false, true} {
			f := report.Finding{
				ID: fmt.Sprint("privileged-", i, left), Control: "privileged", Severity: "high", Status: report.StatusOpen, Message: word, Origin: report.Origin{File: word, Line: 1},
				Occurrences: []report.Occurrence{{Target: "plain:" + word, Object: report.Object{Kind: word, Name: word, Namespace: word}, Container: word, Field: word}},
			}
			if left {
				in.Left[f.ID] = word
				f.HostNeed = report.HostNeed{Likely: i%2 == 0, Evidence: []string{word}}
			} else {
				f.Proposal = fmt.Sprint("p", i)
				in.Proposals = append(in.Proposals, f.Proposal)
				in.Report.Proposals = append(in.Report.Proposals, report.Proposal{
					ID: f.Proposal, Status: report.ProposalProven, Targets: []string{word}, Notes: []string{word}, Edits: []report.Edit{{File: word, Start: 3, End: 6, NewText: "good"}},
				})
			}
			in.Report.Findings = append(in.Report.Findings, f)
		}
	}
	in.Group = "@octo/team #1"
	body := in.body(parseText(""), marker{commit: in.Commit})
	parsed := parseText(body)
	if parsed.marker == nil || parsed.ticked() || parsed.human() != 0 {
		t.Errorf("it is taken for %+v", parsed)
	}
	root := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(markdown.NewReader([]byte(body)))
	err := ast.Walk(root, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := node.(type) {
		case *ast.Image, *ast.AutoLink:
			t.Errorf("%s: %q", n.Kind(), body)
		case *ast.RawHTML:
			if html := string(n.Segments.Value([]byte(body))); html != renewMark {
				t.Errorf("HTML in a line: %q", html)
			}
		case *ast.HTMLBlock:
			html := strings.TrimSpace(string(n.Lines().Value([]byte(body))))
			if entering && html != "</details>" && html != endMark && !strings.HasPrefix(html, "<details><summary>") && !markerForm().MatchString(html) {
				t.Errorf("HTML: %q", html)
			}
		case *ast.Link:
			if !strings.HasPrefix(string(n.Destination), "https://github.com/podmend/podmend/") {
				t.Errorf("a link to %s", n.Destination)
			}
		case *ast.Text:
			if _, code := n.Parent().(*ast.CodeSpan); !code && entering {
				if shown := strings.ReplaceAll(string(n.Value([]byte(body))), "&#8203;", "\u200b"); acts.MatchString(shown) {
					t.Errorf("%q acts", shown)
				}
			}
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if message := in.commitMessage(); strings.ContainsAny(message, "@#") || strings.Contains(message, "evil") {
		t.Errorf("the commit's message: %s", message)
	}
}

// A stopped run is an error, not a result.
func TestStoppedRun(t *testing.T) {
	s := newStage(t, githubfake.Files{"a.yaml": bad})
	in := s.input()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Open(ctx, s.client, in); err == nil {
		t.Error("it goes on")
	}
}
