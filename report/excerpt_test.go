package report

import (
	"strings"
	"testing"
)

func TestExcerpt(t *testing.T) {
	long := strings.Repeat("a", 300) + "BAD" + strings.Repeat("z", 300)
	for _, test := range []struct {
		name        string
		line        string
		spans       []span
		limit       int
		text, marks string
	}{
		{
			"plain", "privileged: true",
			[]span{{13, 17}},
			40, "privileged: true", "            ^^^^",
		},
		{"only a start", "a: b", []span{{4, 0}}, 40, "a: b", "   ^"},
		{"empty range", "a: b", []span{{4, 4}}, 40, "a: b", "   ^"},
		{"end of the line", "a:", []span{{3, 3}}, 40, "a:", "  ^"},
		{"behind the end", "a:", []span{{9, 12}}, 40, "a:", ""},
		{"no column", "a:", []span{{0, 0}}, 40, "a:", ""},
		{"to the end", "- name: x", []span{{3, 1 << 30}}, 40, "- name: x", "  ^^^^^^^"},
		{"two places", "[a, bb]", []span{{2, 3}, {5, 7}}, 40, "[a, bb]", " ^  ^^"},
		{"CRLF", "a: b\r", []span{{4, 5}}, 40, "a: b", "   ^"},
		{"empty line", "", []span{{1, 1}}, 40, "", "^"},
		{"tabs", "\ta:\tb", []span{{5, 6}}, 40, "    a:  b", "        ^"},
		{"wide runes before", "日本: b", []span{{5, 6}}, 40, "日本: b", "      ^"},
		{"wide runes marked", "a: 日本", []span{{4, 6}}, 40, "a: 日本", "   ^^^^"},
		{"combining marks", "e\u0301: b", []span{{5, 6}}, 40, "e\u0301: b", "   ^"},
		{"escape sequences", "\x1b[1m: b", []span{{7, 8}}, 40, `\x1b[1m: b`, "         ^"},
		{"control character marked", "a: \x00", []span{{4, 5}}, 40, `a: \x00`, "   ^^^^"},
		{"not UTF-8", "\xff: b", []span{{4, 5}}, 40, `\xff: b`, "      ^"},
		{"log command", "##[group] b", []span{{11, 12}}, 40, `#\x23[group] b`, "             ^"},
		{"cut at the end", long, []span{{1, 3}}, 10, "aaaaaaaa…", "^^"},
		{"cut at both ends", long, []span{{301, 304}}, 20, "…aaaaaBADzzzzzzzzzz…", "      ^^^"},
		{"cut at the start", long, []span{{602, 604}}, 10, "…zzzzzzzz", "       ^^"},
		{"longer than the room", long, []span{{1, 500}}, 20, strings.Repeat("a", 18) + ellipsis, strings.Repeat("^", 18)},
		{"wide runes are not halved", strings.Repeat("日", 30), []span{{10, 11}}, 10, "…日日日日…", "   ^^"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := newExcerpt(test.line, test.spans, test.limit)
			if got.text != test.text || got.marks != test.marks {
				t.Errorf("got\n%q\n%q, want\n%q\n%q", got.text, got.marks, test.text, test.marks)
			}
		})
	}
}

func FuzzExcerpt(f *testing.F) {
	f.Add("\ta: 日\x1b b", 3, 5, 20)
	f.Add(strings.Repeat("a", 300), 200, 1000, 24)
	f.Add(strings.Repeat("a", 199), 200, 1000, 68)
	f.Fuzz(func(t *testing.T, line string, start, end, limit int) {
		limit = min(max(limit, minText), 500)
		if strings.ContainsRune(line, '\n') || start < 0 || end < 0 {
			return
		}
		got := newExcerpt(line, []span{{start, end}}, limit)
		if w := textWidth(got.text); w > limit {
			t.Errorf("%q takes %d columns of %d", got.text, w, limit)
		}
		if w := textWidth(got.marks); w > limit+1 {
			t.Errorf("marks %q take %d columns of %d", got.marks, w, limit)
		}
		checkInert(t, strings.ReplaceAll("|"+got.text, "\ufffd", ""), false)
	})
}

func TestWrap(t *testing.T) {
	for _, test := range []struct {
		name, text         string
		width, first, hang int
		want               string
	}{
		{"no width", "a  b\nc", 0, 10, 4, "a b c"},
		{"nothing", "", 80, 10, 4, ""},
		{"fits", "aaa bbb", 30, 0, 0, "aaa bbb"},
		{"prefix and indent", "aaaaaaaaaa bbbbbbbbbb cccccccccc dddd", 40, 16, 10, "aaaaaaaaaa bbbbbbbbbb|cccccccccc dddd"},
		{"a word is not broken", "x " + strings.Repeat("p", 50) + " y", 30, 0, 0, "x|" + strings.Repeat("p", 50) + "|y"},
		{"wide runes", strings.Repeat("日", 10) + " " + strings.Repeat("本", 5), 30, 0, 0, strings.Repeat("日", 10) + "|" + strings.Repeat("本", 5)},
		{"hardly any room", "aaaaaaaaaaaa bbbbbbbbbbb cc", 5, 4, 4, "aaaaaaaaaaaa bbbbbbbbbbb|cc"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := strings.Join(wrap(test.text, test.width, test.first, test.hang), "|"); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
