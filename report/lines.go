package report

import (
	"bufio"
	"io"
	"strings"
)

// A style is the parameter of a terminal's SGR sequence; "" prints plainly.
type style string

const (
	plain  style = ""
	bold   style = "1"
	dim    style = "2"
	red    style = "1;31"
	green  style = "1;32"
	yellow style = "1;33"
	blue   style = "1;34"
	cyan   style = "1;36"
)

// A piece is a part of a line in one style. Its text is inert.
type piece struct {
	text  string
	style style
}

// A linePrinter writes whole lines. It is the only place that writes escapes.
type linePrinter struct {
	w     *bufio.Writer
	color bool
	width int
}

func newLinePrinter(w io.Writer, o TextOptions) *linePrinter {
	return &linePrinter{w: bufio.NewWriter(w), color: o.Color, width: o.Width}
}

// line writes one line as it is. GitHub obeys lines that begin with "::", with or without
// white space before it, so no line of ours does.
func (p *linePrinter) line(pieces ...piece) {
	begun := false
	for _, piece := range pieces {
		text := piece.text
		if trimmed := strings.TrimLeft(text, " "); !begun && trimmed != "" {
			begun = true
			if strings.HasPrefix(trimmed, ":") {
				text = text[:len(text)-len(trimmed)] + `\x3a` + trimmed[1:]
			}
		}
		if p.color && piece.style != plain && text != "" {
			text = "\x1b[" + string(piece.style) + "m" + text + "\x1b[0m"
		}
		p.w.WriteString(text)
	}
	p.w.WriteByte('\n')
}

// paragraph writes text behind a prefix, wrapped, with its further lines indented by hang.
func (p *linePrinter) paragraph(hang int, text string, prefix ...piece) {
	taken := 0
	for _, piece := range prefix {
		taken += textWidth(piece.text)
	}
	for i, part := range wrap(text, p.width, taken, hang) {
		if i == 0 {
			p.line(append(prefix, piece{text: part})...)
		} else {
			p.line(piece{text: strings.Repeat(" ", hang) + part})
		}
	}
}

// minText is how narrow a column of text gets at most: below, it is better that the
// terminal wraps.
const minText = 24

// wrap breaks text at spaces into lines of at most width columns, of which the first line
// has lost some to a prefix and the others to an indent. A word is never broken, so that
// paths can be copied. Width 0 is one line.
func wrap(text string, width, first, hang int) []string {
	words := strings.Fields(text)
	if width <= 0 || len(words) == 0 {
		return []string{strings.Join(words, " ")}
	}
	var lines []string
	line, used := "", 0
	room := max(width-first, minText)
	for _, word := range words {
		w := textWidth(word)
		if line != "" && used+1+w > room {
			lines = append(lines, line)
			line, used = "", 0
			room = max(width-hang, minText)
		}
		if line != "" {
			line += " "
			used++
		}
		line += word
		used += w
	}
	return append(lines, line)
}
