package markdown

import (
	"fmt"
	"strings"

	"github.com/podmend/podmend/report"
)

// tail lists what is no finding: errors first, since a finding may hide behind each.
func (p *writer) tail(limit int) string {
	var b strings.Builder
	var failed, warned, mended, skipped, notes []string
	for i := range p.Targets {
		switch target := &p.Targets[i]; {
		case target.Status == report.TargetError:
			text := "no reason is given; run podmend render on it"
			place := ""
			if err := target.Error; err != nil {
				text = err.Message
				if err.Scope == report.ScopeOld && p.Source.Base != "" {
					text += " (The base could not be rendered either.)"
				}
				place = report.Place(err.File, err.Line)
			}
			if place != "" {
				place = " (" + code(place) + ")"
			}
			failed = append(failed, code(target.ID)+place+": "+prose(text))
		case target.Status == report.TargetSkipped || target.Status == report.TargetUnknown:
			skipped = append(skipped, code(target.ID)+": "+prose(target.WhySkipped()))
		}
		if p.Targets[i].Status == report.TargetSkipped {
			continue // its notes say why
		}
		for _, note := range p.Targets[i].Notes {
			notes = append(notes, code(p.Targets[i].ID)+": "+prose(note))
		}
	}
	for _, warning := range p.Warnings {
		place := report.Place(warning.File, warning.Line)
		if place != "" {
			place = code(place) + ": "
		}
		warned = append(warned, place+prose(warning.Message))
	}
	for _, gone := range p.Mended {
		mended = append(mended, code(report.Place(gone.File, gone.Line))+" "+code(gone.Control)+": "+prose(gone.Message))
	}
	for _, path := range p.Skipped {
		skipped = append(skipped, code(path.Path)+": "+prose(path.Reason))
	}
	for _, section := range []struct {
		title  string
		items  []string
		folded bool
	}{
		{"Could not be rendered", failed, false},
		{"Warnings", warned, false},
		{"Mended since the base", mended, true},
		{"Notes on targets", notes, true},
		{"Skipped", skipped, true},
	} {
		b.WriteString(list(section.title, section.items, section.folded, limit/5))
	}
	return b.String()
}

// list writes a section of at most limit bytes, with the number of the items that did not fit.
func list(title string, items []string, folded bool, limit int) string {
	if len(items) == 0 {
		return ""
	}
	var b strings.Builder
	head, foot := "\n### "+title+"\n\n", ""
	if folded {
		head = fmt.Sprintf("\n<details><summary><b>%s</b>: %d</summary>\n\n", title, len(items))
		foot = "\n</details>\n"
	}
	b.WriteString(head)
	for i, item := range items {
		if b.Len()+len(item)+len(foot)+40 > limit {
			fmt.Fprintf(&b, "- and %d more\n", len(items)-i)
			break
		}
		b.WriteString("- " + item + "\n")
	}
	b.WriteString(foot)
	return b.String()
}
