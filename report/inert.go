package report

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// ellipsis stands for what was cut.
const ellipsis = "…"

// Inert makes a string from a repository safe to print in one line: control characters,
// line breaks, terminal escapes, bidirectional controls, invisible characters and bytes
// that are not UTF-8 become visible escapes such as \x1b or \u202e, and CI log commands
// are broken. What is longer than limit characters is cut; 0 is no limit.
func Inert(s string, limit int) string {
	s, cut := cutRunes(s, limit)
	var b strings.Builder
	for _, cell := range inertCells(s) {
		b.WriteString(cell.text)
	}
	if cut {
		b.WriteString(ellipsis)
	}
	return b.String()
}

// InertProse is Inert for sentences: white space of any kind and length becomes one space.
func InertProse(s string, limit int) string {
	return Inert(strings.Join(strings.Fields(s), " "), limit)
}

// maxMarks is how many combining marks may follow each other: some scripts need a few, and
// a pile of them would paint over the lines around it.
const maxMarks = 4

// isInert says whether a rune takes its own place when it is printed, and nothing else.
func isInert(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= ' ' && r != 0x7f
	}
	return unicode.IsPrint(r) && !unicode.Is(invisible, r)
}

// invisible holds the runes that unicode.IsPrint accepts and that print as nothing.
var invisible = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x034f, Hi: 0x034f, Stride: 1}, // combining grapheme joiner
		{Lo: 0x115f, Hi: 0x1160, Stride: 1}, // Hangul fillers
		{Lo: 0x17b4, Hi: 0x17b5, Stride: 1}, // Khmer inherent vowels
		{Lo: 0x180b, Hi: 0x180f, Stride: 1}, // Mongolian variation selectors
		{Lo: 0x2800, Hi: 0x2800, Stride: 1}, // Braille blank
		{Lo: 0x3164, Hi: 0x3164, Stride: 1}, // Hangul filler
		{Lo: 0xfe00, Hi: 0xfe0d, Stride: 1}, // variation selectors but those of emoji
		{Lo: 0xffa0, Hi: 0xffa0, Stride: 1}, // half-width Hangul filler
	},
	R32: []unicode.Range32{
		{Lo: 0xe0100, Hi: 0xe01ef, Stride: 1}, // variation selectors supplement
	},
}

// A cell is one rune, or one byte that is no UTF-8, in the form in which it is printed.
type cell struct {
	r     rune
	text  string
	width int // in columns of a terminal
}

// inertCells returns one cell for each rune of s.
func inertCells(s string) []cell {
	cells := make([]cell, 0, len(s))
	commands := logCommands([]byte(s))
	marks := 0
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		marks++
		if !unicode.In(r, unicode.Mn, unicode.Me) {
			marks = 0
		}
		c := cell{r: r, text: s[i : i+size], width: runeWidth(r)}
		switch command := len(commands) > 0 && commands[0] == i; {
		case r == utf8.RuneError && size == 1:
			c.text = fmt.Sprintf(`\x%02x`, s[i])
			c.width = len(c.text)
		case command, !isInert(r), marks > maxMarks:
			c.text = escapeRune(r)
			c.width = len(c.text)
			if command {
				commands = commands[1:]
			}
		}
		cells = append(cells, c)
		i += size
	}
	return cells
}

// runeWidth is how many columns of a terminal an inert rune takes.
func runeWidth(r rune) int {
	if r < utf8.RuneSelf {
		return 1
	}
	if unicode.In(r, unicode.Mn, unicode.Me) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// textWidth is how many columns of a terminal an inert string takes.
func textWidth(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

func escapeRune(r rune) string {
	switch {
	case r == '\t':
		return `\t`
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r < utf8.RuneSelf:
		return fmt.Sprintf(`\x%02x`, r)
	case r > 0xffff:
		return fmt.Sprintf(`\U%08x`, r)
	default:
		return fmt.Sprintf(`\u%04x`, r)
	}
}

// Log readers of CI systems obey ##[command], ##vso[command] and ##teamcity[command]
// anywhere in a line.
var logCommand = regexp.MustCompile(`##[A-Za-z]*\[`)

// logCommands returns the offsets of bytes that must be escaped to break log commands.
func logCommands(text []byte) []int {
	var offsets []int
	for _, match := range logCommand.FindAllIndex(text, -1) {
		offsets = append(offsets, match[0]+1)
	}
	return offsets
}

// HasCommands says whether a CI system would take something in a text, which may have several
// lines, for a command.
func HasCommands(text []byte) bool {
	if logCommand.Match(text) {
		return true
	}
	for line := range bytes.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		if bytes.HasPrefix(bytes.TrimSpace(line), []byte("::")) {
			return true
		}
	}
	return false
}

// cutRunes cuts s behind limit runes and says whether it did.
func cutRunes(s string, limit int) (string, bool) {
	if limit <= 0 || len(s) <= limit {
		return s, false
	}
	n := 0
	for i := range s {
		if n == limit {
			return s[:i], true
		}
		n++
	}
	return s, false
}
