package fix

import (
	"regexp"
	"strings"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// action replaces what an action computes of a whole value, where no value of the chart is known behind it: what it takes if
// none is set, else all of it. ok is false where it is no such action.
func (p *templatePull) action(edit yamledit.Edit) (replaced FileEdit, ok bool) {
	span := p.span(edit.Start)
	if edit.Start >= edit.End || span == nil || span.Kind != render.SpanAction || !plainScalar.MatchString(edit.NewText) {
		return replaced, false
	}
	was := p.text[edit.Start:edit.End]
	if strings.TrimSpace(p.text[span.At:p.spanEnd(edit.Start)]) != was || p.trace.Files[span.File].Inside != "" {
		return replaced, false
	}
	template, err := p.templateOf(span.File)
	if err != nil {
		return replaced, false
	}
	source := template.Source[span.Start:span.End]
	if from, to, ok := render.TakenIfNone(source); ok && source[from:to] == was {
		from, to = span.Start+from+template.Skipped, span.Start+to+template.Skipped
		return FileEdit{p.trace.Files[span.File].File, yamledit.Edit{Start: from, End: to, NewText: edit.NewText}}, true
	}
	if !computes.MatchString(source) {
		return replaced, false
	}
	replaced, err = p.checked(span.File, span.Start, span.End, edit.NewText)
	return replaced, err == nil
}

var (
	plainScalar = regexp.MustCompile(`^[A-Za-z]+$`)
	// computes matches an action that prints a truth, or one of two texts.
	computes = regexp.MustCompile(`^\{\{-?\s*(?:ternary|not|eq|ne|lt|le|gt|ge|has|hasKey|hasPrefix|hasSuffix|contains|empty|semverCompare|true)\b|\|\s*(?:ternary|not)\b`)
)
