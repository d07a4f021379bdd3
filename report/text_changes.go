package report

import (
	"fmt"
	"strings"
)

// newTargets lists the targets where findings are new, if they are old in others.
func (t *textWriter) newTargets(b *block) string {
	var news seen
	old := false
	for _, f := range b.findings {
		for _, occurrence := range f.Occurrences {
			if occurrence.Scope == ScopeNew {
				news.add(occurrence.Target)
			} else {
				old = true
			}
		}
	}
	if !old || len(news.list) == 0 {
		return ""
	}
	return t.targetNames(news.list)
}

// changedPlaces lists the changed lines that make findings which stand elsewhere.
func changedPlaces(b *block) string {
	var places seen
	for _, f := range b.findings {
		for _, lines := range f.Changes {
			place := fmt.Sprintf("%s:%d", Inert(lines.File, maxPath), lines.Line)
			if lines.EndLine > lines.Line {
				place += fmt.Sprintf("-%d", lines.EndLine)
			}
			places.add(place)
		}
	}
	return strings.Join(places.list, ", ")
}
