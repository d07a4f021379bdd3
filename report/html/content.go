package html

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/page"
	"github.com/podmend/podmend/report"
)

// How many characters of a string from the repository are shown.
const (
	maxName  = 120
	maxPath  = 300
	maxProse = 1000
)

// content is what the page shows. Its texts are inert.
type content struct {
	Policy, Title, Base, Head, Checked, Took, Nothing, LeftOut, Version string

	Style    template.CSS
	Script   template.JS
	Bar      []barPart
	Cards    []card
	Files    []file
	Failed   []told
	Fixes    []told
	Warnings []told
	Mended   []told
	Skipped  []told
	Targets  []target
	Controls []control
	Outcomes []outcome
}

type barPart struct {
	Class       string
	From, Width int
}

type card struct {
	Name, Class string
	Count       int
}

type told struct{ Place, Control, Text, Targets string }

type target struct {
	ID, Kind, Status, Took       string
	Notes                        []string
	Objects, PodTemplates, Found int
}

type control struct {
	ID, Title, Means, Danger, Advice, URL string
	Known                                 bool
}

type outcome struct{ Value, Name string }

var outcomes = []outcome{
	{report.StatusOpen, "open"}, {report.ProposalProven, "fix proven"}, {report.ProposalRefused, "no fix proven"}, {report.StatusExempt, "exempt"},
}

func newContent(v *report.View, o Options) *content {
	s := v.Summary
	c := &content{
		Base: report.Inert(v.Source.Base, maxName), Head: report.Inert(v.Source.Head, maxName), Version: report.Inert(o.Version, maxName),
		Checked: fmt.Sprintf("%s of %s, checked against %s.", report.Quantity(s.PodTemplates, "pod template", "pod templates"), v.ByStatus(), v.Judged()),
		Nothing: "Every pod template that could be rendered is within the standard.",
	}
	if o.Took > 0 {
		c.Took = "It took " + o.Took.Round(time.Millisecond).String() + "."
	}
	switch {
	case s.Targets == 0:
		c.Title = "Nothing to check"
		c.Nothing = "No Helm chart, kustomization or manifest was found."
	case s.Findings == 0:
		c.Title = "No findings"
	default:
		c.Title = report.Quantity(s.Findings, "finding", "findings")
	}
	if s.LeftOut > 0 {
		c.LeftOut = report.Quantity(s.LeftOut, "old finding is left out; --scope all lists it.", "old findings are left out; --scope all lists them.")
	}
	c.count(v)
	c.targets(v)
	c.files(v)
	c.controls(v)
	c.others(v)
	return c
}

// count makes the cards and the bar of severities.
func (c *content) count(v *report.View) {
	counts := map[string]int{}
	for i := range v.Findings {
		f := &v.Findings[i]
		if f.Status == report.StatusExempt {
			counts[report.StatusExempt]++
		} else {
			counts[f.Severity]++
		}
	}
	s := v.Summary
	compared := v.Source.Base != ""
	for _, of := range []struct {
		name, class string
		count       int
		always      bool
		scoped      bool // told only against a base
	}{
		{"high", "high", counts[report.SeverityHigh], s.Findings > 0, false},
		{"medium", "medium", counts[report.SeverityMedium], s.Findings > 0, false},
		{"low", "low", counts[report.SeverityLow], s.Findings > 0, false},
		{"fix proven", "good", s.Proven, false, false},
		{"no fix proven", "", s.Refused, false, false},
		{"exempt", "", s.Exempt, false, false},
		{"new", "", s.New, compared, true},
		{"old", "", s.Old, compared, true},
		{"mended", "good", s.Mended, compared, true},
		{"not rendered", "high", s.Errors, false, false},
	} {
		if of.count > 0 && !of.scoped || of.always {
			c.Cards = append(c.Cards, card{of.name, of.class, of.count})
		}
	}
	from := 0
	for _, class := range []string{"high", "medium", "low", "exempt"} {
		if n := counts[class]; n > 0 {
			to := min(1000, from+max(6, 1000*n/s.Findings))
			c.Bar = append(c.Bar, barPart{class, from, to - from})
			from = to
		}
	}
	if last := len(c.Bar) - 1; last >= 0 {
		c.Bar[last].Width = 1000 - c.Bar[last].From
	}
}

