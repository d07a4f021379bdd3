package github

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/changes"
	"github.com/podmend/podmend/internal/githubfake"
)

func TestParsePatch(t *testing.T) {
	got, ok := parsePatch("@@ -1,3 +1,3 @@ head\n a\r\n-b\n+B\n c\n@@ -9 +9,2 @@\n-x\n\\ No newline at end of file\n+x\n+y\n\\ No newline at end of file")
	want := []changes.Hunk{
		{OldStart: 1, OldLines: 3, NewStart: 1, NewLines: 3, Lines: []changes.Line{
			{Kind: ' ', Old: 1, New: 1, Text: "a\r\n"}, {Kind: '-', Old: 2, Text: "b\n"}, {Kind: '+', New: 2, Text: "B\n"}, {Kind: ' ', Old: 3, New: 3, Text: "c\n"},
		}},
		{OldStart: 9, OldLines: 1, NewStart: 9, NewLines: 2, Lines: []changes.Line{
			{Kind: '-', Old: 9, Text: "x"}, {Kind: '+', New: 9, Text: "x\n"}, {Kind: '+', New: 10, Text: "y"},
		}},
	}
	if !ok || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, ok)
	}
	for _, broken := range []string{"", "a", "@@ -1,3 +1,3 @@\n a", "@@ -1 +1 @@\n-a\n+b\n+c", "@@ -1 +1 @@\nxa", "@@ -1 +1 @@\n\n", "\\ No newline"} {
		if got, ok := parsePatch(broken); ok {
			t.Errorf("%q: got %+v", broken, got)
		}
	}
}

// Each line of the head that a patch shows is the head's, for any patch that is taken.
func FuzzParsePatch(f *testing.F) {
	f.Add("@@ -1,3 +1,3 @@ head\n a\n-b\n+B\n c\n@@ -9 +9,2 @@\n-x\n+x\n+y")
	f.Add("@@ -0,0 +1 @@\n+a\n\\ No newline at end of file")
	f.Fuzz(func(t *testing.T, patch string) {
		hunks, ok := parsePatch(patch)
		if !ok {
			return
		}
		for _, hunk := range hunks {
			next := hunk.NewStart
			for _, line := range hunk.Lines {
				if line.Kind == '-' {
					continue
				}
				if line.New != next {
					t.Fatalf("line %d is numbered %d in %q", next, line.New, patch)
				}
				next++
			}
			if next != hunk.NewStart+hunk.NewLines {
				t.Errorf("%d lines of %d in %q", next-hunk.NewStart, hunk.NewLines, patch)
			}
		}
	})
}

// What GitHub shows of a pull request is what git says of it.
func TestDiffOfPullRequest(t *testing.T) {
	s := githubfake.New(t)
	r := s.CreateRepo("octo/shop", githubfake.Files{"a.yaml": "a\nb\nc\n", "gone.yaml": "gone\n", "old.yaml": strings.Repeat("same\n", 30), "bin": "\x00\x01"})
	change := githubfake.Files{"a.yaml": "a\nB\nc\nd", "gone.yaml": githubfake.Removed, "old.yaml": githubfake.Removed, "new/old.yaml": strings.Repeat("same\n", 30), "bin": "\x00\x02"}
	for i := range 120 {
		change[fmt.Sprintf("many/%03d.yaml", i)] = "x\n"
	}
	head := r.Push("feature", "mona", "Change", change)
	p := r.OpenPullRequest(githubfake.PullOptions{Head: "feature"})
	c, _ := newClient(t, s.URL, func(o *Options) { o.Token = r.ActionsToken("contents: read", "pull-requests: read") })
	pull, err := c.PullOf(context.Background(), head, "octo/shop", "feature")
	if err != nil || pull.Number != p.Number {
		t.Fatalf("%+v, %v", pull, err)
	}
	diff, err := c.Diff(context.Background(), pull)
	if err != nil || len(diff.Files) != 124 || diff.Head != head {
		t.Fatalf("%d files, %v", len(diff.Files), err)
	}
	if file := diff.File("a.yaml"); file.Status != changes.Modified || file.Hunk(2, 4) == nil || file.Hunks[0].Lines[len(file.Hunks[0].Lines)-1].Text != "d" {
		t.Errorf("a.yaml: %+v", file)
	}
	if diff.File("gone.yaml") != nil {
		t.Error("gone.yaml is there")
	}
	if file := diff.File("new/old.yaml"); file == nil || file.Status != changes.Renamed || file.OldName != "old.yaml" || file.Opaque || len(file.Hunks) > 0 {
		t.Errorf("new/old.yaml: %+v", file)
	}
	if file := diff.File("bin"); !file.Opaque {
		t.Errorf("bin: %+v", file)
	}
	for _, other := range [][3]string{{r.SHA("main"), "octo/shop", "feature"}, {head, "mona/shop", "feature"}, {head, "octo/shop", "main"}} {
		if pull, err := c.PullOf(context.Background(), other[0], other[1], other[2]); err == nil {
			t.Errorf("%v: got %+v", other, pull)
		}
	}
	content, err := c.FileAt(context.Background(), "new/old.yaml", head)
	if err != nil || string(content) != strings.Repeat("same\n", 30) {
		t.Errorf("%q, %v", content, err)
	}
	for _, name := range []string{"gone.yaml", "many", "../x"} {
		if content, err := c.FileAt(context.Background(), name, head); err == nil {
			t.Errorf("%s: %q", name, content)
		}
	}
}
