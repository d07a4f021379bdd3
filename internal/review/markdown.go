package review

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/podmend/podmend/report"
)

const (
	maxName  = 500 // the path of a file, with a line
	maxProse = 400
)

// code shows a name of the repository in a code span: GitHub makes no mention, reference, link or
// picture of what stands in one.
func code(text string) string {
	text = report.Inert(text, maxName)
	if text == "" {
		text = " "
	}
	mark := fence(text)
	if !strings.Contains(text, "`") {
		mark = "`"
	}
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return mark + text + mark
}

// Whoever is mentioned is notified, and what is referred to gets a line in its history. GitHub looks for
// both after Markdown, so that no escape of Markdown keeps it from that; a space without width does.
// https://github.github.com/gfm/#autolinks-extension-
var (
	markdownOwn = regexp.MustCompile("[\\\\`*_\\[\\]<>#|~$&]")
	mention     = regexp.MustCompile(`@|#|(?i)\b(?:gh)-|://|(?i)\bwww\.`)
)

const zeroWidth = "&#8203;"

// prose shows a sentence that holds words of the repository.
func prose(text string) string {
	text = report.InertProse(text, maxProse)
	var b strings.Builder
	at := 0
	for _, match := range mention.FindAllStringIndex(text, -1) {
		b.WriteString(escaped(text[at:match[0]]))
		b.WriteString(escaped(text[match[0]:match[1]]) + zeroWidth)
		at = match[1]
	}
	b.WriteString(escaped(text[at:]))
	return b.String()
}

func escaped(text string) string {
	return markdownOwn.ReplaceAllStringFunc(text, func(s string) string {
		switch s {
		case "<":
			return "&lt;"
		case ">":
			return "&gt;"
		case "&":
			return "&amp;"
		}
		return `\` + s
	})
}

// folded hides a block behind a title, which is podmend's own text.
func folded(title, content string) string {
	return "<details><summary>" + title + "</summary>\n\n" + strings.TrimRight(content, "\n") + "\n\n</details>\n"
}

// fenced shows text as it is.
func fenced(kind, text string) string {
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	mark := fence(text)
	return mark + kind + "\n" + text + mark + "\n"
}

func count(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}
