package check

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// A Finding is one control broken by one place in source.
type Finding struct {
	ID      string // made of the control and the place, stable while lines move
	Control *Control
	Message string // one sentence without a final stop, composed of what the occurrences say
	Origin  render.Origin
	// Versions are the policy versions that deny it: those of the options in their order, then others.
	Versions []string
	// HostNeed is likely if it is for any occurrence.
	HostNeed    HostNeed
	Occurrences []Occurrence
	// Exemption is what allows it in every occurrence; nil if it is open.
	Exemption *Exemption
	// ExemptFor names the objects that it is allowed for, where it is not for all.
	ExemptFor string
}

// An Occurrence is one field of a rendered pod template where a finding shows.
type Occurrence struct {
	Target string // id
	Pod    *render.PodTemplate
	Field  Field

	message  string   // what the finding would say without others
	versions []string // that deny it, in the order in which they were asked
	policies []string // the labels of Namespaces that it was judged by
	exempt   *declared
	exemptAs string // the occurrence's name, where it is exempt
	expired  *declared
}

// Path leads from the object's root to the field.
func (o *Occurrence) Path() yamledit.Path { return o.Pod.FieldPath(o.Field.Path) }

// Severity is the highest of the occurrences: a field that baseline denies too weighs at restricted
// what it weighs there.
func (f *Finding) Severity() Severity {
	highest := f.Control.Severity
	for i := range f.Occurrences {
		if severity := f.Occurrences[i].Field.Severity; severity.Rank() > highest.Rank() {
			highest = severity
		}
	}
	return highest
}

// IDIn is the id that the finding would have if its file had another name.
func (f *Finding) IDIn(file string) string {
	origin := f.Origin
	origin.File = file
	return findingID(f.Control, &origin)
}

// findingID is made of the control and the place; neither line numbers nor rendered names
// count, so that it outlives a shift of the file.
func findingID(control *Control, origin *render.Origin) string {
	sum := sha256.Sum256([]byte(control.ID + "\x00" + origin.File + "\x00" + origin.Place))
	return control.ID + "-" + hex.EncodeToString(sum[:6])
}

// message says in one sentence what stands where. It leaves names of objects and containers to
// the occurrences, so that equal findings read equal. value is the field's as it may be printed.
func message(control *Control, field Field, value string) string {
	name := shortPath(field)
	switch {
	case field.Because != "":
		return fmt.Sprintf("%s: %s", control.Title, field.Because)
	case field.Missing:
		return fmt.Sprintf("%s: %s is not set", control.Title, name)
	case value == "":
		return fmt.Sprintf("%s: %s is set", control.Title, name)
	default:
		return fmt.Sprintf("%s: %s is %s", control.Title, name, value)
	}
}

// shortPath is the field's path from its container, or from the pod's spec.
func shortPath(field Field) string {
	path := field.Path
	if field.Container != "" && len(path) > 3 {
		return path[3:].String()
	}
	if len(path) > 1 && path[0] == (yamledit.Step{Key: "spec"}) {
		return path[1:].String()
	}
	return path.String()
}
