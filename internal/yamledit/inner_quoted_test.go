package yamledit

import "testing"

// A text in double quotes is edited between its escapes, which stay as they are written.
func TestEditsInDoubleQuotes(t *testing.T) {
	for _, test := range []struct{ name, src, want string }{
		{"escaped line breaks", `v: "a: true\nb: 1\n"`, `v: "a: false\nb: 1\n"`},
		{"letters by number", `v: "é: \u00e9\U0001F600 # \xe9\na: true\n"`, `v: "é: \u00e9\U0001F600 # \xe9\na: false\n"`},
		{"other escapes", `v: "b: '\_\L'\nc: \"\\\\\"\n\x61: true"`, `v: "b: '\_\L'\nc: \"\\\\\"\n\x61: false"`},
		{"a line that goes on", "v: \"b: 1\\n\\\n  \\  c: 2\\n\\\n  a: true\\n\"", ""},
		{"folded lines", "v: \"a: true\n\n  b: é\n\"", "v: \"a: false\n\n  b: é\n\""},
		{"lines that go on", "v: \"b: 1\\n\\\n  a: true\\n\"", "v: \"b: 1\\n\\\n  a: false\\n\""},
	} {
		t.Run(test.name, func(t *testing.T) {
			inner, ok := Parse([]byte(test.src)).Inner(0, NewPath("v"))
			if !ok {
				t.Fatalf("cannot be read: %s", test.src)
			}
			edits, err := inner.Edits(0, []Change{{Op: Set, Path: NewPath("a"), Value: false}})
			if test.want == "" {
				if err == nil {
					t.Fatalf("what is no YAML was edited: %v", edits)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got, err := Apply([]byte(test.src), edits); err != nil || string(got) != test.want {
				t.Errorf("got %s (%v), want %s", got, err, test.want)
			}
		})
	}
}
