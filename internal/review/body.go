package review

import (
	"fmt"
	"strings"

	"github.com/podmend/podmend/internal/ghtext"
	"github.com/podmend/podmend/report"
)

// body writes the text of the review: what was found, where each finding is told, and in full what
// has no place of its own. The numbers add up.
func (d *draft) body() string {
	tally := d.tally()
	var b strings.Builder
	b.WriteString(d.headline(tally))
	b.WriteString(d.noticesText())
	b.WriteString(d.asides())
	head := b.String()
	if tally.of[InReview] == 0 {
		return strings.TrimRight(head, "\n") + "\n"
	}
	head += "#### Without a line in this diff\n\n"
	return head + d.unplaced(maxBody-len(head))
}

// A tally counts new findings.
type tally struct {
	all, exempt int
	of          map[Surface]int
	severities  map[string]int
}

func (d *draft) tally() tally {
	t := tally{of: map[Surface]int{}, severities: map[string]int{}}
	for _, c := range d.comments {
		t.of[c.at.surface] += len(c.findings)
		t.all += len(c.findings)
		for _, f := range c.findings {
			t.severities[f.Severity]++
		}
	}
	for i := range d.in.Report.Findings {
		if f := &d.in.Report.Findings[i]; f.Scope == report.ScopeNew && f.Status == report.StatusExempt {
			t.exempt++
		}
	}
	return t
}

func (d *draft) headline(t tally) string {
	if t.all == 0 {
		return "podmend finds nothing in this pull request that breaks the Pod Security Standards and was not there before.\n\n"
	}
	var severities, places []string
	for _, severity := range []string{report.SeverityHigh, report.SeverityMedium, report.SeverityLow} {
		if n := t.severities[severity]; n > 0 {
			severities = append(severities, fmt.Sprintf("%d %s", n, severity))
		}
	}
	for _, s := range []struct {
		surface Surface
		word    string
	}{{AtLine, "at lines"}, {AtFile, "at files"}, {InReview, "below"}} {
		if n := t.of[s.surface]; n > 0 {
			places = append(places, fmt.Sprintf("%d %s", n, s.word))
		}
	}
	return fmt.Sprintf("podmend finds **%s** of the Pod Security Standard %s (%s): %s.\n\n",
		ghtext.Count(t.all, "new violation"), ghtext.Code(d.in.Report.Policy.Level), strings.Join(severities, ", "), strings.Join(places, ", "))
}

// asides counts what is not commented on.
func (d *draft) asides() string {
	s := d.in.Report.Summary
	var lines []string
	if t := d.tally(); t.exempt > 0 {
		n, what := t.exempt, "more new finding"
		if t.all == 0 {
			what = "new finding"
		}
		lines = append(lines, ghtext.Count(n, what)+" "+isAre(n)+" allowed by exemptions.")
	}
	if n := s.Old + s.LeftOut; n > 0 {
		lines = append(lines, ghtext.Count(n, "finding")+" "+isAre(n)+" older than this pull request and not commented on.")
	}
	if s.Mended > 0 {
		lines = append(lines, ghtext.Count(s.Mended, "finding")+" of the base "+isAre(s.Mended)+" mended by this pull request.")
	}
	if s.Errors > 0 {
		lines = append(lines, ghtext.Count(s.Errors, "target")+" could not be rendered and "+isAre(s.Errors)+" not judged; the job's log says why.")
	}
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, " ") + "\n\n"
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// unplaced lists the findings that have no comment, as many as there is room for.
func (d *draft) unplaced(room int) string {
	var b strings.Builder
	rest := 0
	for _, c := range d.comments {
		if c.at.surface != InReview {
			continue
		}
		for _, f := range c.findings {
			if rest > 0 {
				rest++
			} else if line := d.line(f); b.Len()+len(line)+200 > room {
				rest++
			} else {
				b.WriteString(line)
			}
		}
	}
	if rest > 0 {
		fmt.Fprintf(&b, "- %d more, which the job's summary and podmend's report list.\n", rest)
	}
	return b.String()
}

func (d *draft) line(f *report.Finding) string {
	text := "- " + wrong(f)
	if f.Origin.File != "" {
		text += " In " + ghtext.Code(where(f.Origin)) + "."
	}
	if len(f.Changes) > 0 {
		text += fmt.Sprintf(" Made so by %s.", ghtext.Code(fmt.Sprintf("%s:%d", f.Changes[0].File, f.Changes[0].Line)))
	}
	if n := len(f.Occurrences); n > 0 {
		text += " Reaches " + ghtext.Workload(f.Occurrences[0])
		if n > 1 {
			text += fmt.Sprintf(" and %d more", n-1)
		}
		text += "."
	}
	return text + "\n"
}
