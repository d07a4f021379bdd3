package check

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/podmend/podmend/render"
)

// An Exemption allows findings, with a reason.
type Exemption struct {
	Controls []string // ids, or globs of ids
	// Kind, Name and the others are globs of what an occurrence must have; "" is anything. Target
	// is compared with the target's id and with its path.
	Kind, Name, Namespace, Target, Container, Image string

	Reason  string
	Expires string // the last day on which it holds, as YYYY-MM-DD; "" for no end
	Owner   string
	File    string // where it stands
	Line    int
}

// Validate says what is wrong with an exemption, as something to mend.
func (e *Exemption) Validate() error {
	if len(e.Controls) == 0 {
		return fmt.Errorf("it names no control; name one or more, or \"*\" for all")
	}
	for _, pattern := range e.Controls {
		if !slices.ContainsFunc(controls, func(c *Control) bool { return newGlob(pattern).matches(c.ID) }) {
			return fmt.Errorf("there is no control %q; %s", pattern, nearestControl(pattern))
		}
	}
	if strings.TrimSpace(e.Reason) == "" {
		return fmt.Errorf("it has no reason; say why the finding is allowed")
	}
	if e.Expires != "" {
		if _, err := time.Parse(time.DateOnly, e.Expires); err != nil {
			return fmt.Errorf("%q is not a date; write it like 2027-01-31", e.Expires)
		}
	}
	return nil
}

func nearestControl(id string) string {
	var ids []string
	for _, control := range controls {
		ids = append(ids, control.ID)
	}
	if near := Nearest(id, ids); near != "" {
		return "did you mean " + near + "?"
	}
	return "podmend explain lists them"
}

// ExemptOptions say what is exempt. The zero value exempts by comments and annotations alone.
type ExemptOptions struct {
	Exemptions []Exemption // of the configuration; valid
	Today      string      // YYYY-MM-DD
	// Whole says that the results are those of the whole repository, so that an exemption which
	// matches nothing is of no use.
	Whole bool
	// Restricted says that the controls of the level restricted were asked for.
	Restricted bool
	// Rerender renders targets with changed files. Without it, comments of the template language and
	// in values files count only where the exact line of a finding is known.
	Rerender func(changed map[string][]byte, targets []render.Target) ([]render.Result, error)
	// Base holds the files of the commit that judges. Comments and annotations that it lacks do not
	// count. Nil is for runs in which what stands in source counts at once.
	Base Reader
}

// A declared exemption is one that stands somewhere, and what it has matched.
type declared struct {
	Exemption
	matches func(finding *Finding, occurrence *Occurrence) bool
	used    bool
	of      map[string]bool // by control, what covers has answered
	// what names the place for a person: exemption, podmend:ignore or annotation.
	what string
}

// An exempter finds out which findings are exempt.
type exempter struct {
	ExemptOptions
	report  *Report
	results map[string]*render.Result // by target id
	all     []*declared
	fresh   map[string]bool // what comments say that the base lacks
}

// Exempt marks the findings of which every occurrence is allowed, by the options, by comments in
// source or by annotations. It adds warnings about exemptions that are wrong or of no use. The
// error is that of Rerender.
func Exempt(report *Report, results []render.Result, files Reader, locator *render.Locator, options ExemptOptions) error {
	e := &exempter{ExemptOptions: options, report: report, results: map[string]*render.Result{}, fresh: map[string]bool{}}
	for i := range results {
		e.results[results[i].Target.ID] = &results[i]
	}
	for _, exemption := range options.Exemptions {
		e.configured(exemption)
	}
	if err := e.addComments(results, files); err != nil {
		return err
	}
	e.addAnnotations(results, files, locator)
	for i := range report.Findings {
		e.finding(&report.Findings[i])
	}
	e.tellUnused(results)
	return nil
}

// finding marks one finding, or says in its message why it is open in spite of an exemption.
func (e *exempter) finding(finding *Finding) {
	var holding, expired []*declared
	var exempt []string
	for i := range finding.Occurrences {
		occurrence := &finding.Occurrences[i]
		var holds, over *declared
		for _, candidate := range e.all {
			if !candidate.covers(finding.Control.ID) || !candidate.matches(finding, occurrence) {
				continue
			}
			candidate.used = true
			switch {
			case e.isOver(candidate):
				over = candidate
			case holds == nil:
				holds = candidate
			}
		}
		switch {
		case holds != nil:
			exempt = append(exempt, nameOf(occurrence))
			if !slices.Contains(holding, holds) {
				holding = append(holding, holds)
			}
		case over != nil && !slices.Contains(expired, over):
			expired = append(expired, over)
		}
	}
	if len(exempt) == len(finding.Occurrences) && len(exempt) > 0 {
		finding.Exemption = joined(holding)
		return
	}
	for _, over := range expired {
		finding.Message += fmt.Sprintf("; its exemption (%s) expired on %s", over.Reason, over.Expires)
	}
	if len(exempt) > 0 {
		slices.Sort(exempt)
		finding.ExemptFor = firstOf(slices.Compact(exempt))
		finding.Message += "; it is exempt for " + finding.ExemptFor + ", but not for the others"
	}
}

func (e *exempter) isOver(d *declared) bool { return d.Expires != "" && e.Today > d.Expires }

func (d *declared) covers(control string) bool {
	covered, known := d.of[control]
	if known {
		return covered
	}
	if d.of == nil {
		d.of = map[string]bool{}
	}
	d.of[control] = slices.ContainsFunc(d.Controls, func(pattern string) bool { return newGlob(pattern).matches(control) })
	return d.of[control]
}

// joined is what allows a finding whose occurrences are allowed by several exemptions: all the
// reasons, and the first end.
func joined(holding []*declared) *Exemption {
	all := holding[0].Exemption
	for _, other := range holding[1:] {
		if !strings.Contains(all.Reason, other.Reason) {
			all.Reason += "; " + other.Reason
		}
		if other.Expires != "" && (all.Expires == "" || other.Expires < all.Expires) {
			all.Expires = other.Expires
		}
	}
	return &all
}

func nameOf(occurrence *Occurrence) string {
	object := occurrence.Pod.Object
	name := object.Name
	if object.Namespace != "" {
		name = object.Namespace + "/" + name
	}
	return fmt.Sprintf("%s %s of %s", object.Kind, name, occurrence.Target)
}

func firstOf(names []string) string {
	if len(names) > 3 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:3], ", "), len(names)-3)
	}
	return strings.Join(names, ", ")
}
