package yamledit

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func runFind(t *testing.T, c *textCase) string {
	var b strings.Builder
	src := c.source()
	f, doc := Parse(src), 0
	for _, line := range c.find {
		if number, ok := strings.CutPrefix(line, "doc "); ok {
			doc, _ = strconv.Atoi(number)
			continue
		}
		if line == "." {
			line = ""
		}
		path, err := readPath(line)
		if err != nil {
			t.Fatal(err)
		}
		found, ok := f.Nearest(doc, path)
		if !ok {
			fmt.Fprintf(&b, "%s: nothing\n", path)
			continue
		}
		exact, there := f.Find(doc, path)
		if there != (len(found.Path) == len(path)) || there && exact.Text != found.Text {
			t.Errorf("%s: Find and Nearest differ", path)
		}
		fmt.Fprintf(&b, "%s:", path)
		if !there {
			fmt.Fprintf(&b, " missing, nearest %q", found.Path.String())
		}
		if found.Key != found.Value {
			fmt.Fprintf(&b, " key %s", place(found.Key))
		}
		fmt.Fprintf(&b, " value %s %q", place(found.Value), found.Text)
		if found.Shared {
			b.WriteString(" shared")
		}
		b.WriteString("\n")
		if string(src[found.Value.Offset:found.Value.End]) != found.Text {
			t.Errorf("%s: offsets %v do not hold the text", path, found.Value)
		}
	}
	return b.String()
}

func place(p Position) string {
	return fmt.Sprintf("%d:%d-%d:%d", p.Line, p.Column, p.EndLine, p.EndColumn)
}

func TestApplyRefuses(t *testing.T) {
	for _, edits := range [][]Edit{
		{{Start: -1, End: 0}},
		{{Start: 2, End: 1}},
		{{Start: 0, End: 6}},
		{{Start: 0, End: 3}, {Start: 2, End: 4}},
		{{Start: 0, End: 3}, {Start: 1, End: 1, NewText: "x"}},
	} {
		if out, err := Apply([]byte("12345"), edits); err == nil {
			t.Errorf("%v gives %q", edits, out)
		}
	}
	out, err := Apply([]byte("12345"), []Edit{{Start: 3, End: 5}, {Start: 1, End: 2, NewText: "b"}, {Start: 1, End: 1, NewText: "a"}})
	if string(out) != "1ab3" || err != nil {
		t.Errorf("%q, %v", out, err)
	}
}

func TestApplyTreeCopies(t *testing.T) {
	tree := map[string]any{"a": []any{int64(1), int64(2)}}
	value := map[string]any{"x": 1}
	got, err := ApplyTree(tree, []Change{
		{Op: Delete, Path: NewPath("a", 0)},
		{Op: Set, Path: NewPath("b"), Value: value},
	})
	if err != nil {
		t.Fatal(err)
	}
	got.(map[string]any)["b"].(map[string]any)["x"] = 2
	if len(tree) != 1 || len(tree["a"].([]any)) != 2 || value["x"] != 1 {
		t.Errorf("the input changed: %v, %v", tree, value)
	}
}

// The offsets of nodes are right for every kind of YAML line break, and the lines are
// those of git and editors.
func TestLineBreaks(t *testing.T) {
	for _, br := range []string{"\n", "\r\n", "\r", "\u0085", "\u2028", "\u2029"} {
		src := strings.Join([]string{"# é", "a: x", "b:", "  - é", "  - c: |", "      t", "d: e"}, br)
		f := Parse([]byte(src))
		for _, p := range []Path{NewPath("a"), NewPath("b", 0), NewPath("d")} {
			found, ok := f.Find(0, p)
			if want := map[string]string{"a": "x", "b[0]": "é", "d": "e"}[p.String()]; !ok || found.Text != want {
				t.Errorf("%q: %s is %q", br, p, found.Text)
			}
		}
		last, _ := f.Find(0, NewPath("d"))
		want := 1 + strings.Count(src, "\n")
		if br == "\r" {
			want = 7 // without any LF, editors count these
		}
		if last.Value.Line != want {
			t.Errorf("%q: d is on line %d, not %d", br, last.Value.Line, want)
		}
		if br > "\u2000" {
			continue // new lines end with LF, and a block scalar keeps its LS or PS
		}
		edits, err := f.Edits(0, []Change{{Op: Set, Path: NewPath("b", 1, "n"), Value: true}, {Op: Delete, Path: NewPath("a")}})
		if err != nil {
			t.Errorf("%q: %v", br, err)
		}
		if !slices.ContainsFunc(edits, func(e Edit) bool { return strings.Contains(e.NewText, "n") }) {
			t.Errorf("%q: %v", br, edits)
		}
	}
}

// A whole repository may stand on one line: places far along it are counted in characters, of which
// some have several bytes.
func TestFindFarAlongALine(t *testing.T) {
	var b strings.Builder
	b.WriteString("# é\nitems: [")
	for i := range 9000 {
		fmt.Fprintf(&b, "{né: \"ü%d\"}, ", i)
	}
	b.WriteString("last] # é")
	src := b.String()
	f := Parse([]byte(src))
	for _, i := range []int{0, 300, 400, 8999} {
		want := fmt.Sprintf("\"ü%d\"", i)
		found, ok := f.Find(0, Path{}.Join("items").Join(i).Join("né"))
		if !ok || found.Text != want {
			t.Fatalf("item %d: %q, %v; want %s", i, found.Text, ok, want)
		}
		at := strings.Index(src, want)
		column := len([]rune(src[strings.Index(src, "items"):at])) + 1
		if found.Value.Offset != at || found.Value.Line != 2 || found.Value.Column != column {
			t.Errorf("item %d at %+v, want offset %d, column %d", i, found.Value, at, column)
		}
	}
}
