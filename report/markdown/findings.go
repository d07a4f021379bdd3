package markdown

import (
	"fmt"
	"slices"
	"strings"

	"github.com/podmend/podmend/internal/page"
	"github.com/podmend/podmend/report"
)

// findings writes what fits into a limit, and how many do not.
func (p *writer) findings(worst []*report.Finding, limit int) string {
	const room = 200 // for the last sentence
	var b strings.Builder
	title, shown := "", 0
	for _, group := range p.Groups(worst) {
		text := p.group(group)
		if next := p.title(group[0]); next != title {
			title = next
			text = "\n### " + title + "\n" + text
		}
		if b.Len()+len(text)+room > limit {
			break
		}
		b.WriteString(text)
		shown += len(group)
	}
	if left := len(worst) - shown; left > 0 {
		fmt.Fprintf(&b, "\n**%s not shown here:** all are %s.\n",
			report.Quantity(left, "more finding is", "more findings are"), prose(p.o.Rest))
	}
	return b.String()
}

func (p *writer) title(f *report.Finding) string {
	switch {
	case f.Status == report.StatusExempt:
		return "Exempt"
	case p.Source.Base == "":
		return "Findings"
	case f.Scope == report.ScopeOld:
		return "Old findings, which the base has too"
	}
	return "New findings"
}

// group writes findings that read the same as one folded block.
func (p *writer) group(findings []*report.Finding) string {
	f := findings[0]
	var b strings.Builder
	place := f.Origin.Place()
	if n := len(findings); n > 1 {
		place = fmt.Sprintf("%s, %d places", report.Place(f.Origin.File, 0), n)
	}
	fmt.Fprintf(&b, "\n<details><summary><b>%s</b> %s %s %s</summary>\n\n",
		htmlProse(f.Severity), htmlCode(f.Control), htmlProse(p.Message(f)), htmlCode(place))
	p.places(&b, findings)
	for _, label := range []struct{ name, text string }{
		{"exempt", p.Exempt(f)},
		{"host", hostNeed(f)},
		{"refused", p.Refusal(f)},
	} {
		if label.text != "" {
			fmt.Fprintf(&b, "- **%s:** %s\n", label.name, prose(label.text))
		}
	}
	shown := ""
	if p.Mends(f) {
		shown = p.fix(&b, findings)
	} else if p.Outcome(f) == report.StatusOpen {
		fmt.Fprintf(&b, "- **remedy:** %s\n", prose(report.Remedy(f)))
	}
	if snippet := report.Exempting(f); snippet != "" {
		b.WriteString("- to allow it, add to `.podmend.yaml` with the reason:\n\n" + indented(block("yaml", snippet)) + "\n")
	}
	if page.Known(f.Control) {
		fmt.Fprintf(&b, "- [what %s means](%s)\n", f.Control, page.URL(f.Control))
	}
	if shown == "" {
		shown = p.excerpt(f)
	}
	b.WriteString(shown + "\n</details>\n")
	return b.String()
}

// maxPlaces bounds the places of one group.
const maxPlaces = 20

// places says of each finding where it is, what makes it new, and what it reaches.
func (p *writer) places(b *strings.Builder, findings []*report.Finding) {
	for i, f := range findings {
		if i == maxPlaces {
			fmt.Fprintf(b, "- %d more places in this file\n", len(findings)-i)
			break
		}
		place := f.Origin.Place()
		if place == "" {
			b.WriteString("- no file is known that this comes from")
		} else {
			b.WriteString("- " + code(place))
		}
		if !f.Origin.Exact && f.Origin.Archived == nil && place != "" {
			b.WriteString(" (the exact line is not known)")
		}
		var through, changed, targets []string
		for _, link := range f.Origin.Chain {
			through = append(through, code(report.Place(link.File, link.Line)))
		}
		for _, lines := range f.Changes {
			changed = append(changed, code(report.Place(lines.File, lines.Line)))
		}
		for _, target := range report.TargetsOf(f) {
			targets = append(targets, code(target))
		}
		var news, workloads []string
		for _, o := range f.Occurrences {
			if name := code(o.Target); report.PartlyNew(f) && o.Scope == report.ScopeNew && !slices.Contains(news, name) {
				news = append(news, name)
			}
		}
		for _, workload := range report.Workloads([]*report.Finding{f}) {
			workloads = append(workloads, code(workload))
		}
		for _, part := range []struct {
			label string
			items []string
		}{{" made new by ", changed}, {" through ", through}, {" reaches ", workloads}, {" in ", targets}, {", new in ", news}} {
			if len(part.items) > 0 {
				b.WriteString(part.label + report.Fold(part.items))
			}
		}
		b.WriteString("\n")
	}
}

// indented keeps a block in the item of a list above it.
func indented(block string) string {
	return "  " + strings.ReplaceAll(strings.TrimSuffix(block, "\n"), "\n", "\n  ") + "\n"
}

func hostNeed(f *report.Finding) string {
	if !f.HostNeed.Likely {
		return ""
	}
	return "it likely needs the host: " + strings.Join(f.HostNeed.Evidence, ", ")
}

// fix tells of the proven edits of a group, each proposal once, and returns them as diffs.
func (p *writer) fix(b *strings.Builder, findings []*report.Finding) string {
	done := map[string]bool{}
	var diffs strings.Builder
	for _, f := range findings {
		proposal := p.ProposalOf(f)
		if proposal == nil || done[proposal.ID] {
			continue
		}
		done[proposal.ID] = true
		together := ""
		if n := len(proposal.Findings); n > 1 {
			together = " together with " + report.Quantity(n-1, "other finding", "other findings")
		}
		fmt.Fprintf(b, "- **fix:** proven%s by rendering and checking %s again\n", together,
			report.Quantity(len(proposal.Targets), "target", "targets"))
		for _, note := range proposal.Notes {
			fmt.Fprintf(b, "- **note:** %s\n", prose(note))
		}
		for _, change := range p.Changes(proposal.Edits) {
			if change.Problem != "" {
				fmt.Fprintf(b, "- %s: %s\n", code(change.File), prose(change.Problem))
				continue
			}
			diffs.WriteString("\n" + code(change.File) + "\n\n" + block("diff", diff(change)))
		}
	}
	return diffs.String()
}

func diff(change report.Change) string {
	var b strings.Builder
	for _, hunk := range change.Hunks {
		b.WriteString(hunk.String())
	}
	return b.String()
}

// excerpt shows the lines of the first finding of a group.
func (p *writer) excerpt(f *report.Finding) string {
	lines := p.Excerpt(f, 2)
	if lines == nil {
		return ""
	}
	var text strings.Builder
	for _, line := range lines {
		mark := " "
		if line.Marked {
			mark = ">"
		}
		fmt.Fprintf(&text, "%s %4d | ", mark, line.Number)
		for _, part := range line.Parts {
			text.WriteString(part.Text)
		}
		text.WriteString("\n")
	}
	return "\n" + block("", text.String())
}
