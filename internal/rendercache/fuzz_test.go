package rendercache

import (
	"testing"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/render"
)

// FuzzEntry asks that what somebody puts in the place of an entry breaks nothing.
func FuzzEntry(f *testing.F) {
	content, err := encode(&entry{
		Key: "k", Looks: []look{{overlay.Look{Kind: overlay.Read, Name: "a"}, "x"}},
		Result: render.Result{Status: render.OK, Reads: []string{"a"}, Objects: []render.Object{{Kind: "Pod", YAML: []byte(pod)}}},
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(content)
	f.Add([]byte("no entry"))
	f.Fuzz(func(t *testing.T, content []byte) {
		read, err := decode(content)
		if (read == nil) == (err == nil) {
			t.Fatalf("%v and %v", read, err)
		}
		if err == nil && !valid(&read.Result) {
			t.Fatal("what is not valid is taken")
		}
	})
}

// FuzzMask asks that texts keep their length and lines, and read as before but for the values.
func FuzzMask(f *testing.F) {
	f.Add("env:\n- name: a\n  value: \"se\\\"cret\"\n")
	f.Add("env:\n- name: a\n  value: >-\n    a\n\n    b\n  x: y\n")
	f.Fuzz(func(t *testing.T, text string) {
		masked, ok := withoutVariables([]byte(text))
		if !ok {
			return
		}
		if len(masked) != len(text) {
			t.Fatalf("%q becomes %q", text, masked)
		}
		for i := range masked {
			if (masked[i] == '\n') != (text[i] == '\n') {
				t.Fatalf("%q becomes %q", text, masked)
			}
		}
	})
}
