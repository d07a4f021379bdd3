package report

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

// A report that comes from elsewhere is refused, or is read, told of and written without harm; what
// is written is read back as the same.
func FuzzReadJSON(f *testing.F) {
	bad, _ := hostile()
	lots, _ := many()
	for _, r := range []*Report{bad, lots, clean(), details(), onlyErrors()} {
		var text bytes.Buffer
		if err := WriteJSON(&text, r); err != nil {
			f.Fatal(err)
		}
		f.Add(text.Bytes(), 80)
	}
	f.Add([]byte(`{"schema":"podmend/v1","findings":[{"origin":{"line":-1,"column":9,"exact":true,"file":"a"}}],"proposals":[{"edits":[{"start":-1}]}]}`), 1)
	f.Fuzz(func(t *testing.T, text []byte, width int) {
		r, err := ReadJSON(bytes.NewReader(text))
		if err != nil {
			harmless(t, err.Error())
			return
		}
		for _, problem := range r.Problems() {
			harmless(t, Inert(problem, 0))
		}
		var told bytes.Buffer
		source := func(string) ([]byte, error) { return []byte("a: \x1b[31m\n::error::b\n"), nil }
		if err := WriteText(&told, r, TextOptions{Width: width, Verbose: true, Source: source}); err != nil {
			t.Fatal(err)
		}
		harmless(t, told.String())
		var first, second bytes.Buffer
		if err := WriteJSON(&first, r); err != nil {
			t.Fatal(err)
		}
		harmless(t, first.String())
		again, err := ReadJSON(bytes.NewReader(first.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(r, again) {
			t.Errorf("what is written is read back as another report:\n%+v\n%+v", r, again)
		}
		if err := WriteJSON(&second, again); err != nil || first.String() != second.String() {
			t.Errorf("it is written another way the second time: %v", err)
		}
		r.Finish()
	})
}

// harmless asserts that nothing in a text acts on a terminal or a log.
func harmless(t *testing.T, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if Inert(line, 0) != line || strings.HasPrefix(strings.TrimSpace(line), "::") {
			t.Fatalf("it says %q", line)
		}
	}
}
