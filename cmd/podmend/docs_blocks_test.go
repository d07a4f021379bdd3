package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A block is one example of the documentation: what stands between two fences.
type block struct {
	page, lang string
	line       int // of its first line, from 1
	text       string
	// where is the archive in testdata/docs that it is run in; a comment above the fence names it:
	// <!-- run in NAME.txtar -->
	where string
}

var (
	fence = regexp.MustCompile("(?m)^( *)```(\\w*)\n")
	runIn = regexp.MustCompile(`<!-- run in (\S+\.txtar) -->\s*$`)
)

// pages are those that people write. The pages of the controls are made and tested elsewhere.
func pages(t *testing.T) []string {
	t.Helper()
	all, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(all) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	for _, name := range []string{"README.md", "CONTRIBUTING.md", "SECURITY.md"} {
		all = append(all, filepath.Join("..", "..", name))
	}
	return all
}

func blocks(t *testing.T, page string) []block {
	t.Helper()
	raw, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	var found []block
	for at := 0; ; {
		open := fence.FindStringSubmatchIndex(text[at:])
		if open == nil {
			return found
		}
		begin := at + open[1]
		size := strings.Index(text[begin:], "\n"+text[at+open[2]:at+open[3]]+"```\n")
		if size < 0 {
			t.Fatalf("%s:%d: a block without an end", page, 1+strings.Count(text[:begin], "\n"))
		}
		b := block{
			page: page, lang: text[at+open[4] : at+open[5]],
			line: 1 + strings.Count(text[:begin], "\n"), text: text[begin : begin+size+1],
		}
		if named := runIn.FindStringSubmatch(text[at : at+open[0]]); named != nil {
			b.where = named[1]
		}
		found = append(found, b)
		at = begin + size + len(text[at+open[2]:at+open[3]]) + 5
	}
}

// A step is one command of a block, with the output that the page shows.
type step struct {
	command string
	output  string
	line    int // of the command, from the block's first
	shown   bool
}

// steps reads a session ($ COMMAND, then what it prints), or a list of commands.
func (b block) steps() []step {
	lines := strings.SplitAfter(b.text, "\n")
	session := strings.HasPrefix(b.text, "$ ")
	var all []step
	for i, line := range lines {
		command, begins := strings.CutPrefix(line, "$ ")
		switch {
		case session && !begins && len(all) > 0:
			all[len(all)-1].output += line
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#"):
		default:
			all = append(all, step{command: strings.TrimSpace(command), line: i, shown: session})
		}
	}
	return all
}
