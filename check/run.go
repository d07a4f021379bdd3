package check

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"k8s.io/pod-security-admission/api"

	"github.com/podmend/podmend/render"
)

// Options say by which policy pods are judged. The zero value is baseline at the newest version.
type Options struct {
	Level    api.Level     // "" is baseline
	Versions []api.Version // none is the newest that the library knows
	// Shown returns a rendered text as it may be printed; nil prints all as it is.
	Shown func(result *render.Result, text string) string

	NamespaceLabels NamespaceLabels // "" is StricterLabels
	// Namespaces are those of the whole run, where the results are not all of it; nil are those
	// of the results.
	Namespaces *Namespaces
}

// A Report is what Run found.
type Report struct {
	Findings     []Finding
	PodTemplates map[string]int           // by target id
	Broken       map[string]*render.Error // by target id: an object that Kubernetes would refuse
	// BrokenIn is the object that the error of a target is about.
	BrokenIn map[string]*render.Object
	Notes    map[string][]string // by target id: how its pods were judged
	Warnings []Warning
	Declared []Declared // exemptions that were looked for
	Unjudged []Unjudged // pods that no standard was asked of
	// Privileged are the objects of such pods, with what Namespace's labels say so.
	Privileged map[*render.Object]string

	versions []api.Version // of the options
}

// Run judges every pod template of the results. locator answers where fields come from.
// The error says that upstream's evaluator cannot be made.
func Run(results []render.Result, locator *render.Locator, options Options) (*Report, error) {
	evaluator, err := sharedEvaluator()
	if err != nil {
		return nil, fmt.Errorf("make the evaluator of the Pod Security Standards: %w", err)
	}
	level := cmp.Or(options.Level, api.LevelBaseline)
	versions := options.Versions
	if len(versions) == 0 {
		versions = []api.Version{NewestVersion()}
	}
	r := &runner{
		evaluator: evaluator, locator: locator, level: level, versions: versions,
		report:   &Report{versions: versions, PodTemplates: map[string]int{}, Broken: map[string]*render.Error{}, BrokenIn: map[string]*render.Object{}, Notes: map[string][]string{}, Privileged: map[*render.Object]string{}},
		findings: map[string]*Finding{},
		labels:   cmp.Or(options.NamespaceLabels, StricterLabels), own: NamespacesOf(results),
		uses: map[namespaceUse]*namespaceUsed{},
	}
	r.elsewhere = cmp.Or(options.Namespaces, r.own)
	for i := range results {
		r.shown = func(text string) string {
			if options.Shown == nil {
				return text
			}
			return options.Shown(&results[i], text)
		}
		if err := r.target(&results[i]); err != nil {
			return nil, err
		}
	}
	r.tellNamespaces()
	for _, finding := range r.findings {
		finding.compose(r.versions)
		r.report.Findings = append(r.report.Findings, *finding)
	}
	r.report.sort()
	return r.report, nil
}

func (r *Report) sort() {
	slices.SortFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(
			strings.Compare(a.Origin.File, b.Origin.File),
			cmp.Compare(a.Origin.Line, b.Origin.Line),
			cmp.Compare(a.Origin.Column, b.Origin.Column),
			strings.Compare(a.Control.ID, b.Control.ID),
			strings.Compare(a.ID, b.ID))
	})
}

type runner struct {
	evaluator *Evaluator
	locator   *render.Locator
	level     api.Level
	versions  []api.Version
	report    *Report
	findings  map[string]*Finding
	shown     func(text string) string // of the target at hand

	labels         NamespaceLabels
	own, elsewhere *Namespaces
	uses           map[namespaceUse]*namespaceUsed
	node           *nodeUse // of the pod template that is being judged
}