func (c *content) targets(v *report.View) {
	found := map[string]int{}
	for i := range v.Findings {
		seen := map[string]bool{}
		for _, o := range v.Findings[i].Occurrences {
			if !seen[o.Target] {
				found[o.Target]++
			}
			seen[o.Target] = true
		}
	}
	for i := range v.Targets {
		t := &v.Targets[i]
		row := target{
			ID: report.Inert(t.ID, maxPath), Kind: report.Inert(t.Kind, maxName), Status: report.Inert(t.Status, maxName),
			Took:    (time.Duration(t.DurationMs) * time.Millisecond).String(),
			Objects: t.Objects, PodTemplates: t.PodTemplates, Found: found[t.ID],
		}
		for _, note := range t.Notes {
			row.Notes = append(row.Notes, report.InertProse(note, maxProse))
		}
		c.Targets = append(c.Targets, row)
	}
}

// controls explains those that have findings, in the order of the standard.
func (c *content) controls(v *report.View) {
	broken, had := map[string]bool{}, map[string]bool{}
	for i := range v.Findings {
		broken[report.Inert(v.Findings[i].Control, maxName)] = true
		had[v.Outcome(&v.Findings[i])] = true
	}
	for _, of := range outcomes {
		if had[of.Value] {
			c.Outcomes = append(c.Outcomes, of)
		}
	}
	for _, known := range check.Controls() {
		if broken[known.ID] {
			c.Controls = append(c.Controls, control{
				known.ID, known.Title, known.Doc.Means, known.Doc.Danger, known.Doc.Advice, page.URL(known.ID), true,
			})
			delete(broken, known.ID)
		}
	}
	unknown := make([]string, 0, len(broken))
	for id := range broken {
		unknown = append(unknown, id)
	}
	slices.Sort(unknown)
	for _, id := range unknown {
		c.Controls = append(c.Controls, control{ID: id})
	}
}

// others are what is no finding. Targets that fail for one reason are told together.
func (c *content) others(v *report.View) {
	at := map[told]int{}
	failing := map[told][]string{}
	for i := range v.Targets {
		t := &v.Targets[i]
		because := told{Text: "No reason is given. Run podmend render on it."}
		if t.Error != nil {
			because = told{Place: report.Place(t.Error.File, t.Error.Line), Text: report.InertProse(t.Error.Message, maxProse)}
			if t.Error.Scope == report.ScopeOld && v.Source.Base != "" {
				because.Text += " (The base could not be rendered either.)"
			}
		}
		switch t.Status {
		case report.TargetError:
			if _, known := at[because]; !known {
				at[because] = len(c.Failed)
				c.Failed = append(c.Failed, because)
			}
			failing[because] = append(failing[because], report.Inert(t.ID, maxPath))
		case report.TargetSkipped, report.TargetUnknown:
			c.Skipped = append(c.Skipped, told{Place: report.Inert(t.ID, maxPath), Text: report.InertProse(t.WhySkipped(), maxProse)})
		}
	}
	for because, i := range at {
		c.Failed[i].Targets = strings.Join(failing[because], ", ")
	}
	for _, pull := range v.FixPullRequests {
		c.Fixes = append(c.Fixes, told{Place: report.Inert(pull.Branch, maxPath), Text: becameOf(pull)})
	}
	for _, warning := range v.Warnings {
		c.Warnings = append(c.Warnings, told{Place: report.Place(warning.File, warning.Line), Text: report.InertProse(warning.Message, maxProse)})
	}
	for _, gone := range v.Mended {
		c.Mended = append(c.Mended, told{
			Place: report.Place(gone.File, gone.Line), Control: report.Inert(gone.Control, maxName), Text: report.InertProse(gone.Message, maxProse),
		})
	}
	for _, path := range v.Skipped {
		c.Skipped = append(c.Skipped, told{Place: report.Inert(path.Path, maxPath), Text: report.InertProse(path.Reason, maxProse)})
	}
}

// becameOf says what became of a fix pull request. Its address is no link: a saved report may be a stranger's.
func becameOf(pull report.FixPullRequest) string {
	text := pull.Operation
	if pull.Number > 0 {
		text += fmt.Sprintf(", pull request %d", pull.Number)
	}
	if pull.URL != "" {
		text += " " + pull.URL
	}
	return report.InertProse(strings.Join(append([]string{text}, pull.Messages...), "; "), maxProse)
}
