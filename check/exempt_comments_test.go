package check

import (
	"fmt"
	"strings"
	"testing"
)

func TestIgnoreComments(t *testing.T) {
	for _, test := range []struct{ name, src, want string }{
		{"none", "a: b # podmend: ignore", ""},
		{"at the end of a line", "a: b\nc: d # podmend:ignore x -- y\n", "2>2 x -- y"},
		{"above", "a: b\n# podmend:ignore x -- y\nc: d\n", "2>3 x -- y"},
		{"above, with comments between", "a: b\n# podmend:ignore x -- y\n# z\nc: d\n", "2>4 x -- y"},
		{"above an empty line", "a: b\n# podmend:ignore x -- y\n\nc: d\n", "2>0 x -- y"},
		{"at the end of the file", "a: b\n# podmend:ignore x -- y", "2>0 x -- y"},
		{"at the head", "# z\n# podmend:ignore x -- y\n\na: b\n", "2>0 head x -- y"},
		{"at the head, before a document", "# podmend:ignore x -- y\n---\na: b\n", "1>0 head x -- y"},
		{"at the head, behind a directive", "%YAML 1.1\n---\n# podmend:ignore x -- y\n\na: b\n", "3>0 head x -- y"},
		{"at the head, above a line", "# podmend:ignore x -- y\na: b\n", "1>2 x -- y"},
		{"before a list's dash", "a:\n# podmend:ignore x -- y\n- b\n", "2>3 x -- y"},
		{"in a block scalar", "a: |\n  # podmend:ignore x -- y\nb: c\n", ""},
		{"in quotes", "a: \"b # podmend:ignore x -- y\"\n", ""},
		{"in flow style", "a: {b: c} # podmend:ignore x -- y\n", "1>1 x -- y"},
		{"without blanks", "a: b\n#podmend:ignore x -- y\nc: d\n", "2>3 x -- y"},
		{"another word", "a: b # podmend:ignored x -- y\n", ""},
		{"of a template", "{{ if .a }}\n  {{- /* podmend:ignore x -- y */ -}}\na: b\n{{ end }}", "2>3 x -- y"},
		{"of a template, at the end of a line", "a: {{ .b }} {{/* podmend:ignore x -- y */}}\n", "1>1 x -- y"},
		{"of a template, on two lines", "a: {{ .b }}\n{{- /* podmend:ignore x --\n  y */}}\nc: d", "3>4 x -- y"},
		{"of a template, at the head", "{{- /* podmend:ignore x -- y */ -}}\n\n{{ if .a }}", "1>0 head x -- y"},
		{"another of a template between", "a: b\n# podmend:ignore x -- y\n{{/* z\nz */}}\nc: d\n", "2>5 x -- y"},
		{"with CRLF", "a: b\r\n# podmend:ignore x -- y\r\nc: d\r\n", "2>3 x -- y"},
		{"two", "a: b # podmend:ignore x -- y\nc: d # podmend:ignore z -- y\n", "1>1 x -- y; 2>2 z -- y"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, comment := range ignoreComments(test.src) {
				head := ""
				if comment.head {
					head = " head"
				}
				got = append(got, fmt.Sprintf("%d>%d%s%s", comment.line, comment.of, head, comment.text))
			}
			if text := strings.Join(got, "; "); text != test.want {
				t.Errorf("got %q, want %q", text, test.want)
			}
		})
	}
}

func TestAsLineComments(t *testing.T) {
	got, changed := asLineComments("a: b {{/* podmend:ignore x\n -- y */}}\n{{- /* z */}}\nc: d # podmend:ignore x -- y\n")
	if want := "a: b # podmend:ignore x -- y\n{{- /* z */}}\nc: d # podmend:ignore x -- y\n"; got != want || !changed {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, changed := asLineComments("a: b # podmend:ignore x -- y"); changed {
		t.Error("a line comment shows already")
	}
}

func FuzzIgnoreComments(f *testing.F) {
	f.Add("a: b # podmend:ignore x -- y\n")
	f.Add("{{/* podmend:ignore x\n -- y */}}\r\n# podmend:ignore\n---\n")
	f.Fuzz(func(t *testing.T, src string) {
		lines := strings.Count(src, "\n") + 1
		for _, comment := range ignoreComments(src) {
			if comment.line < 1 || comment.line > lines || comment.of > lines || comment.start >= comment.end {
				t.Errorf("%q: %+v", src, comment)
			}
		}
	})
}
