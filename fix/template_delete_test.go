package fix

import (
	"slices"
	"testing"
)

func TestEntries(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want []entry
	}{
		"items":              {"- a: 1\n  b: 2\n- c: 3\n", []entry{{0, 14, true}, {14, 21, true}}},
		"comments":           {"  # one\n  - a\n  # two\n  - b\n", []entry{{0, 14, true}, {14, 28, true}}},
		"inner comment":      {"- a:\n  # of b\n  b: 1\n- c\n", []entry{{0, 21, true}, {21, 25, true}}},
		"key and its items":  {"a:\n- b\n- c\nd: 1\n", []entry{{0, 11, false}, {11, 16, false}}},
		"nothing but a note": {"# note\n", []entry{{0, 7, true}}},
	} {
		if got := entries(test.text); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}
