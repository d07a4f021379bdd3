package html

import (
	"fmt"
	"slices"
	"strings"

	"github.com/podmend/podmend/internal/late"
	"github.com/podmend/podmend/report"
)

type file struct {
	Name, Problem string
	Findings      []finding
}

type finding struct {
	Anchor, Class, Severity, Control, Outcome, Scope, TargetIndexes string
	Message, Position, Where, MoreRoutes                            string
	Exempt, Host, Refusal, Remedy, FixTitle                         string

	Open, Old bool
	Excerpt   []report.ExcerptLine
	Changes   []string
	Routes    []route
	Exempting string // what would allow it
	Notes     []string
	Fixes     []fixed
}

// fixed is what a proven proposal does to one file.
type fixed struct {
	File, Problem string
	Hunks         []sides
}

// sides are the two texts of a hunk, row by row of equal height.
type sides struct{ Before, After []row }

type row struct {
	Number  int // 0 where the other side has a line more
	Text    string
	Changed bool
}

// route leads from the origin to a field of a workload.
type route struct {
	Steps []string
	New   bool // beside others that the base has too
}

// unfolded is up to how many findings are shown in full at once.
const unfolded = 10

func (c *content) files(v *report.View) {
	indexes := map[string]int{}
	for i := range v.Targets {
		indexes[v.Targets[i].ID] = i
	}
	for i := range v.Findings {
		f := &v.Findings[i]
		if i == 0 || v.Findings[i-1].Origin.File != f.Origin.File {
			name := report.Inert(f.Origin.File, maxPath)
			if name == "" {
				name = "The place in source is not known"
			}
			c.Files = append(c.Files, file{Name: name, Problem: v.File(f.Origin.File).Problem})
		}
		shown := newFinding(v, f)
		shown.Open = len(v.Findings) <= unfolded
		shown.Old = f.Scope == report.ScopeOld && v.Source.Base != ""
		if shown.Anchor == "" {
			shown.Anchor = fmt.Sprintf("finding-%d", i+1)
		}
		var targets []string
		for _, o := range f.Occurrences {
			if index, known := indexes[o.Target]; known {
				targets = append(targets, fmt.Sprint(index))
			}
		}
		slices.Sort(targets)
		shown.TargetIndexes = strings.Join(slices.Compact(targets), " ")
		in := &c.Files[len(c.Files)-1]
		in.Findings = append(in.Findings, shown)
	}
}

var (
	plainID    = late.Regexp(`^[0-9A-Za-z_-]{1,80}$`)
	severities = []string{report.SeverityHigh, report.SeverityMedium, report.SeverityLow}
)

func newFinding(v *report.View, f *report.Finding) finding {
	shown := finding{
		Severity: report.Inert(f.Severity, maxName), Control: report.Inert(f.Control, maxName),
		Outcome: v.Outcome(f), Scope: report.Inert(f.Scope, maxName), Message: v.Message(f),
		Excerpt: v.Excerpt(f, 3), Exempt: v.Exempt(f), Refusal: v.Refusal(f), Notes: v.Notes(f),
		Exempting: report.Exempting(f),
	}
	if plainID().MatchString(f.ID) {
		shown.Anchor = "finding-" + f.ID
	}
	if slices.Contains(severities, f.Severity) {
		shown.Class = f.Severity
	}
	if f.Status == report.StatusExempt {
		shown.Class = report.StatusExempt
	}
	if f.Origin.Packed() {
		shown.Position = report.Place(f.Origin.Archived.File, f.Origin.Archived.Line)
	} else if f.Origin.Line > 0 {
		shown.Position = fmt.Sprintf("line %d", f.Origin.Line)
	}
	switch at := f.Origin.Archived; {
	case at != nil:
		shown.Where = fmt.Sprintf("A packed chart prints it, in %s.", report.Place(at.File, at.Line))
	case !f.Origin.Exact:
		shown.Where = "The exact line is not known."
	}
	if shown.Outcome == report.StatusOpen {
		shown.Remedy = report.Remedy(f)
	}
	if f.HostNeed.Likely {
		shown.Host = report.InertProse("It likely needs the host: "+strings.Join(f.HostNeed.Evidence, ", "), maxProse)
	}
	for _, lines := range f.Changes {
		shown.Changes = append(shown.Changes, report.Place(lines.File, lines.Line))
	}
	shown.routes(f)
	if v.Mends(f) {
		shown.fix(v, v.ProposalOf(f))
	}
	return shown
}

// maxRoutes bounds the ways from one place to workloads.
const maxRoutes = 12

// routes lead from the origin through values, templates or patches to targets and workloads.
func (shown *finding) routes(f *report.Finding) {
	var start []string
	if f.Origin.File != "" {
		start = append(start, f.Origin.Place())
	}
	for _, link := range f.Origin.Chain {
		start = append(start, report.Place(link.File, link.Line))
	}
	seen := map[string]bool{}
	for _, o := range f.Occurrences {
		workload := o.Object.Kind + " " + strings.TrimPrefix(o.Object.Namespace+"/", "/") + o.Object.Name
		if o.Container != "" {
			workload += ", container " + o.Container
		}
		steps := append(slices.Clone(start), report.Inert(o.Target, maxPath), report.Inert(workload, maxPath), report.Inert(o.Field, maxPath))
		if key := strings.Join(steps, "\x00"); !seen[key] {
			seen[key] = true
			shown.Routes = append(shown.Routes, route{steps, report.PartlyNew(f) && o.Scope == report.ScopeNew})
		}
	}
	if n := len(shown.Routes) - maxRoutes; n > 1 {
		shown.Routes = shown.Routes[:maxRoutes]
		shown.MoreRoutes = fmt.Sprintf("And %d more ways.", n)
	}
}

func (shown *finding) fix(v *report.View, proposal *report.Proposal) {
	shown.FixTitle = "Proven fix"
	if n := len(proposal.Findings) - 1; n > 0 {
		shown.FixTitle += ", together with " + report.Quantity(n, "other finding", "other findings")
	}
	for _, change := range v.Changes(proposal.Edits) {
		one := fixed{File: change.File, Problem: change.Problem}
		for _, hunk := range change.Hunks {
			one.Hunks = append(one.Hunks, besides(hunk))
		}
		shown.Fixes = append(shown.Fixes, one)
	}
}

// besides puts the lines that go beside those that come in their place.
func besides(hunk report.Hunk) sides {
	var s sides
	level := func() {
		for len(s.Before) < len(s.After) {
			s.Before = append(s.Before, row{})
		}
		for len(s.After) < len(s.Before) {
			s.After = append(s.After, row{})
		}
	}
	for _, line := range hunk.Lines {
		switch {
		case line.After == 0:
			s.Before = append(s.Before, row{line.Before, line.Text, true})
		case line.Before == 0:
			s.After = append(s.After, row{line.After, line.Text, true})
		default:
			level()
			s.Before = append(s.Before, row{line.Before, line.Text, false})
			s.After = append(s.After, row{line.After, line.Text, false})
		}
	}
	level()
	return s
}
