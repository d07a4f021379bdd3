package review

import (
	"fmt"
	"slices"
	"strings"

	"github.com/podmend/podmend/internal/ghtext"
	"github.com/podmend/podmend/internal/github"
	"github.com/podmend/podmend/report"
)

// retire deals with a comment whose findings are told elsewhere, or no more.
func (p *plan) retire(old *earlier) {
	var open, exempt, known *report.Finding
	for i := range p.draft.in.Report.Findings {
		f := &p.draft.in.Report.Findings[i]
		switch {
		case !slices.Contains(old.ids, f.ID):
		case f.Status == report.StatusExempt:
			exempt = f
		case !isNew(f):
			known = f
		default:
			open = f
		}
	}
	in := p.draft.in
	switch {
	case open != nil:
		p.outdate(old)
	case exempt != nil:
		p.end(old, exempted, "**Allowed** by an exemption"+reasonOf(exempt)+".")
	case known != nil:
		p.end(old, mended, fmt.Sprintf("**Not new**: since %.12s this is compared with a base that has it too.", in.Head))
	case in.Partial || in.Report.Summary.Errors > 0:
		// It may still be there: not all was looked at.
	default:
		p.end(old, mended, fmt.Sprintf("**Mended**: since %.12s this pull request no longer adds it.", in.Head))
	}
}

// end says in a comment what became of its findings, once, so that they are told again if they come
// back, and hides it. What it said before is folded: who has answered it is still understood.
func (p *plan) end(old *earlier, became state, sentence string) {
	text := sentence + "\n\n" + ghtext.Folded("What it said", withoutOffers(old.rest))
	m := marker{ids: old.ids, sha: p.draft.in.Head, state: became}
	p.changes = append(p.changes, github.Change{Kind: github.Edit, ID: old.comment().ID, Body: cut(marked(m, text), maxBody, "\n")})
	old.state = became
	p.hide(old)
}

// hide hides a comment whose findings are told no more in it, unless people dealt with it.
func (p *plan) hide(old *earlier) {
	if old.settled() {
		return
	}
	p.changes = append(p.changes, github.Change{Kind: github.Hide, ID: old.comment().ID, Outdate: old.state == moved})
	if p.draft.in.Resolve && old.state != moved {
		p.changes = append(p.changes, github.Change{Kind: github.Resolve, ID: old.thread.ID})
	}
}

func reasonOf(f *report.Finding) string {
	if f.Exemption == nil {
		return ""
	}
	text := ""
	if f.Exemption.File != "" {
		text = " in " + ghtext.Code(f.Exemption.File)
		if f.Exemption.Line > 0 {
			text = " in " + ghtext.Code(fmt.Sprintf("%s:%d", f.Exemption.File, f.Exemption.Line))
		}
	}
	if f.Exemption.Reason != "" {
		text += ": " + ghtext.Prose(f.Exemption.Reason)
	}
	return strings.TrimSuffix(text, ".")
}

// withoutOffers keeps a suggestion from being committed after it has lost its sense.
func withoutOffers(text string) string {
	text = strings.ReplaceAll(text, "```suggestion\n```\n", "Suggested was to take the lines away.\n")
	return strings.ReplaceAll(text, "```suggestion\n", "```yaml\n")
}
