package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/podmend/podmend/fix"
)

// TestProofsPage requires of docs/proofs.md the table of reasons that the program has.
func TestProofsPage(t *testing.T) {
	table := "| reason | what it means | what to do |\n|---|---|---|\n"
	for _, r := range fix.Reasons {
		table += fmt.Sprintf("| `%s` | %s | %s |\n", r.Reason, r.Means, r.Next)
	}
	requireTable(t, "../../docs/proofs.md", table)
}

// TestErrorsPage requires of docs/errors.md the kinds of errors that packages declare.
func TestErrorsPage(t *testing.T) {
	table := "| kind | what it means |\n|---|---|\n"
	explained := map[string]int{}
	for _, e := range errorKinds() {
		table += fmt.Sprintf("| `%s` | %s |\n", e.Kind, e.Means)
		explained[string(e.Kind)]++
	}
	requireTable(t, "../../docs/errors.md", table)
	declared := regexp.MustCompile(`(?m)^\t\w+ +(?:render\.)?(?:Error)?Kind += "([a-z-]+)"$`)
	count := 0
	for _, pattern := range []string{"../../render/*errors.go", "../../render/gitops.go", "../dependency/problem.go", "../fetch/errors.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, kind := range declared.FindAllStringSubmatch(string(text), -1) {
				count++
				if explained[kind[1]] != 1 {
					t.Errorf("%s declares %s, which is explained %d times", file, kind[1], explained[kind[1]])
				}
			}
		}
	}
	if count != len(explained) {
		t.Errorf("%d kinds are declared and %d explained", count, len(explained))
	}
}

// requireTable requires of a page that it has a table, or writes it.
func requireTable(t *testing.T, name, table string) {
	t.Helper()
	const (
		begin = "<!-- make golden writes this table -->\n"
		end   = "<!-- end of the table -->\n"
	)
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begun := strings.Cut(string(text), begin)
	_, after, ended := strings.Cut(rest, end)
	if !begun || !ended {
		t.Fatalf("%s does not say where the table begins and ends", name)
	}
	want := before + begin + table + end + after
	if *update {
		writeFile(t, name, want)
	} else if string(text) != want {
		t.Errorf("%s is stale; make golden writes it", name)
	}
}
