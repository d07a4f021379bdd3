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
	// Shown returns a rendered text as it may be printed; nil prints all as it is.
	Shown func(result *render.Result, text string) string
	// Base holds the files of the commit that judges. Comments and annotations that it lacks do not
	// count. Nil is for runs in which what stands in source counts at once.
	Base Reader
}

// A declared exemption is one that stands somewhere, and what it has matched.
type declared struct {
	Exemption
	matches func(finding *Finding, occurrence *Occurrence) bool
	used    bool
	key     string          // the same for the same exemption wherever it shows
	first   string          // the first target in which it stands, "" for one of a file
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
	fresh   map[string][]string // what comments say that the base lacks, by file
}

// Exempt marks the findings of which every occurrence is allowed, by the options, by comments in
// source or by annotations. It adds warnings about exemptions that are wrong or of no use. The
// error is that of Rerender.
func Exempt(report *Report, results []render.Result, files Reader, locator *render.Locator, options ExemptOptions) error {
	e := &exempter{ExemptOptions: options, report: report, results: map[string]*render.Result{}, fresh: map[string][]string{}}
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
	for i := range finding.Occurrences {
		occurrence := &finding.Occurrences[i]
		for _, candidate := range e.all {
			if !candidate.covers(finding.Control.ID) || !candidate.matches(finding, occurrence) {
				continue
			}
			candidate.used = true
			switch {
			case e.isOver(candidate):
				occurrence.expired = candidate
			case occurrence.exempt == nil:
				occurrence.exempt, occurrence.exemptAs = candidate, e.nameOf(occurrence)
			}
		}
	}
	finding.compose(e.report.versions)
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

// nameOf names an occurrence as it may be printed.
func (e *exempter) nameOf(occurrence *Occurrence) string {
	object := occurrence.Pod.Object
	shown := func(text string) string {
		if e.Shown == nil {
			return text
		}
		return e.Shown(e.results[occurrence.Target], text)
	}
	name := shown(object.Name)
	if object.Namespace != "" {
		name = shown(object.Namespace) + "/" + name
	}
	return fmt.Sprintf("%s %s of %s", shown(object.Kind), name, occurrence.Target)
}
