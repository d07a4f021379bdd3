package yamledit

import (
	"strings"
	"testing"
)

// What an edit of one document takes does not grow with the documents around it: a file may hold
// thousands that are all edited.
func TestEditsDoNotGrowWithTheFile(t *testing.T) {
	bytesOf := func(documents int) int64 {
		src := strings.Repeat("kind: Pod\nspec:\n  hostPID: true\n---\n", documents)
		file := Parse([]byte(src))
		result := testing.Benchmark(func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				if _, err := file.Edits(documents/2, []Change{{Op: Set, Path: NewPath("spec", "hostPID"), Value: false}}); err != nil {
					b.Fatal(err)
				}
			}
		})
		return result.AllocedBytesPerOp()
	}
	if few, many := bytesOf(10), bytesOf(2000); many > 2*few {
		t.Errorf("an edit takes %d bytes among 10 documents and %d among 2000", few, many)
	}
}

// A document that an edit would split or join is refused, whatever stands around it.
func TestEditsKeepTheDocumentsAround(t *testing.T) {
	for _, src := range []string{
		"a: 1\n---\nb: 1\n---\nc: 1\n",
		"a: 1\n...\n# head\n---\nb: 1\n...\n---\nc: 1\n",
		"\ufeff{\"a\": 1}\n{\"b\": 1}\n{\"c\": 1}",
		"---\na: 1\n---\n---\nb: 1\n",
	} {
		file := Parse([]byte(src))
		for doc := range file.Docs {
			if file.Docs[doc].Root == nil {
				continue
			}
			key := file.Docs[doc].Root.Content[0].Value
			edits, err := file.Edits(doc, []Change{{Op: Set, Path: NewPath(key), Value: "two"}})
			if err != nil {
				t.Errorf("%q, document %d: %v", src, doc, err)
				continue
			}
			edited, err := Apply(file.Src, edits)
			if err != nil {
				t.Fatal(err)
			}
			after := Parse(edited)
			if len(after.Docs) != len(file.Docs) {
				t.Fatalf("%q became %q", src, edited)
			}
			for i := range after.Docs {
				was, is := file.Docs[i], after.Docs[i]
				if same := string(file.Src[was.Start:was.End]) == string(edited[is.Start:is.End]); same != (i != doc) {
					t.Errorf("%q became %q", src, edited)
				}
			}
		}
		if err := file.verify(0, []Edit{{Start: file.Docs[0].End - 1, End: file.Docs[0].End - 1, NewText: "\n---\n"}}, nil); err == nil {
			t.Errorf("%q: a new document was let through", src)
		}
	}
}
