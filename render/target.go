// Package render finds the targets of a repository and renders them in process into
// Kubernetes objects that know their source.
package render

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
)

// A Kind says how a target is rendered.
type Kind string

// The kinds of targets.
const (
	Helm      Kind = "helm"
	Kustomize Kind = "kustomize"
	Plain     Kind = "plain"
	Flux      Kind = "flux"
	ArgoCD    Kind = "argocd"
)

// A Target is one thing that renders by itself: a chart with one set of values, a
// kustomization root, or a file of plain manifests. It is plain data.
type Target struct {
	ID     string // stable and unique in a repository
	Kind   Kind
	Path   string   // chart folder, kustomization folder or manifest file
	Values []string // Helm: values files in the order in which they are merged

	ReleaseName string // Helm: "" is helm template's own default
	Namespace   string // Helm: "" is helm template's own default; Argo CD: where objects go that name none
	KubeVersion string // Helm: "" is the newest known that the chart allows
	APIVersions []string

	// merged are Helm's values where they do not stand in files of their own, in place of Values.
	merged map[string]any
	// defaults take the place of the chart's own values; nil keeps these.
	defaults *defaultValues
	// anyValues says that values are not checked against the schemas of the chart.
	anyValues bool
	// deployed is told which chart it is; nil if nobody asks.
	deployed *DeployedChart

	// PodsIn are the files, or archives of files, with the templates that print pods, where an earlier rendering has
	// told: for a trace that is compared with it, Helm prints no other.
	PodsIn []string

	// LoadAnywhere lets a kustomization read files outside of its folder.
	LoadAnywhere bool

	// OwnProcess says that rendering changes the process that does it: a kustomization sets the OpenAPI
	// schema, which kustomize keeps in variables.
	OwnProcess bool

	// GitOps says where the object stands that a target of Flux or Argo CD is, and what it reads.
	GitOps *GitOps

	// IncludedBy holds the kustomization roots that include this one.
	IncludedBy []string

	// Err says why discovery could not look into Path; rendering fails with it.
	Err *Error
}

// A Status says how rendering a target ended.
type Status string

// The statuses of a target.
const (
	OK      Status = "ok"
	Failed  Status = "error"
	Skipped Status = "skipped"
)

// A Result is what came out of rendering one target. It is plain data.
type Result struct {
	Target Target
	Status Status
	Err    *Error // set if Status is Failed, and for a base that does not build alone
	// SkipReason says why the target counts as Skipped.
	SkipReason string
	Objects    []Object // also beside an error, as far as they could be read
	Notes      []string // what a person should know about how it was rendered
	Reads      []string // resolved names of the files that were read, sorted
	// Looks are all questions that rendering has put to the file system, sorted, if they were asked for.
	Looks    []overlay.Look
	Duration time.Duration
	// Input is a digest of the GitOps object and of what it takes its values from, as they were rendered.
	Input string
	// Chart is what a GitOps object deploys, with the version that was resolved; nil where it is no chart.
	Chart  *DeployedChart
	Layers []ValuesLayer // of a traced chart: what sets values, the strongest first
	// ReadTemplates are the named templates of a traced chart of which something reads what they print,
	// or AnyTemplate alone; what others print stands in the output and nowhere else.
	ReadTemplates []string
	// Steady says of a traced chart that it asks for neither the time nor chance, so that it renders the same
	// each time.
	Steady bool
}

// An Object is one rendered Kubernetes object.
type Object struct {
	APIVersion, Kind, Namespace, Name string
	// YAML is the object as it was rendered: one document without separators.
	YAML []byte
	// Digest tells objects without pod templates apart where their text is dropped: equal
	// objects of one renderer have equal digests.
	Digest string
	Source Source
	// Trace says from where its parts came; nil where nobody asked or it is not known.
	Trace *Trace
}

// Document is the object as tools read it from what renders it: behind the line that separates documents, if nothing else
// stands in that, and with a last newline, without which a block scalar at its end would lose its own.
func (o *Object) Document() []byte {
	text := o.YAML
	if line, rest, ok := bytes.Cut(text, []byte("\n")); ok && startsDocument(line) && len(bytes.Trim(line, "- \t\r")) == 0 {
		text = rest
	}
	if !bytes.HasSuffix(text, []byte("\n")) {
		text = slices.Concat(text, []byte("\n"))
	}
	return text
}

// Source is the place that an object was rendered from.
type Source struct {
	File string // relative to the repository's root
	Doc  int    // index of the YAML document in File
	// Path leads from the document's root to the object: empty, or items[i] of a List.
	Path yamledit.Path
	// Manifest says that File holds the object itself as YAML or JSON (of which overlays may
	// have changed fields), not a template that prints it.
	Manifest bool
	// Kustomization is the kustomization file of the root that rendered the object, "" for
	// objects of other targets.
	Kustomization string
	// Declared is the place to show where File is not in the repository: a fetched archive is
	// shown by the line that asks for it.
	Declared Declaration

	printed helmDocumentOf
}

// A Declaration is a line that names something that stands elsewhere.
type Declaration struct {
	File string // "" if there is none
	Line int
}

// An ErrorKind says what kept a target from being rendered.
type ErrorKind string

// An Error says why a target could not be rendered, and what to do about it.
type Error struct {
	Kind    ErrorKind
	Message string // what happened, then what to do, in sentences
	File    string // "" where there is none
	Line    int    // 1-based; 0 where there is none
	// Field leads to what is wrong in an object that was rendered; nil where that is not known.
	Field  yamledit.Path
	Others int // how many more errors of this kind the target has
	// Missing holds the dependencies without which a chart could not be rendered, if having them is
	// all that it needs.
	Missing []MissingDependency
}

func (e *Error) Error() string {
	switch {
	case e.File == "":
		return e.Message
	case e.Line == 0:
		return fmt.Sprintf("%s: %s", e.File, e.Message)
	default:
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Message)
	}
}
