// Package report holds what one run found as plain, versioned data, and prints it. The
// JSON form is the contract between stages, shards and jobs; docs/report.schema.json says
// what each field means to other programs.
package report

import "strings"

// Schema names the version of the format. Within it fields may be added, and none changes
// its meaning.
const Schema = "podmend/v1"

// The words of the fields that hold one of a few.
const (
	SeverityLow    = "low"
	SeverityMedium = "medium"
	SeverityHigh   = "high"

	TargetOK      = "ok"
	TargetError   = "error"
	TargetSkipped = "skipped"
	TargetUnknown = "unknown"

	ScopeNew = "new" // also where there is no base to compare with
	ScopeOld = "old"

	// What is listed: Source.Scope.
	ListAll     = "all"
	ListChanged = "changed"
	ListNew     = "new"

	StatusOpen   = "open"
	StatusExempt = "exempt"

	ProposalProven  = "proven"
	ProposalRefused = "refused"

	ViaLiteral   = "literal"
	ViaValues    = "values"
	ViaManifest  = "manifest"
	ViaPatch     = "patch"
	ViaHelper    = "helper"
	ViaGenerated = "generated"
)

// A Report is everything that one run found. Call Finish before it is written.
// File names in it are slash-separated and relative to the repository's root.
type Report struct {
	Schema    string     `json:"schema"`
	Source    Source     `json:"source"`
	Policy    Policy     `json:"policy"`
	Targets   []Target   `json:"targets"`
	Findings  []Finding  `json:"findings"`
	Mended    []Mended   `json:"mended"` // what the base has and the head no longer
	Proposals []Proposal `json:"proposals"`
	Skipped   []Skipped  `json:"skipped"`
	Warnings  []Warning  `json:"warnings"`
	Summary   Summary    `json:"summary"`
	// FixPullRequests are what became of the pull requests, or of the commit, that --fix asks for.
	FixPullRequests []FixPullRequest `json:"fixPullRequests,omitempty"`
	// Shard is set in the report of one of several jobs, and nil in one of everything.
	Shard *Shard `json:"shard,omitempty"`
}

// Source says which state of the repository was read.
type Source struct {
	Base string `json:"base"` // commit that was compared with, "" for none
	Head string `json:"head"` // commit that was read, "" outside of git
	// Scope says which findings are listed: all, those of targets that a changed file reaches, or of
	// these the new ones.
	Scope string `json:"scope"`
	// Files holds the SHA-256 in hex of each file that edits touch. Nothing is applied to
	// a file that has another.
	Files map[string]string `json:"files"`
}

// Policy is what the pod templates were checked against.
type Policy struct {
	Level    string   `json:"level"`
	Versions []string `json:"versions"`
}

// A Target is one thing that renders by itself.
type Target struct {
	ID           string       `json:"id"`
	Kind         string       `json:"kind"`
	Path         string       `json:"path"`
	Values       []string     `json:"values"` // in the order in which they are merged
	Status       string       `json:"status"`
	Error        *RenderError `json:"error"` // set for status error; may say why one was skipped
	Objects      int          `json:"objects"`
	PodTemplates int          `json:"podTemplates"`
	DurationMs   int64        `json:"durationMs"`
	Notes        []string     `json:"notes"` // what a person should know about how it was rendered
	// Environment is what the cluster is called that a GitOps object deploys to; "" where that is not known.
	Environment string `json:"environment,omitempty"`
	Chart       *Chart `json:"chart,omitempty"` // what a GitOps object deploys; nil for what is no chart
}

// A Chart is one that was deployed, with the version that was found for it.
type Chart struct {
	Name       string `json:"name"`
	Version    string `json:"version"`
	Repository string `json:"repository"` // URL; "" for a folder of this repository
}

// A RenderError says why a target was not rendered.
type RenderError struct {
	Kind    string `json:"kind"`
	Message string `json:"message"` // what happened, then what to do
	File    string `json:"file"`    // "" where there is none
	Line    int    `json:"line"`    // from 1; 0 where there is none
	Scope   string `json:"scope"`   // old where the base could not be rendered for the same reason
	// Allow are the hosts with which network.allow would let podmend fetch what is missing.
	Allow []string `json:"allow,omitempty"`
}

// A Finding is one control broken by one place in source.
type Finding struct {
	ID       string `json:"id"`
	Control  string `json:"control"`
	Level    string `json:"level"`
	Severity string `json:"severity"`
	Scope    string `json:"scope"`
	// Message is one sentence. It leaves out what occurrences say (names of objects and
	// containers), so that equal findings read equal and the text can fold them.
	Message string `json:"message"`
	// Versions are those of the policy that deny it, in the policy's order.
	Versions []string `json:"versions"`
	Origin   Origin   `json:"origin"`
	// Changes are the lines of the head that make a new finding, where they are not its own: a
	// values file that turns on a template which nobody touched. Empty for an old one, and where the
	// finding stands on a changed line itself.
	Changes     []Lines      `json:"changes"`
	Occurrences []Occurrence `json:"occurrences"`
	// Environments are those that GitOps objects deploy it to; nil where none does.
	Environments *Environments `json:"environments,omitempty"`
	Status       string        `json:"status"`
	Exemption    *Exemption    `json:"exemption"`
	HostNeed     HostNeed      `json:"hostNeed"`
	Proposal     string        `json:"proposal"` // id of a proposal, or ""
	Refusal      *Refusal      `json:"refusal"`
}

