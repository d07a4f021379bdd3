package fix

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
)

// Diff returns a unified diff of one file that git apply takes.
// https://git-scm.com/docs/diff-format#generate_patch_text_with_p
func Diff(name string, before, after []byte) []byte {
	if bytes.Equal(before, after) {
		return nil
	}
	from, to := gitQuote("a/"+name), gitQuote("b/"+name)
	text := diff.Diff("before", before, "after", after)
	// The library opens with a line "diff before after" and two header lines.
	for range 3 {
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	header := "diff --git " + from + " " + to + "\n--- " + from + tail(name) + "\n+++ " + to + tail(name) + "\n"
	return append([]byte(header), text...)
}

// tail ends a header's name: after one with spaces, git and patch want a tab.
func tail(name string) string {
	if strings.Contains(name, " ") {
		return "\t"
	}
	return ""
}

// gitQuote quotes a name as git does if it holds bytes that would break a header line.
func gitQuote(name string) string {
	plain := true
	for i := range len(name) {
		if c := name[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			plain = false
		}
	}
	if plain {
		return name
	}
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(name) {
		switch c := name[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c >= 0x7f:
			octal := strconv.FormatUint(uint64(c), 8)
			b.WriteString("\\" + strings.Repeat("0", 3-len(octal)) + octal)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
