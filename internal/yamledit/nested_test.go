package yamledit

import (
	"strings"
	"testing"
)

const nestedText = `patches:
- patch: |
    kind: A
    spec:
      values: |
        # Of dev.
        host:
          pid: true # now
        list:
        - a
        - b

      other: 1
`

// A text in a text is edited in the file around both, with the indentation of both.
func TestTextInText(t *testing.T) {
	file := Parse([]byte(nestedText))
	inner, ok := file.InnerAt(NewPath("patches", 0, "patch").Concat(Path{Within}).Concat(NewPath(0, "spec", "values")))
	if !ok {
		t.Fatal("the text is not found")
	}
	found, ok := inner.Find(0, NewPath("host", "pid"))
	if !ok || inner.Outer(found.Value).Line != 8 {
		t.Fatalf("found %+v", found)
	}
	edits, err := inner.Edits(0, []Change{
		{Op: Set, Path: NewPath("host", "pid"), Value: false},
		{Op: Set, Path: NewPath("host", "ipc"), Value: false},
		{Op: Delete, Path: NewPath("list", 1)},
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := Apply(file.Src, edits)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.NewReplacer("pid: true # now\n", "pid: false # now\n          ipc: false\n", "        - b\n", "").Replace(nestedText)
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
