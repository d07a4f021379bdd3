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
	edits = withoutOff(template, edits)
	type block struct {
		opened, other render.TemplatePart // other opens the last branch, if there are several
	}
	var open []block
	var blocks []yamledit.Edit
	for _, part := range template.Parts() {
		switch part.Word {
		case "if", "with", "range", "define", "block":
			open = append(open, block{opened: part})
		case "else":
			if len(open) > 0 {
				open[len(open)-1].other = part
			}
		case "end":
			if len(open) == 0 {
				return edits
			}
			opened, other := open[len(open)-1].opened, open[len(open)-1].other
			open = open[:len(open)-1]
			switch {
			case opened.Word != "if" && opened.Word != "with" && opened.Word != "range":
			case !other.Action && emptied(source, opened.End, part.Start, edits, blocks):
				blocks = append(blocks, deletion(wholeLines(source, opened.Start, part.End)))
			case other.Action && emptied(source, other.End, part.Start, edits, blocks):
				// Only the last branch: before another one, it may keep that from printing.
				blocks = append(blocks, deletion(wholeLines(source, other.Start, other.End)))
			}
		}
	}
	return append(edits, blocks...)
}

func deletion(start, end int) yamledit.Edit { return yamledit.Edit{Start: start, End: end} }

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
