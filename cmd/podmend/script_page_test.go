package main

import (
	"os"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/net/html"
)

// page writes what a report in HTML holds, with a line for its title, for each finding and for each that is
// mended: page REPORT FILE. The tests of the browser run the same scripts, and ask the browser.
func page(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: page REPORT FILE")
	}
	file, err := os.Open(ts.MkAbs(args[0]))
	ts.Check(err)
	defer file.Close()
	root, err := html.Parse(file)
	ts.Check(err)
	var lines []string
	for node := range root.Descendants() {
		switch {
		case node.Type == html.ElementNode && node.Data == "h1":
			lines = append(lines, textOf(node))
		case hasClass(node, "finding"):
			section := node.Parent
			line := attribute(section, "aria-label")
			for part := range node.Descendants() {
				if hasClass(part, "tag") || hasClass(part, "said") || hasClass(part, "at") {
					line += " | " + textOf(part)
				}
			}
			lines = append(lines, line)
		case hasClass(node, "mended"):
			lines = append(lines, "mended: "+textOf(node))
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(strings.Join(lines, "\n")+"\n"), 0o644))
}

func hasClass(node *html.Node, class string) bool {
	return slices.Contains(strings.Fields(attribute(node, "class")), class)
}

func attribute(node *html.Node, name string) string {
	for _, one := range node.Attr {
		if one.Key == name {
			return one.Val
		}
	}
	return ""
}

// textOf is the text of an element, with single spaces.
func textOf(node *html.Node) string {
	var b strings.Builder
	for part := range node.Descendants() {
		if part.Type == html.TextNode {
			b.WriteString(part.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
