package report

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestInert(t *testing.T) {
	for _, test := range []struct {
		name, in string
		limit    int
		want     string
	}{
		{"plain", "charts/web/values.yaml", 0, "charts/web/values.yaml"},
		{"other scripts", "Büro 日本語 नमस्ते 🙂", 0, "Büro 日本語 नमस्ते 🙂"},
		{"terminal escape", "a\x1b[2Jb", 0, `a\x1b[2Jb`},
		{"title and bell", "\x1b]0;t\a", 0, `\x1b]0;t\x07`},
		{"C1 control", "a\u009b1m", 0, `a\u009b1m`},
		{"line breaks", "a\r\nb\u2028c\u0085d", 0, `a\r\nb\u2028c\u0085d`},
		{"tab, delete and zero", "a\tb\x7f\x00", 0, `a\tb\x7f\x00`},
		{"bidirectional", "a\u202eb\u2066c", 0, `a\u202eb\u2066c`},
		{"zero width", "a\u200bb\ufeffc\u2060d", 0, `a\u200bb\ufeffc\u2060d`},
		{"unusual spaces", "a\u00a0b\u200ac", 0, `a\u00a0b\u200ac`},
		{"blank letters", "a\u3164b\u2800c", 0, `a\u3164b\u2800c`},
		{"tags", "a\U000e0041", 0, `a\U000e0041`},
		{"not UTF-8", "a\xffb\xc3", 0, `a\xffb\xc3`},
		{"half of a BOM", "\xef", 0, `\xef`},
		{"replacement character", "\ufffd", 0, "\ufffd"},
		{"few marks", "e\u0301", 0, "e\u0301"},
		{"pile of marks", "e" + strings.Repeat("\u0301", 6), 0, "e\u0301\u0301\u0301\u0301" + `\u0301\u0301`},
		{"log commands", "##[add-mask]x ##vso[y] # #[z] ## [", 0, `#\x23[add-mask]x #\x23vso[y] # #[z] ## [`},
		{"more number signs", "####[group]", 0, `###\x23[group]`},
		{"cut", "abcdef", 4, "abcd…"},
		{"not cut", "日本語", 3, "日本語"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Inert(test.in, test.limit); got != test.want {
				t.Errorf("Inert(%q, %d) = %q, want %q", test.in, test.limit, got, test.want)
			}
		})
	}
}

func TestInertProse(t *testing.T) {
	if got, want := InertProse(" a\n\tb\r\n  c\x1b[0m ", 0), `a b c\x1b[0m`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzInert(f *testing.F) {
	f.Add("a\x1b[2J\u202e\xff##[group]", 3)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		got := Inert(s, limit)
		if !utf8.ValidString(got) {
			t.Errorf("%q is no UTF-8", got)
		}
		checkInert(t, strings.ReplaceAll(got, "\ufffd", ""), false)
		if limit > 0 && utf8.RuneCountInString(s) <= limit && strings.HasSuffix(got, ellipsis) && !strings.HasSuffix(s, ellipsis) {
			t.Errorf("%q was cut to %d", s, limit)
		}
	})
}
