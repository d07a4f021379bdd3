// Package check judges pod templates by the Pod Security Standards: the verdict is upstream's
// (k8s.io/pod-security-admission), the fields that cause it are found here.
package check

import (
	"slices"

	"k8s.io/pod-security-admission/api"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// A Severity ranks what an attacker gains where a control is broken.
type Severity string

// The severities, lowest first.
const (
	Low    Severity = "low"
	Medium Severity = "medium"
	High   Severity = "high"
)

// Rank orders severities, higher ones later; what is none comes before all.
func (s Severity) Rank() int { return slices.Index([]Severity{Low, Medium, High}, s) }

// A Control is one rule of the Pod Security Standards.
type Control struct {
	ID       string // the upstream check id
	Level    api.Level
	Severity Severity
	Title    string // a few words, lower case
	// Locate returns the fields for which a policy of the given version denies the pod, in the
	// order of the pod's fields. It returns none exactly if upstream allows the pod.
	Locate func(pod *render.PodTemplate, version api.Version) []Field
	// Mend returns what mends the located fields. Remedies are independent of each other:
	// each may be applied alone.
	// A field that nothing can mend is in no remedy.
	Mend func(pod *render.PodTemplate, fields []Field, options MendOptions) []Remedy
	// AsksImage says that a mended container may not start, as its image is: a person looks first.
	AsksImage bool
	Doc       Doc
}

// A Doc says in plain English what a control is about.
type Doc struct {
	Means   string    // what the control forbids or wants
	Danger  string    // what an attacker does where it is broken
	Fields  []string  // the fields that it reads, with [*] for any list item
	Allowed []Allowed // oldest first
	Mended  string    // what podmend changes
	Advice  string    // one sentence: what to change by hand
	Page    string    // where to read on
}

// Allowed says which values a control allows from a policy version on.
type Allowed struct {
	Since  api.Version
	Values string
}

// A Field is one place in a pod template that breaks a control.
type Field struct {
	// Path leads from the pod template's root, which holds "metadata" and "spec".
	Path yamledit.Path
	// Container is the name of the container, "" for fields of the pod.
	Container string
	// Value is the offending value as a short text, "" where the field is missing.
	Value string
	// Missing says that the control wants the field and it is not there.
	Missing bool
	// Because says why the field counts where that is not plain from its value, else "".
	Because string
	// Severity is that of the baseline control which the field breaks too, where a restricted
	// control stands in for it; "" is the control's own.
	Severity Severity
}

// A Remedy is the intended difference that mends some fields of one pod template.
type Remedy struct {
	Fields []Field // those it mends
	// Changes have paths from the pod template's root.
	Changes []yamledit.Change
	// Notes tell people what changes beside the field, such as data that no longer outlives the pod.
	Notes []string
}

// A HostPathRemedy says what becomes of a hostPath volume.
type HostPathRemedy string

// What may become of a hostPath volume.
const (
	// HostPathAuto drops a volume that is mounted read-only, a file or a socket, and makes a
	// writable directory an emptyDir. It is the default.
	HostPathAuto     HostPathRemedy = "auto"
	HostPathDrop     HostPathRemedy = "drop"
	HostPathEmptyDir HostPathRemedy = "emptyDir"
)

// MendOptions choose between remedies. The zero value is the default.
type MendOptions struct {
	HostPath HostPathRemedy // "" is HostPathAuto
	// IncludeHostWorkloads mends also what likely needs the host, see [HostNeed].
	IncludeHostWorkloads bool
	// InOverlay mends kustomizations by patches in the roots, not where the field is set.
	InOverlay bool
	// Vendored holds globs of files that are not edited.
	Vendored []string
}
