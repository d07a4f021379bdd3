package check

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"k8s.io/pod-security-admission/api"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// A Warning is what a person should look at although it breaks no control.
type Warning struct {
	Message string // sentences
	File    string // "" where there is none
	Line    int    // 0 where it is not known
}

var labelPath = yamledit.NewPath("metadata", "labels", api.EnforceLevelLabel)

// A podPolicy is what one pod template is judged by.
type podPolicy struct {
	level    api.Level
	versions []api.Version
	by       string // what Namespace's labels say so, "" for the options
}

// policyFor returns what a pod template is judged by, and counts for the target's notes how often
// labels decided.
func (r *runner) policyFor(target *render.Target, pod *render.PodTemplate) podPolicy {
	configured := podPolicy{level: r.level, versions: r.versions}
	name, assumed := target.NamespaceOf(pod.Object)
	if r.labels == IgnoreLabels || name == "" {
		return configured
	}
	opinions := r.own.opinions(name, target.ID, true)
	if len(opinions) == 0 && !assumed {
		opinions = r.elsewhere.opinions(name, target.ID, false)
	}
	labelled := slices.DeleteFunc(slices.Clone(opinions), func(n *namespace) bool { return n.label == "" })
	if len(labelled) == 0 {
		return configured
	}
	judged := r.strictest(opinions)
	deciding := slices.DeleteFunc(labelled, func(n *namespace) bool { return n.level != judged.level })
	if len(deciding) > 0 {
		judged.by = fmt.Sprintf("Namespace %s enforces %s", name, enforced(deciding))
	}
	use := namespaceUse{name: name, target: target.ID}
	if r.uses[use] == nil {
		r.uses[use] = &namespaceUsed{opinions: opinions, deciding: deciding, level: judged.level}
	}
	r.uses[use].pods++
	return judged
}

// strictest is the highest level of Namespaces of one name, at every version that any of them
// names: a later version forbids what an older one does not know, and the reverse.
func (r *runner) strictest(opinions []*namespace) podPolicy {
	all := podPolicy{level: api.LevelPrivileged}
	take := func(level api.Level, versions ...api.Version) {
		if api.CompareLevels(level, all.level) > 0 {
			all.level = level
		}
		for _, version := range versions {
			if level != api.LevelPrivileged && !slices.Contains(all.versions, version) {
				all.versions = append(all.versions, version)
			}
		}
	}
	if r.labels == StricterLabels {
		take(r.level, r.versions...)
	}
	for _, n := range opinions {
		switch {
		case n.label == "":
			take(r.level, r.versions...)
		case n.version == nil:
			take(n.level, r.versions...)
		default:
			take(n.level, *n.version)
		}
	}
	return all
}

type namespaceUse struct{ name, target string }

type namespaceUsed struct {
	opinions, deciding []*namespace
	level              api.Level
	pods               int
}

// tellNamespaces writes the notes of the targets whose pods were judged by labels, and a warning
// for each Namespace whose pods were not judged at all: nothing is left out silently.
func (r *runner) tellNamespaces() {
	unjudged := map[Unjudged]int{} // pod templates of all targets that render the same Namespace
	for use, used := range r.uses {
		if differ(used.opinions) {
			r.note(use.target, fmt.Sprintf("Namespace %s is rendered with different labels by %s (%s); the strictest counts.",
				use.name, strings.Join(targetsOf(used.opinions), ", "), enforced(used.opinions)))
		}
		if len(used.deciding) == 0 {
			continue
		}
		decided := used.deciding[0]
		file, line := decided.place(r.locator)
		note := fmt.Sprintf("Namespace %s (%s) enforces %s: %s judged by that.",
			use.name, at(file, line), enforced(used.deciding), pods(used.pods))
		if used.level == api.LevelPrivileged {
			note = fmt.Sprintf("Namespace %s (%s) enforces privileged: %s not judged. --namespace-labels stricter judges them.",
				use.name, at(file, line), pods(used.pods))
			unjudged[Unjudged{File: file, Line: line, Namespace: decided.object.Name}] += used.pods
		}
		r.note(use.target, note)
		if level := api.Level(decided.label); !level.Valid() {
			r.note(use.target, fmt.Sprintf("The label %s of Namespace %s (%s) is %s, which is no level; the API server takes it for restricted, and so does podmend.",
				api.EnforceLevelLabel, use.name, at(file, line), decided.label))
		}
	}
	for _, notes := range r.report.Notes {
		slices.Sort(notes)
	}
	for place, count := range unjudged {
		place.Pods = count
		r.report.Unjudged = append(r.report.Unjudged, place)
	}
	slices.SortFunc(r.report.Unjudged, func(a, b Unjudged) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), strings.Compare(a.Namespace, b.Namespace))
	})
	for _, place := range r.report.Unjudged {
		r.report.Warnings = append(r.report.Warnings, place.Warning())
	}
}

// Unjudged are the pod templates that no standard was asked of, because of one Namespace.
type Unjudged struct {
	File      string
	Line      int
	Namespace string
	Pods      int
}

// Warning says so.
func (u Unjudged) Warning() Warning {
	return Warning{File: u.File, Line: u.Line, Message: fmt.Sprintf(
		"Namespace %s enforces privileged, so that %s not judged; --namespace-labels stricter judges them.", u.Namespace, pods(u.Pods))}
}

func (r *runner) note(target, note string) {
	r.report.Notes[target] = append(r.report.Notes[target], note)
}

func pods(count int) string {
	if count == 1 {
		return "1 pod template was"
	}
	return fmt.Sprintf("%d pod templates were", count)
}

func targetsOf(opinions []*namespace) []string {
	var ids []string
	for _, n := range opinions {
		ids = append(ids, n.target)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
