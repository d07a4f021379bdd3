package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/podmend/podmend/render"
	"github.com/podmend/podmend/report"
)

// corpora are the repositories that the tests run over: the shipped example, and the folder
// that PODMEND_CORPUS names.
func corpora(t *testing.T) []string {
	t.Helper()
	demo, err := filepath.Abs(filepath.Join("..", "..", "testdata", "demo"))
	if err != nil {
		t.Fatal(err)
	}
	folders := []string{demo}
	if corpus := os.Getenv("PODMEND_CORPUS"); corpus != "" {
		folders = append(folders, corpus)
	}
	return folders
}

func runJSON(t *testing.T, dir string, args ...string) (*report.Report, int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	env := Env{Stdout: &stdout, Stderr: &stderr, Getenv: func(string) string { return "" }, Dir: dir}
	code := Run(context.Background(), append(args, "--format", "json"), env)
	if code == exitUsage || code == exitFailed {
		t.Fatalf("podmend %v in %s: exit code %d: %s", args, dir, code, stderr.String())
	}
	r, err := report.ReadJSON(&stdout)
	if err != nil {
		t.Fatalf("podmend %v in %s: %v", args, dir, err)
	}
	return r, code
}

// TestCorpus asks of every target that it is rendered or has a typed error that helps, and of
// every finding that its place exists.
func TestCorpus(t *testing.T) {
	t.Parallel()
	for _, dir := range corpora(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			r, code := runJSON(t, dir, "check")
			if len(r.Targets) == 0 || len(r.Findings) == 0 {
				t.Fatalf("%d targets and %d findings: the corpus is not there", len(r.Targets), len(r.Findings))
			}
			if (code == exitRender) != (r.Summary.Errors > 0) {
				t.Errorf("exit code %d with %d render errors", code, r.Summary.Errors)
			}
			for _, problem := range r.Problems() {
				t.Error(problem)
			}
			root := workTree(dir)
			for _, target := range r.Targets {
				checkTarget(t, root, target)
			}
			for _, finding := range r.Findings {
				checkPlace(t, root, finding)
			}
		})
	}
}

func checkTarget(t *testing.T, root string, target report.Target) {
	t.Helper()
	if target.Status != report.TargetError {
		return
	}
	failure := target.Error
	if failure == nil || failure.Kind == "" || failure.Kind == "panic" || len(failure.Message) < 20 {
		t.Errorf("%s has no error that helps: %+v", target.ID, failure)
		return
	}
	if strings.Contains(failure.Message, root) {
		t.Errorf("%s: the message names the machine's own folders: %s", target.ID, failure.Message)
	}
	if failure.Line > 0 && failure.Line > countLines(t, root, failure.File) {
		t.Errorf("%s: %s has no line %d", target.ID, failure.File, failure.Line)
	}
}

func checkPlace(t *testing.T, root string, finding report.Finding) {
	t.Helper()
	origin := finding.Origin
	if origin.File == "" || origin.Line < 1 || origin.Column < 1 {
		t.Errorf("%s has no place: %+v", finding.ID, origin)
		return
	}
	if lines := countLines(t, root, origin.File); origin.EndLine < origin.Line || origin.EndLine > lines {
		t.Errorf("%s: %s has %d lines, the place is %d to %d", finding.ID, origin.File, lines, origin.Line, origin.EndLine)
	}
	if len(finding.Occurrences) == 0 {
		t.Errorf("%s shows up nowhere", finding.ID)
	}
}

func countLines(t *testing.T, root, name string) int {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Errorf("a file that the report names: %v", err)
		return 0
	}
	return bytes.Count(content, []byte("\n")) + 1
}

// TestCorpusExactLines asks that an exact place holds the last key, or the item, of the field, or an
// action that prints it.
func TestCorpusExactLines(t *testing.T) {
	t.Parallel()
	for _, dir := range corpora(t) {
		r, _ := runJSON(t, dir, "check")
		root := workTree(dir)
		exact := 0
		for _, finding := range r.Findings {
			if !finding.Origin.Exact {
				continue
			}
			exact++
			content, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(finding.Origin.File)))
			if err != nil {
				t.Fatal(err)
			}
			line := strings.Split(string(content), "\n")[finding.Origin.Line-1]
			field := finding.Occurrences[0].Field
			key := field[strings.LastIndex(field, ".")+1:]
			key, _, _ = strings.Cut(key, "[")
			if finding.Origin.Via == string(render.ViaGenerated) && strings.Contains(line, "{{") {
				continue
			}
			if !strings.Contains(line, key) && !strings.Contains(line, finding.Occurrences[0].Value) {
				t.Errorf("%s:%d says %q, the field is %s", finding.Origin.File, finding.Origin.Line, line, field)
			}
		}
		if exact == 0 {
			t.Errorf("%s: no finding has an exact place", dir)
		}
	}
}
