package fix

import (
	"strings"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// tidied widens deletions to the blocks that they leave empty, such as an if around all that goes.
// Edits are of one template, sorted and apart.
func tidied(template *render.Template, edits []yamledit.Edit) []yamledit.Edit {
	source := template.Source
	var open []render.TemplatePart
	var blocks []yamledit.Edit
	for _, part := range template.Parts() {
		switch part.Word {
		case "if", "with", "range", "define", "block":
			open = append(open, part)
		case "else":
			if len(open) > 0 {
				open[len(open)-1].Word = "else" // what prints nothing may keep the other branch from printing
			}
		case "end":
			if len(open) == 0 {
				return edits
			}
			opened := open[len(open)-1]
			open = open[:len(open)-1]
			isBlock := opened.Word == "if" || opened.Word == "with" || opened.Word == "range"
			if isBlock && emptied(source, opened.End, part.Start, edits, blocks) {
				start, end := wholeLines(source, opened.Start, part.End)
				blocks = append(blocks, yamledit.Edit{Start: start, End: end})
			}
		}
	}
	return append(edits, blocks...)
}

// emptied says whether deletions leave nothing but white space of a range, and take something.
func emptied(source string, start, end int, edits, blocks []yamledit.Edit) bool {
	took := false
	left := []byte(source[start:end])
	for _, list := range [][]yamledit.Edit{edits, blocks} {
		for _, edit := range list {
			if edit.End <= start || edit.Start >= end {
				continue
			}
			if edit.NewText != "" {
				return false
			}
			took = true
			for i := max(edit.Start, start); i < min(edit.End, end); i++ {
				left[i-start] = ' '
			}
		}
	}
	return took && strings.TrimSpace(string(left)) == ""
}
