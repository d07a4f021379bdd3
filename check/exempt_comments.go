package check

import (
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/konfig"

	"github.com/podmend/podmend/internal/yamledit"
)

// An ignoreComment is one podmend:ignore in a text.
type ignoreComment struct {
	text       string // the declaration, with single spaces
	start, end int    // bytes of the whole comment
	line       int    // where it stands
	of         int    // the line that it is about: its own, or the next below; 0 for none
	head       bool   // it stands at the head of the file, apart from what follows: it is about all of it
	template   bool   // it is a comment of the template language
}

// maxIgnoreComments is how many podmend:ignore of one file count. Each costs renders and searches.
const maxIgnoreComments = 1000

var (
	templateComment = regexp.MustCompile(`(?s)\{\{-?\s*/\*(.*?)\*/\s*-?\}\}`)
	ignoreWord      = regexp.MustCompile(`(?s)^\s*podmend:ignore(\s.*)?$`)
	lineComment     = regexp.MustCompile(`(?:^|\s)(#[ \t]*podmend:ignore(?:[ \t].*)?)$`)
)

// ignoreComments finds the comments of a YAML file or of a template that prints one.
func ignoreComments(src string) []ignoreComment { return withoutTexts(src, commentsAndTexts(src)) }

// commentsIn finds those that count in a source file: in a kustomization also the comments of the
// patches that stand there as strings.
func commentsIn(name string, content []byte) []ignoreComment {
	if slices.Contains(konfig.RecognizedKustomizationFileNames(), path.Base(name)) {
		return commentsAndTexts(string(content))
	}
	return ignoreComments(string(content))
}

// commentsAndTexts finds what looks like a comment of its line, be it part of a string.
func commentsAndTexts(src string) []ignoreComment {
	if !strings.Contains(src, "podmend:ignore") {
		return nil
	}
	var found []ignoreComment
	// Template comments become line comments, so that what is left is looked at by lines.
	masked := []byte(src)
	line, counted := 1, 0
	for _, span := range templateComment.FindAllStringSubmatchIndex(src, -1) {
		line, counted = line+strings.Count(src[counted:span[1]], "\n"), span[1]
		if body := src[span[2]:span[3]]; ignoreWord.MatchString(body) {
			found = append(found, ignoreComment{
				text: declaration(body), start: span[0], end: span[1],
				line: line, template: true,
			})
		}
		for i := span[0]; i < span[1]; i++ {
			if masked[i] != '\n' && masked[i] != '\r' {
				masked[i] = '#'
			}
		}
	}
	offset := 0
	lines := slices.Collect(strings.Lines(string(masked)))
	for i, line := range lines {
		if span := lineComment.FindStringSubmatchIndex(strings.TrimRight(line, "\r\n")); span != nil {
			start := offset + span[2]
			end := offset + span[3]
			found = append(found, ignoreComment{text: declaration(src[start+1 : end]), start: start, end: end, line: i + 1})
		}
		offset += len(line)
	}
	slices.SortFunc(found, func(a, b ignoreComment) int { return a.start - b.start })
	found = found[:min(len(found), maxIgnoreComments)]
	first := slices.IndexFunc(lines, isContent)
	for i := range found {
		found[i].about(src, lines, first)
	}
	return found
}

// declaration is what a comment says, without its mark.
func declaration(comment string) string {
	return strings.Join(strings.Fields(comment), " ")[len("podmend:ignore"):]
}

// about finds the line that a comment is about. first is the index of the first line with content.
func (c *ignoreComment) about(src string, masked []string, first int) {
	own := masked[c.line-1]
	if !c.template {
		own = own[:c.start-strings.LastIndexByte(src[:c.start], '\n')-1]
	}
	if isContent(own) {
		c.of = c.line
		return
	}
	c.head = first < 0 || first >= c.line-1
	for i, line := range masked[c.line:] {
		switch {
		case isContent(line):
			c.head = false
			c.of = c.line + i + 1
			return
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "---"):
			return
		}
	}
}

// isContent says whether a line holds more than a comment, a directive or the mark of a document.
func isContent(line string) bool {
	line = strings.TrimRight(line, " \t\r\n")
	trimmed := strings.TrimLeft(line, " \t\ufeff")
	return trimmed != "" && trimmed[0] != '#' && line != "---" && line[0] != '%'
}

// withoutTexts drops what looks like a comment and is part of a string: the file reads otherwise
// without it. Files that are no YAML, such as templates, cannot be asked. All are asked about
// together, then halves of those that differ; what is not known when the tries are over is dropped.
func withoutTexts(src string, found []ignoreComment) []ignoreComment {
	var asked []ignoreComment
	for _, c := range found {
		if !c.template {
			asked = append(asked, c)
		}
	}
	if len(asked) == 0 {
		return found
	}
	if yamledit.Items([]byte(src)) > yamledit.MaxItems {
		return nil
	}
	with := yamledit.Parse([]byte(src))
	tries := maxTextTries
	texts := map[int]bool{} // by start
	var ask func(some []ignoreComment)
	ask = func(some []ignoreComment) {
		if tries--; tries >= 0 && !readsOtherwise(with, src, some) {
			return
		}
		if len(some) == 1 || tries < 0 {
			for _, c := range some {
				texts[c.start] = true
			}
			return
		}
		ask(some[:len(some)/2])
		ask(some[len(some)/2:])
	}
	ask(asked)
	return slices.DeleteFunc(found, func(c ignoreComment) bool { return texts[c.start] })
}

// maxTextTries is how often a file is read again to tell its comments from its strings.
const maxTextTries = 30

// readsOtherwise says whether a file has another content without these comments.
func readsOtherwise(with *yamledit.File, src string, comments []ignoreComment) bool {
	var rest strings.Builder
	at := 0
	for _, c := range comments {
		rest.WriteString(src[at:c.start])
		at = c.end
	}
	rest.WriteString(src[at:])
	without := yamledit.Parse([]byte(rest.String()))
	if len(with.Docs) != len(without.Docs) {
		return true
	}
	for i := range with.Docs {
		was, err := with.Tree(i)
		if err != nil {
			return false
		}
		is, err := without.Tree(i)
		if err != nil || !reflect.DeepEqual(was, is) {
			return true
		}
	}
	return false
}

// asLineComments turns the podmend:ignore comments of the template language into comments that
// stand in what the template prints. changed says that there were any.
func asLineComments(src string) (text string, changed bool) {
	for _, comment := range slices.Backward(ignoreComments(src)) {
		if comment.template {
			src = src[:comment.start] + "# podmend:ignore" + comment.text + src[comment.end:]
			changed = true
		}
	}
	return src, changed
}
