package yamledit

import (
	"fmt"
	"strings"
	"testing"
)

// The lines are those where a person sees the mistake.
func TestSyntaxErrors(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"a: 1\nb: \"x\nc: 2\nd: 3\n", "2:1 found unexpected end of stream"},
		{"a: \"x\nb: 2\n", "1:1 found unexpected end of stream"},
		{"a: 1\nfoo\nb: 2\n", "2:1 could not find expected ':'"},
		{"foo\nb: 2\n", "2:1 mapping values are not allowed in this context"},
		{"a: b: c\n", "1:1 mapping values are not allowed in this context"},
		{"image: foo:1\n  tag: 2\n", "2:3 mapping values are not allowed in this context"},
		{"x: 1\r\ny: 2\r\na: b: c\r\n", "3:1 mapping values are not allowed in this context"},
		{"\ufeffa: b: c\n", "1:1 mapping values are not allowed in this context"},
		{"\ufeffx: 1\na: b: c\n", "2:1 mapping values are not allowed in this context"},
		{"x:\n  a: 1\n b: 2\n", "3:2 did not find expected key"},
		{"a:\n  - x\n - y\nb: 1\n", "3:2 did not find expected key"},
		{"a:\n  - b: 1\n    c: 2\n   d: 3\n", "4:4 did not find expected '-' indicator"},
		{"- a\nb: 1\n", "2:1 did not find expected '-' indicator"},
		{"a: |\n  x\n y\nb: 1\n", "3:2 did not find expected key"},
		{"x: 1\n\tb: 2\n", "2:2 found a tab character that violates indentation"},
		{"a: |\n\tx\n", "2:2 found a tab character where an indentation space is expected"},
		{"a:\n\tb: 2\n", "2:2 found character that cannot start any token"},
		{"x: 1\na: @b\n", "2:1 found character that cannot start any token"},
		{"x: 1\na: \"b\n  \\d\"\n", "3:3 found unknown escape character"},
		{"x: 1\na: 'it's'\n", "2:1 did not find expected key"},
		{"x: 1\na: {b: 1\nc: 2\n", "3:1 did not find expected ',' or '}'"},
		{"a: [1, 2\nb: 3\n", "2:1 did not find expected ',' or ']'"},
		{"a: [1\n\n\n", "1:1 did not find expected ',' or ']'"},
		{"{\"a\": 1\n \"b\": 2\n}\n", "2:2 did not find expected ',' or '}'"},
		{"x: 1\na: *b\n", "2:1 unknown anchor 'b' referenced"},
		{"# *b\nx: [1, *b]\n", "2:1 unknown anchor 'b' referenced"},
		{"x: 1\ny: !u!x b\n", "2:1 found undefined tag handle"},
		{"%YAML 3.0\n---\na: 1\n", "1:1 found incompatible YAML document"},
		{"x: \x00\n", "1:4 control character U+0000 is not allowed"},
		{"a: é\nx: é\xff\n", "2:5 the text is not UTF-8"},
		{"\xff\xfea\x00:\x00", "1:1 the file is UTF-16; save it as UTF-8"},
		{"x: 1\n<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> x\n", "2:1 could not find expected ':'"},
		{"x: 1\n{{- if .Values.x }}\ny: 1\n{{- end }}\n", "2:1 could not find expected ':'"},
		{strings.Repeat("[", 2000) + strings.Repeat("]", 2000), "1:1002 nested too deeply"},
	} {
		f := Parse([]byte(c.src))
		if f.Docs[0].Err == nil {
			t.Errorf("%.60q has no error", c.src)
			continue
		}
		got := fmt.Sprintf("%d:%d %s", f.Docs[0].Err.Line, f.Docs[0].Err.Column, f.Docs[0].Err.Problem)
		if got != c.want {
			t.Errorf("%.60q: %s, want %s", c.src, got, c.want)
		}
	}
}

// A broken document does not hide the others, and its lines are those of the file.
func TestBrokenDocument(t *testing.T) {
	f := Parse([]byte("x: 1\n---\ny: [\n---\nz: *q\n--- a: b\n---\nok: 1\n"))
	var got []string
	for i := range f.Docs {
		d := &f.Docs[i]
		if d.Err != nil {
			got = append(got, d.Err.Error())
			continue
		}
		found, _ := f.Find(i, nil)
		got = append(got, fmt.Sprintf("root at line %d", found.Value.Line))
	}
	want := "root at line 1; line 3: did not find expected node content; line 5: unknown anchor 'q' referenced; " +
		"line 6: mapping values are not allowed in this context; root at line 8"
	if strings.Join(got, "; ") != want {
		t.Errorf("got %s", strings.Join(got, "; "))
	}
}

// Hostile text ends in an error or in a document, not in a panic.
func TestHostile(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'k'; c++ {
		bomb += fmt.Sprintf("%c: &%c [%s*%c]\n", c, c, strings.Repeat(fmt.Sprintf("*%c,", c-1), 8), c-1)
	}
	for _, src := range []string{
		bomb,
		strings.ReplaceAll(strings.ReplaceAll(bomb, "[", "{<<: ["), "]", "]}"),
		strings.Repeat("[", 100_000),
		strings.Repeat("{a: ", 100_000),
		strings.Repeat("- ", 100_000),
		strings.Repeat("? ", 20_000),
		strings.Repeat("a:\n", 1000) + strings.Repeat(" ", 5000) + "x",
		"a: &a {<<: *a, b: *a}",
		"&a [*a]",
		"\ufeff", "", "---", "...", "%", "\x00\x01\x02", "a: \ufeffb", "a\r\rb: 1", "- &a\n- *a\n- !!str\n",
		"? \n: \n", "{: 1}", "[: 1]", "[? a]", "{? }", "- |", "- >+\n\n\n", "- |9\n", "a: !<tag:x> b", "*a : b",
	} {
		f := Parse([]byte(src))
		for i := range f.Docs {
			f.Find(i, NewPath("a", "b", 0))
			f.Find(i, NewPath(0, 0))
			f.Edits(i, []Change{{Op: Set, Path: NewPath("a"), Value: true}})
			f.Edits(i, []Change{{Op: Delete, Path: NewPath(0), Prune: 9}})
		}
	}
}