// An Origin is the place in source that a finding comes from. Lines and columns count
// from 1 and are 0 where they are not known; columns count code points. EndColumn is the
// first one behind the place.
type Origin struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"endLine"`
	EndColumn int    `json:"endColumn"`
	// Exact says that the range is the offending field itself. Otherwise only the file, or
	// the object that starts at Line, is known.
	Exact bool   `json:"exact"`
	Via   string `json:"via"`
	Chain []Link `json:"chain"`
	// Archived is the place in the packed chart that File is, that was fetched for Line, or that prints the field because of
	// the value there; nil elsewhere.
	Archived *Archived `json:"archived,omitempty"`
}

// An Archived is a place in a file of a packed chart.
type Archived struct {
	File   string `json:"file"` // as the archive names it, below its chart
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// A Link is one place that the field passes on its way from the origin to the object.
type Link struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Via  string `json:"via"`
}

// An Occurrence is one field of a rendered pod template where a finding shows.
type Occurrence struct {
	Target    string `json:"target"` // id of a target
	Object    Object `json:"object"`
	Container string `json:"container"` // "" for fields of the pod
	Field     string `json:"field"`     // path from the object's root
	Value     string `json:"value"`     // "" where the field is missing
	Scope     string `json:"scope"`     // new where the base does not have it there
}

// Lines are some of a file, the last one included. They count from 1.
type Lines struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	EndLine int    `json:"endLine"`
}

// Mended is a finding of the base that the head does not have.
type Mended struct {
	ID      string `json:"id"`
	Control string `json:"control"`
	Message string `json:"message"`
	File    string `json:"file"` // where it stood in the base
	Line    int    `json:"line"`
}

// An Object names one rendered Kubernetes object.
type Object struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Namespace  string `json:"namespace"`
	Name       string `json:"name"`
}

// An Exemption says why somebody allowed a finding.
type Exemption struct {
	Reason  string `json:"reason"`
	Expires string `json:"expires"` // the last day on which it holds, or "" for no end
	Owner   string `json:"owner"`   // "" where nobody is named
	File    string `json:"file"`    // where the exemption stands
	Line    int    `json:"line"`    // 0 where it is not known
}

// HostNeed says whether the container and field likely need the host, and what speaks for it.
type HostNeed struct {
	Likely   bool     `json:"likely"`
	Evidence []string `json:"evidence"`
}

// A Refusal says why no proposal was proven.
type Refusal struct {
	Reason  string `json:"reason"`
	Message string `json:"message"` // what stands in the way, then what to do
}

// A Proposal holds the edits that mend some findings together. It is applied once,
// however many findings it mends.
type Proposal struct {
	ID          string   `json:"id"`
	Findings    []string `json:"findings"`
	Status      string   `json:"status"`
	AloneProven bool     `json:"aloneProven"` // it holds also if no other proposal is applied
	Reason      string   `json:"reason"`      // why it was refused, or ""
	Notes       []string `json:"notes"`       // what changes beside the fields
	Targets     []string `json:"targets"`     // that were rendered for the proof
	Edits       []Edit   `json:"edits"`
	// Unproven are targets that may read an edited file and could not be rendered before it either.
	Unproven []string `json:"unproven"`
	// Alternatives are other ways to mend the same findings. They are not proven.
	Alternatives []Alternative `json:"alternatives"`
}

// An Edit replaces the bytes [Start,End) of one file by NewText.
type Edit struct {
	File    string `json:"file"`
	Start   int    `json:"start"`
	End     int    `json:"end"`
	NewText string `json:"newText"`
}

// An Alternative is another way to mend the findings of a proposal.
type Alternative struct {
	Notes []string `json:"notes"`
	Edits []Edit   `json:"edits"`
}

// WhySkipped is the reason why a target was not looked at, or not wholly.
func (t *Target) WhySkipped() string {
	switch {
	case t.Error != nil:
		return t.Error.Message
	case len(t.Notes) > 0:
		return strings.Join(t.Notes, " ")
	}
	return "This target does not render alone."
}

// Skipped names a file or folder that was not looked at, and why.
type Skipped struct {
	Path   string `json:"path"`
	Reason string `json:"reason"`
}

// A Warning is what a person should look at although it breaks no control, such as an
// exemption that matches nothing.
type Warning struct {
	Message string `json:"message"` // what is the matter, then what to do
	File    string `json:"file"`    // "" where there is none
	Line    int    `json:"line"`    // 0 where it is not known
}

// A Summary counts what the rest of the report holds.
type Summary struct {
	Targets      int `json:"targets"`
	PodTemplates int `json:"podTemplates"`
	Findings     int `json:"findings"` // open and exempt
	Occurrences  int `json:"occurrences"`
	Proven       int `json:"proven"`  // open findings that a proven proposal mends
	Refused      int `json:"refused"` // other open findings with a refusal or a refused proposal
	Exempt       int `json:"exempt"`
	Errors       int `json:"errors"` // targets that could not be rendered
	New          int `json:"new"`    // findings of scope new, exempt ones too
	Old          int `json:"old"`
	Mended       int `json:"mended"`
	LeftOut      int `json:"leftOut"` // old findings that source.scope keeps out of the list
	Cached       int `json:"cached"`  // targets of which nothing had to be rendered
}

// A FixPullRequest is what became of one pull request of fixes, or of the branch of a pull request.
type FixPullRequest struct {
	Number    int      `json:"number"`    // 0 if there is none
	URL       string   `json:"url"`       // of its page, or ""
	Operation string   `json:"operation"` // created, updated, unchanged, closed, stopped, none or failed
	Branch    string   `json:"branch"`    // that holds the fixes
	Commit    string   `json:"commit"`    // that was pushed, "" if none was
	Messages  []string `json:"messages"`  // why, and what to do
}
