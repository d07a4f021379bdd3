package markdown

import (
	"fmt"
	"html"
	"regexp"
	"strings"

	"github.com/podmend/podmend/report"
)

// How many characters of a string from the repository are shown.
const (
	maxName  = 120
	maxProse = 1000
)

// gap is a space without width. Put behind a mark, it keeps GitHub from making a mention, a
// reference or a link of what follows.
const gap = "&#8203;"

var (
	marked = regexp.MustCompile("[\\\\`*_\\[\\]<>#|~&@$]")
	linked = regexp.MustCompile(`(?i)\b(https?:|ftp:|mailto:|xmpp:|www\.|gh)([/-]|\w)`)
)

// prose escapes text inside a line. https://github.github.com/gfm/
func prose(s string) string {
	s = linked.ReplaceAllString(report.InertProse(s, maxProse), "$1\x00$2")
	s = marked.ReplaceAllStringFunc(s, func(mark string) string {
		switch mark {
		case "&":
			return "&amp;"
		case "<":
			return "&lt;"
		case "@":
			return mark + gap
		case "#":
			return `\` + mark + gap
		}
		return `\` + mark
	})
	return strings.ReplaceAll(s, "\x00", gap)
}

// code shows text as it is, as code inside a line. In a table, too, where a bar would end the cell.
func code(s string) string {
	s = report.Inert(s, maxName*3)
	if s == "" {
		return ""
	}
	if strings.ContainsAny(s, "`|\\") || strings.TrimSpace(s) != s {
		return htmlCode(s)
	}
	return "`" + s + "`"
}

// htmlCode is code where Markdown is not read, and for what its own marks can't hold.
func htmlCode(s string) string {
	s = linked.ReplaceAllString(report.Inert(s, maxName*3), "$1\x00$2")
	s = strings.ReplaceAll(html.EscapeString(s), "\x00", gap)
	return "<code>" + marked.ReplaceAllStringFunc(s, func(mark string) string {
		if strings.Contains("&#;", mark) {
			return mark // of an entity
		}
		if mark == "@" {
			return mark + gap
		}
		return fmt.Sprintf("&#%d;", mark[0])
	}) + "</code>"
}

// htmlProse is prose where Markdown is not read.
func htmlProse(s string) string {
	s = linked.ReplaceAllString(report.InertProse(s, maxProse), "$1\x00$2")
	s = strings.NewReplacer("@", "@\x00", "#", "#\x00").Replace(s)
	return strings.ReplaceAll(html.EscapeString(s), "\x00", gap)
}

// block is text in a fence that nothing in it closes.
func block(language, text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + language + "\n" + text + fence + "\n"
}