func (r *runner) target(result *render.Result) error {
	id := result.Target.ID
	if result.Status == render.Skipped {
		return nil
	}
	for i := range result.Objects {
		pods, err := result.Objects[i].PodTemplates()
		if err != nil {
			var broken *render.Error
			if !errors.As(err, &broken) {
				return err
			}
			r.broken(result, &result.Objects[i], broken)
			continue
		}
		for p := range pods {
			r.report.PodTemplates[id]++
			if err := r.podTemplate(&result.Target, &pods[p]); err != nil {
				return err
			}
		}
	}
	return nil
}

// broken records an object that Kubernetes would refuse: the first of a target with its line, of
// the others how many there are.
func (r *runner) broken(result *render.Result, object *render.Object, broken *render.Error) {
	target := result.Target.ID
	if first := r.report.Broken[target]; first != nil {
		first.Others++
		return
	}
	origin := r.locator.Uncertain(object, nil)
	if broken.Field != nil {
		if exact := r.locator.Origin(object, broken.Field); exact.Exact {
			origin = exact
		}
	}
	broken.File, broken.Line = origin.File, origin.Line
	if object.Source.Declared.File != "" {
		broken.Message = fmt.Sprintf("%s: %s", printer(result.Chart, r.locator.Archived(object, broken.Field)), broken.Message)
	}
	r.report.Broken[target], r.report.BrokenIn[target] = broken, object
}

// printer names what printed an object in a chart that comes from elsewhere.
func printer(chart *render.DeployedChart, at render.Archived) string {
	if at.File == "" {
		return chart.String()
	}
	return fmt.Sprintf("%s:%d of %s", at.File, at.Line, chart)
}

func (r *runner) podTemplate(target *render.Target, pod *render.PodTemplate) error {
	judged := r.policyFor(target, pod)
	if judged.level == api.LevelPrivileged && judged.by != "" {
		r.report.Privileged[pod.Object] = judged.by
	}
	for _, version := range judged.versions {
		verdicts, err := r.evaluator.Evaluate(pod, api.LevelVersion{Level: judged.level, Version: version})
		if err != nil {
			return fmt.Errorf("judge %s %q of %s: %w", pod.Object.Kind, pod.Object.Name, target.ID, err)
		}
		for _, verdict := range verdicts {
			for _, field := range verdict.Fields {
				if field.Missing && pod.Partial {
					continue // what completes the pod may set it
				}
				r.add(target.ID, pod, verdict.Control, field, version.String(), judged.by)
			}
		}
	}
	return nil
}

// partialNote tells that more fields of the pod may come from an operator.
const partialNote = " (a partial pod spec, judged by what stands in it)"

// add records one field of one pod template; what comes from one place is one finding.
func (r *runner) add(target string, pod *render.PodTemplate, control *Control, field Field, version, policy string) {
	origin := r.locator.Origin(pod.Object, pod.FieldPath(field.Path))
	id := findingID(control, &origin)
	finding := r.findings[id]
	if finding == nil {
		finding = &Finding{ID: id, Control: control, Origin: origin}
		r.findings[id] = finding
	}
	if render.TellsMore(origin.Chain, finding.Origin.Chain) {
		finding.Origin.Chain = origin.Chain
	}
	at := slices.IndexFunc(finding.Occurrences, func(known Occurrence) bool {
		return known.Pod == pod && known.Field.Path.String() == field.Path.String()
	})
	if at < 0 {
		at = len(finding.Occurrences)
		said := message(control, field, r.shown(field.Value))
		if pod.Partial {
			said += partialNote
		}
		finding.Occurrences = append(finding.Occurrences, Occurrence{Target: target, Pod: pod, Field: field, message: said})
		if r.node == nil || r.node.pod != pod {
			r.node = newNodeUse(pod)
		}
		finding.HostNeed.merge(r.node.need(control, field))
	}
	occurrence := &finding.Occurrences[at]
	if !slices.Contains(occurrence.versions, version) {
		occurrence.versions = append(occurrence.versions, version)
	}
	if policy != "" && !slices.Contains(occurrence.policies, policy) {
		occurrence.policies = append(occurrence.policies, policy)
	}
}
