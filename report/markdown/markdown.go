// Package markdown writes a report as Markdown, for files, the step summary of GitHub Actions and
// comments. Whatever comes from the repository is shown as text: it makes no markup, link, mention
// or picture.
package markdown

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/podmend/podmend/report"
)

// Limit is below what GitHub takes for a step summary: a larger one is dropped whole.
// https://docs.github.com/actions/reference/workflow-commands-for-github-actions#step-isolation-and-limits
const Limit = 1<<20 - 4096

// Options says how a report is written. The zero value shows no lines of source.
type Options struct {
	Limit int           // in bytes, 0 for Limit
	Took  time.Duration // of the run, 0 if it is not known
	// Rest says where what does not fit is, such as "in report.json".
	Rest string
	// Source returns the bytes of a file of the report.
	Source func(file string) ([]byte, error)
}

// Write writes a finished report, the worst findings first. What does not fit is counted.
func Write(w io.Writer, r *report.Report, o Options) error {
	limit := cmp.Or(o.Limit, Limit)
	p := &writer{View: report.NewView(r, o.Source), o: o}
	p.o.Rest = cmp.Or(o.Rest, "in the output of podmend check --format json")
	worst := p.Worst()
	head := p.head(limit/4) + p.reach(worst)
	tail := p.tail(limit / 4)
	_, err := io.WriteString(w, head+p.findings(worst, limit-len(head)-len(tail))+tail)
	return err
}

type writer struct {
	*report.View
	o Options
}

func (p *writer) head(limit int) string {
	var b strings.Builder
	s := p.Summary
	title := "No findings"
	switch {
	case s.Targets == 0:
		title = "Nothing to check"
	case s.Findings > 0:
		title = report.Quantity(s.Findings, "finding", "findings") + " (" + p.BySeverity() + ")"
	}
	fmt.Fprintf(&b, "## podmend: %s\n\n", title)
	fmt.Fprintf(&b, "%s of %s, checked against %s.\n\n",
		report.Quantity(s.PodTemplates, "pod template", "pod templates"), prose(p.ByStatus()), prose(p.Judged()))
	for _, line := range p.facts() {
		b.WriteString("- " + line + "\n")
	}
	if table := p.table(limit); table != "" {
		b.WriteString("\n" + table)
	}
	return b.String()
}

// facts are the counts that are not zero, and where and how long.
func (p *writer) facts() []string {
	var facts []string
	add := func(n int, one, many string) {
		if n > 0 {
			facts = append(facts, report.Quantity(n, one, many))
		}
	}
	s := p.Summary
	if p.Source.Base != "" {
		facts = append(facts, fmt.Sprintf("compared with the base: %s to %s, %d new, %d old, %d mended",
			code(p.Source.Base), code(p.Source.Head), s.New, s.Old, s.Mended))
		add(s.LeftOut, "old finding is left out; --scope all lists it", "old findings are left out; --scope all lists them")
	} else if p.Source.Head != "" {
		facts = append(facts, "at "+code(p.Source.Head))
	}
	add(s.Proven, "finding can be mended by a proven edit: podmend fix --write", "findings can be mended by proven edits: podmend fix --write")
	add(s.Refused, "finding has no proven edit, and says why", "findings have no proven edit, and say why")
	add(s.Exempt, "finding is exempt", "findings are exempt")
	add(s.Errors, "target could not be rendered", "targets could not be rendered")
	add(len(p.Warnings), "warning", "warnings")
	for _, pull := range p.FixPullRequests {
		facts = append(facts, fixPull(pull))
	}
	if took := p.took(); took != "" {
		facts = append(facts, took)
	}
	return facts
}

// fixPull says what became of a fix pull request.
func fixPull(pull report.FixPullRequest) string {
	text := "fixes: " + prose(pull.Operation)
	if pull.Branch != "" {
		text = "fixes on " + code(pull.Branch) + ": " + prose(pull.Operation)
	}
	if pull.Number > 0 {
		text += fmt.Sprintf(", pull request %d", pull.Number)
	}
	if pull.URL != "" {
		text += " " + code(pull.URL)
	}
	for _, message := range pull.Messages {
		text += "; " + prose(message)
	}
	return text
}

// took says how long it took, and what took longest.
func (p *writer) took() string {
	var sum time.Duration
	slowest := -1
	for i, target := range p.Targets {
		sum += duration(target.DurationMs)
		if slowest < 0 || target.DurationMs > p.Targets[slowest].DurationMs {
			slowest = i
		}
	}
	var parts []string
	if p.o.Took > 0 {
		parts = append(parts, "took "+rounded(p.o.Took))
	}
	if sum > 0 {
		parts = append(parts, fmt.Sprintf("rendering %s in all, the longest %s %s",
			rounded(sum), code(p.Targets[slowest].ID), rounded(duration(p.Targets[slowest].DurationMs))))
	}
	return strings.Join(parts, "; ")
}

func duration(milliseconds int64) time.Duration {
	return time.Duration(milliseconds) * time.Millisecond
}

func rounded(d time.Duration) string {
	if d > 10*time.Second {
		return d.Round(time.Second).String()
	}
	return d.Round(time.Millisecond).String()
}

// table counts open findings by target and severity.
func (p *writer) table(limit int) string {
	severities := []string{report.SeverityHigh, report.SeverityMedium, report.SeverityLow}
	counts := map[string]*[3]int{}
	var all [3]int
	several := false
	for i := range p.Findings {
		f := &p.Findings[i]
		severity := slices.Index(severities, f.Severity)
		if f.Status == report.StatusExempt || severity < 0 {
			continue
		}
		all[severity]++
		in := map[string]bool{}
		for _, o := range f.Occurrences {
			if counts[o.Target] == nil {
				counts[o.Target] = &[3]int{}
			}
			if !in[o.Target] {
				counts[o.Target][severity]++
			}
			in[o.Target] = true
		}
		several = several || len(in) > 1
	}
	if len(counts) == 0 {
		return ""
	}
	var ids []string
	for id := range counts {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int {
		return cmp.Or(slices.Compare(counts[b][:], counts[a][:]), cmp.Compare(a, b))
	})
	var b strings.Builder
	b.WriteString("| target | high | medium | low |\n|---|--:|--:|--:|\n")
	row := func(name string, n [3]int) string {
		return fmt.Sprintf("| %s | %d | %d | %d |\n", name, n[0], n[1], n[2])
	}
	for i, id := range ids {
		line := row(code(id), *counts[id])
		if b.Len()+len(line) > limit || i == maxRows && len(ids) > maxRows+1 {
			fmt.Fprintf(&b, "| %s | | | |\n", report.Quantity(len(ids)-i, "more target", "more targets"))
			break
		}
		b.WriteString(line)
	}
	b.WriteString(row("**open findings**", all))
	if several {
		b.WriteString("\nA finding that several targets show counts in each of them, and once in the last row.\n")
	}
	return b.String()
}

// maxRows keeps a table readable.
const maxRows = 50

func (p *writer) reach(worst []*report.Finding) string {
	drawn := picture(p.View, worst)
	if drawn == "" {
		return ""
	}
	return "\n### How the worst reach production\n\n" + drawn
}
