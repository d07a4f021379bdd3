package check

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/podmend/podmend/render"
)

// An Enforced says what a Namespace that a target renders enforces. It names the Namespace by a
// digest, since a rendered name may hold what must not be printed.
type Enforced struct {
	Namespace string
	Target    string // id
	Enforces  string // a level and version, or Unlabelled
}

// Unlabelled is what a Namespace without a label enforces.
const Unlabelled = "no label"

// All lists what the Namespaces enforce, sorted.
func (n *Namespaces) All() []Enforced {
	var all []Enforced
	for name := range n.byName {
		all = append(all, n.Of(name)...)
	}
	slices.SortFunc(all, func(a, b Enforced) int {
		return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Target, b.Target), strings.Compare(a.Enforces, b.Enforces))
	})
	return slices.Compact(all)
}

// Of lists what the Namespaces of one name enforce, sorted.
func (n *Namespaces) Of(name string) []Enforced {
	var all []Enforced
	for _, one := range n.byName[name] {
		all = append(all, Enforced{Namespace: digest(name), Target: one.target, Enforces: one.String()})
	}
	slices.SortFunc(all, func(a, b Enforced) int {
		return cmp.Or(strings.Compare(a.Target, b.Target), strings.Compare(a.Enforces, b.Enforces))
	})
	return slices.Compact(all)
}

// IsLabelled says whether any Namespace of a name has a label that counts.
func (n *Namespaces) IsLabelled(name string) bool {
	return slices.ContainsFunc(n.byName[name], func(one *namespace) bool { return one.label != "" })
}

// Wanted lists the names of Namespaces that pods are in and their own target does not render: what
// other targets render decides how those pods are judged.
func (n *Namespaces) Wanted(results []render.Result) []string {
	wanted := map[string]bool{}
	for i := range results {
		result := &results[i]
		if result.Status == render.Skipped {
			continue
		}
		for j := range result.Objects {
			if !result.Objects[j].HasPodTemplate() {
				continue
			}
			name, assumed := result.Target.NamespaceOf(&result.Objects[j])
			if name != "" && !assumed && len(n.opinions(name, result.Target.ID, true)) == 0 {
				wanted[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(wanted))
}

// NamespaceDigest names a Namespace as Enforced does.
func NamespaceDigest(name string) string { return digest(name) }
