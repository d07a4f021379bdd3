package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	link       = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	headings   = regexp.MustCompile(`(?m)^#+ (.+)$`)
	noAnchor   = regexp.MustCompile(`[^\p{L}\p{N}\- _]`)
	codeBlocks = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
)

// TestDocsLinks follows each link of the documentation that leads to a file of the repository, and to a heading in it.
func TestDocsLinks(t *testing.T) {
	for _, page := range pages(t) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range link.FindAllStringSubmatch(codeBlocks.ReplaceAllString(string(text), ""), -1) {
			if strings.Contains(match[1], "://") {
				continue
			}
			name, anchor, _ := strings.Cut(match[1], "#")
			target := page
			if name != "" {
				target = filepath.Join(filepath.Dir(page), filepath.FromSlash(name))
			}
			info, err := os.Stat(target)
			if err != nil {
				t.Errorf("%s links to %s, which is not there", page, match[1])
				continue
			}
			if anchor == "" || info.IsDir() {
				continue
			}
			linked, err := os.ReadFile(target)
			if err != nil {
				t.Fatal(err)
			}
			if !anchors(string(linked))[anchor] {
				t.Errorf("%s links to %s, and there is no such heading", page, match[1])
			}
		}
	}
}

// anchors are what GitHub calls the headings of a page.
func anchors(text string) map[string]bool {
	all := map[string]bool{}
	for _, heading := range headings.FindAllStringSubmatch(codeBlocks.ReplaceAllString(text, ""), -1) {
		all[strings.ReplaceAll(noAnchor.ReplaceAllString(strings.ToLower(heading[1]), ""), " ", "-")] = true
	}
	return all
}

// TestReadmeWorkflow asks that the workflow which newcomers paste is the one that is tested.
func TestReadmeWorkflow(t *testing.T) {
	want, err := os.ReadFile("../../docs/workflows/review.yml")
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range blocks(t, "../../README.md") {
		if b.lang == "yaml" && strings.Contains(b.text, "\njobs:") {
			if b.text != string(want) {
				t.Errorf("the README's workflow is not that of docs/workflows/review.yml:\n%s", b.text)
			}
			return
		}
	}
	t.Error("the README has no workflow")
}
