package render

import (
	"reflect"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// readTwice reads a text after another one of its name, and holds it against what YAML reads.
func readTwice(t *testing.T, first, then string) (fromEntries bool) {
	t.Helper()
	readFiles.clear()
	if _, err := readValues(contentDigest{}, []byte(first)); err != nil {
		return false
	}
	want := map[string]any{}
	wrong := yaml.Unmarshal([]byte(then), &want)
	got, err := readValues(contentDigest{}, []byte(then))
	if (err == nil) != (wrong == nil) || err == nil && !reflect.DeepEqual(got, want) {
		t.Errorf("after %q, %q reads as %v (%v), expected %v (%v)", first, then, got, err, want, wrong)
	}
	known, _ := readFiles.get(contentDigest{})
	return known.edited([]byte(then)) != nil
}

// Of values with an edit, only entries that differ are read, and the result is that of reading all.
func TestEditedValuesAreReadByEntries(t *testing.T) {
	const values = "# values\nimage:\n  tag: v1\n\n# of the pod\nhostNetwork: true\nports:\n- 80\ntext: |+\n  a\n\nlast: {a: [1, 2]}\n"
	for _, edit := range []struct {
		was, is string
		entries bool // the others are not read again
	}{
		{"true", "false", true},
		{"- 80", "- name: a", true},
		{"v1", "v2", true},
		{"  a\n", "  a\n  b\n", true},
		{"last", "more: 1\nlast", true},
		{"hostNetwork: true\n", "", true},
		{"true", "true\nimage: 2", false},
		{"true", "\"true\nports: 1\"", false},
		{"true", "{a: 1,\n b: 2}", true},
		{"true", "{a: 1,\nb: 2}", false},
		{"true", "{a: 1,\nports: 2}", false},
		{"true", "&a [*a]", false},
		{"true", "&a 1\nother: *a", false},
		{"true", "1\n---\nb: 2", false},
		{"true", "2 # a & b, *c", true},
		{"true", "1\n\"quoted\": 2", false},
		{"# values", "a", false},
		{"true", "true\r\nmore: 1\r", true},
		{"true", "[", false},
		{"hostNetwork", "yes", false},
		{"hostNetwork", "host-network.io/on", true},
	} {
		if entries := readTwice(t, values, strings.Replace(values, edit.was, edit.is, 1)); entries != edit.entries {
			t.Errorf("with %q for %q, reading by entries is %t", edit.is, edit.was, entries)
		}
	}
	if marked := "--- \n" + values; !readTwice(t, marked, strings.Replace(marked, "true", "false", 1)) {
		t.Error("values behind the start of a document are not read by entries")
	}
	for _, whole := range []string{"a: &x 1\nb: *x\n", "a: 1\n---\nb: 2\n", "---\n---\na: 1\n", "--- {c: 1}\na: 1\n", "{a: 1}\n", "'a': 1\nb: 2\n", "a: 1\na: 2\n", "a: \"\nb: 1\"\nc: 1\n"} {
		if readTwice(t, whole, strings.Replace(whole, "1", "3", 1)) {
			t.Errorf("%q is read by entries", whole)
		}
	}
}

// What somebody changes of values that were read does not show in those that are read next.
func TestReadValuesAreCopies(t *testing.T) {
	readFiles.clear()
	for range 2 {
		for _, text := range []string{"a: {b: [1]}\nc: 1\n", "a: {b: [1]}\nc: 2\n"} {
			values, err := readValues(contentDigest{}, []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			list := values["a"].(map[string]any)["b"].([]any)
			if list[0] != float64(1) {
				t.Fatalf("%q reads as %v", text, values)
			}
			list[0] = 2
		}
	}
}

// Values are read by entries as they are read whole.
func FuzzReadValues(f *testing.F) {
	for _, text := range seedFiles(f, "*values*.yaml") {
		f.Add(text, "true", "false")
		f.Add(text, "\n", "\nadded: [1]\n")
	}
	f.Add("a: |\n  b\nc: \"d\ne: f\"\n", "d", "\"\nd: 'x")
	f.Add("#\n0:", "\n", "\xff\n")
	f.Add("a: &b 1\nc: {d: 2}\n", "2", "*b")
	f.Fuzz(func(t *testing.T, text, was, is string) {
		readTwice(t, text, strings.Replace(text, was, is, 1))
	})
}
