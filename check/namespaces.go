package check

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/pod-security-admission/api"

	"github.com/podmend/podmend/render"
)

// NamespaceLabels says what the pod-security.kubernetes.io/enforce labels of rendered
// Namespaces mean. https://kubernetes.io/docs/concepts/security/pod-security-admission/
type NamespaceLabels string

// What the labels may mean.
const (
	// UseLabels judges pods by the labels of their Namespace, as the API server does.
	UseLabels NamespaceLabels = "use"
	// IgnoreLabels judges all pods by the options.
	IgnoreLabels NamespaceLabels = "ignore"
	// StricterLabels takes the stricter of labels and options.
	StricterLabels NamespaceLabels = "stricter"
)

// Namespaces are the Namespaces that a run has rendered.
type Namespaces struct {
	byName map[string][]*namespace // in the order of the results
}

// A namespace is what one Namespace object enforces.
type namespace struct {
	object  *render.Object
	target  string // id
	label   string // as it is written; "" for none, so that the cluster's default counts
	level   api.Level
	version *api.Version // nil is the newest
}

// NamespacesOf collects the Namespaces of rendered targets.
func NamespacesOf(results []render.Result) *Namespaces {
	found := &Namespaces{byName: map[string][]*namespace{}}
	for i := range results {
		if results[i].Status == render.Skipped {
			continue
		}
		for j := range results[i].Objects {
			if object := &results[i].Objects[j]; object.IsNamespace() {
				found.byName[object.Name] = append(found.byName[object.Name], newNamespace(object, results[i].Target.ID))
			}
		}
	}
	return found
}

func newNamespace(object *render.Object, target string) *namespace {
	n := labelled(object.Labels())
	n.object, n.target = object, target
	return n
}

// labelled reads the labels as the API server does: a level that it does not know counts as
// restricted, such a version as the newest.
func labelled(labels map[string]string) *namespace {
	n := &namespace{}
	label, ok := labels[api.EnforceLevelLabel]
	if !ok {
		return n
	}
	n.label = label
	if label == "" {
		n.label = `""`
	}
	n.level, _ = api.ParseLevel(label)
	if version, err := api.ParseVersion(labels[api.EnforceVersionLabel]); err == nil && !version.Latest() {
		n.version = &version
	}
	return n
}

// opinions are the Namespaces of a name that count for a target: its own, else all others.
func (n *Namespaces) opinions(name, target string, ownOnly bool) []*namespace {
	all := n.byName[name]
	own := slices.DeleteFunc(slices.Clone(all), func(n *namespace) bool { return n.target != target })
	if len(own) > 0 || ownOnly {
		return own
	}
	return all
}

// Enforces says what a Namespace with the labels enforces.
func Enforces(labels map[string]string) string { return labelled(labels).String() }

// String says what the Namespace enforces.
func (n *namespace) String() string {
	switch {
	case n.label == "":
		return Unlabelled
	case n.version != nil:
		return fmt.Sprintf("%s %s", n.level, n.version)
	}
	return string(n.level)
}

// place names the file of a Namespace, and the line where that is certain.
func (n *namespace) place(locator *render.Locator) (file string, line int) {
	origin := locator.Origin(n.object, labelPath)
	if !origin.Exact {
		return origin.File, 0
	}
	return origin.File, origin.Line
}

// Places are where the labels stand of the Namespaces of a name that count for a target; the line is 0
// where it is not certain.
func (n *Namespaces) Places(name, target string, locator *render.Locator) (places []render.Origin) {
	for _, one := range n.opinions(name, target, false) {
		file, line := one.place(locator)
		places = append(places, render.Origin{File: file, Line: line})
	}
	return places
}

func at(file string, line int) string {
	if line == 0 {
		return file
	}
	return fmt.Sprintf("%s:%d", file, line)
}

// differ says whether Namespaces of one name enforce different things.
func differ(opinions []*namespace) bool {
	return slices.ContainsFunc(opinions, func(n *namespace) bool { return n.String() != opinions[0].String() })
}

// enforced lists what Namespaces of one name enforce, each thing once.
func enforced(opinions []*namespace) string {
	var all []string
	for _, n := range opinions {
		if text := n.String(); !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return strings.Join(all, " and ")
}
