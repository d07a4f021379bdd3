// Package ghtext shows words of a repository in the Markdown that GitHub reads, so that nothing in them
// acts: no markup, mention, reference, link or picture.
package ghtext

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/page"
	"github.com/podmend/podmend/report"
)

// How many characters of a string are shown.
const (
	MaxName  = 500 // the path of a file, with a line
	maxProse = 400
)

// Code shows a name of the repository in a code span: GitHub makes no mention, reference, link or
// picture of what stands in one.
func Code(text string) string {
	text = report.Inert(text, MaxName)
	if text == "" {
		text = " "
	}
	mark := Fence(text)
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

// Prose shows a sentence that holds words of the repository.
func Prose(text string) string {
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

// Folded hides a block behind a title, which is podmend's own text.
func Folded(title, content string) string {
	return "<details><summary>" + title + "</summary>\n\n" + strings.TrimRight(content, "\n") + "\n\n</details>\n"
}

// Fenced shows text as it is.
func Fenced(kind, text string) string {
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	mark := Fence(text)
	return mark + kind + "\n" + text + mark + "\n"
}

// Fence is a run of backticks that no line of a text ends or begins with.
func Fence(text string) string {
	longest := 0
	for rest := []byte(text); len(rest) > 0; {
		i := bytes.IndexByte(rest, '`')
		if i < 0 {
			break
		}
		rest = rest[i:]
		run := len(rest) - len(bytes.TrimLeft(rest, "`"))
		longest, rest = max(longest, run), rest[run:]
	}
	return strings.Repeat("`", max(longest+1, 3))
}

// Count says how many there are of one thing.
func Count(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// Workload names what an occurrence reaches.
func Workload(o report.Occurrence) string {
	name := o.Object.Name
	if o.Object.Namespace != "" {
		name = o.Object.Namespace + "/" + name
	}
	text := Code(o.Object.Kind + " " + name)
	if o.Container != "" {
		text += " (container " + Code(o.Container) + ")"
	}
	return text
}

// Control leads to the page of a control. Only the id of one is put into a URL.
func Control(id string) string {
	if _, ok := check.ControlByID(id); !ok {
		return Code(id)
	}
	return "[" + strings.ReplaceAll(id, "_", `\_`) + "](" + page.URL(id) + ")"
}
