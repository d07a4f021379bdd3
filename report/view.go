package report

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/podmend/podmend/check"
)

// A View answers what the sinks ask of a finished report. The texts that it makes are inert;
// what a form of output takes for its own is left for the sink to escape.
type View struct {
	*Report
	proposals map[string]*Proposal
	targets   map[string]*Target
	source    func(file string) ([]byte, error)
	files     map[string]*SourceFile
}

// NewView prepares a report for its sinks. source returns the bytes of a file of the report; nil
// shows none.
func NewView(r *Report, source func(file string) ([]byte, error)) *View {
	v := &View{
		Report: r, proposals: r.proposalsByID(), source: source, files: map[string]*SourceFile{},
		targets: make(map[string]*Target, len(r.Targets)),
	}
	for i := range r.Targets {
		v.targets[r.Targets[i].ID] = &r.Targets[i]
	}
	return v
}

// Target returns the target of an id, nil if there is none.
func (v *View) Target(id string) *Target { return v.targets[id] }

// ProposalOf returns the proposal that a finding names, nil if there is none.
func (v *View) ProposalOf(f *Finding) *Proposal { return v.proposals[f.Proposal] }

// Outcome says what became of a finding: StatusExempt, ProposalProven, ProposalRefused or StatusOpen.
func (v *View) Outcome(f *Finding) string {
	proposal := v.proposals[f.Proposal]
	switch {
	case f.Status == StatusExempt:
		return StatusExempt
	case f.Refusal == nil && proposal != nil && proposal.Status == ProposalProven:
		return ProposalProven
	case f.Refusal != nil || proposal != nil:
		return ProposalRefused
	}
	return StatusOpen
}

// Mends says whether a proven proposal mends a finding, if only in some of its targets: what stays in the others
// is refused.
func (v *View) Mends(f *Finding) bool {
	proposal := v.proposals[f.Proposal]
	return f.Status != StatusExempt && proposal != nil && proposal.Status == ProposalProven
}

// Exempt says why a finding is allowed, "" if it is not.
func (v *View) Exempt(f *Finding) string {
	if f.Status != StatusExempt {
		return ""
	}
	if f.Exemption == nil {
		return "no reason is given."
	}
	text := InertProse(f.Exemption.Reason, maxProse)
	if f.Exemption.Expires != "" {
		text += " (until " + Inert(f.Exemption.Expires, maxName) + ")"
	}
	return text
}

// Refusal says why no edit of a finding was proven, and what to do; "" if that is not its outcome.
func (v *View) Refusal(f *Finding) string {
	if v.Outcome(f) != ProposalRefused {
		return ""
	}
	reason := ""
	if proposal := v.proposals[f.Proposal]; proposal != nil {
		reason = InertProse(proposal.Reason, maxProse)
	}
	if f.Refusal != nil {
		if text := InertProse(f.Refusal.Message, maxProse); text != "" {
			return text
		}
		reason = InertProse(f.Refusal.Reason, maxProse)
	}
	if reason != "" {
		reason += ". "
	}
	return reason + Remedy(f)
}

// Notes say what the proven proposal of a finding changes beside the field.
func (v *View) Notes(f *Finding) []string {
	if v.Outcome(f) != ProposalProven {
		return nil
	}
	var notes []string
	for _, note := range v.proposals[f.Proposal].Notes {
		notes = append(notes, InertProse(note, maxProse))
	}
	return notes
}

// Remedy says what to do by hand.
func Remedy(f *Finding) string {
	text := Advice(Inert(f.Control, maxName))
	if f.HostNeed.Likely {
		return "Allow it by an exemption with a reason if it needs the host. Otherwise: " + text
	}
	return text
}

// Message is the sentence of a finding, with the versions that deny it where others do not.
func (v *View) Message(f *Finding) string {
	message := InertProse(f.Message, maxProse)
	if denied := v.DeniedBy(f); denied != "" {
		message += " (" + denied + ")"
	}
	return message
}

// Place is a file with a line, as far as they are known.
func Place(file string, line int) string {
	place := Inert(file, maxPath)
	if place != "" && line > 0 {
		place += fmt.Sprintf(":%d", line)
	}
	return place
}

// Place is where an origin is, for people.
func (o *Origin) Place() string {
	switch at := o.Archived; {
	case o.Packed():
		return fmt.Sprintf("%s (%s in it)", Place(o.File, 0), Place(at.File, at.Line))
	case at != nil:
		return fmt.Sprintf("%s (%s of its chart)", Place(o.File, o.Line), Place(at.File, at.Line))
	}
	return Place(o.File, o.Line)
}

// Packed says whether the file is a packed chart and the place in it is known.
func (o *Origin) Packed() bool {
	return o.Archived != nil && path.Ext(o.File) == ".tgz"
}

// fetched is the place in a chart that was fetched for the origin's line, or that its value switches, empty elsewhere.
func (o *Origin) fetched() string {
	if o.Archived == nil || o.Packed() {
		return ""
	}
	return Place(o.Archived.File, o.Archived.Line)
}

// Worst lists the findings for readers who may stop early: open ones first, then new ones, then the
// severest, then by their places.
func (v *View) Worst() []*Finding {
	findings := make([]*Finding, len(v.Findings))
	for i := range v.Findings {
		findings[i] = &v.Findings[i]
	}
	rank := func(f *Finding) (rank int) {
		if f.Status == StatusExempt {
			rank += 100
		}
		if f.Scope == ScopeOld {
			rank += 10
		}
		return rank - check.Severity(f.Severity).Rank()
	}
	slices.SortStableFunc(findings, func(a, b *Finding) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), compareFindings(*a, *b))
	})
	return findings
}

// BySeverity splits the number of findings, such as "2 high, 1 exempt": its parts add up to it.
func (v *View) BySeverity() string {
	counts := map[string]int{}
	exempt := 0
	for i := range v.Findings {
		if v.Findings[i].Status == StatusExempt {
			exempt++
		} else {
			counts[v.Findings[i].Severity]++
		}
	}
	var parts []string
	for _, severity := range []string{SeverityHigh, SeverityMedium, SeverityLow} {
		if n := counts[severity]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, severity))
		}
	}
	if exempt > 0 {
		parts = append(parts, fmt.Sprintf("%d exempt", exempt))
	}
	return strings.Join(parts, ", ")
}

// Judged names what the pod templates were checked against.
func (v *View) Judged() string {
	text := "the Pod Security Standard " + Inert(v.Policy.Level, maxName)
	if len(v.Policy.Versions) == 0 {
		return text
	}
	var versions []string
	for _, version := range v.Policy.Versions {
		versions = append(versions, Inert(version, maxName))
	}
	return text + " " + list(versions)
}

// ByStatus splits the number of targets: its parts add up to it.
func (v *View) ByStatus() string {
	counts := map[string]int{}
	for _, target := range v.Targets {
		counts[target.Status]++
	}
	text := Quantity(len(v.Targets), "target", "targets")
	if counts[TargetOK] == len(v.Targets) {
		return text
	}
	var parts []string
	for _, status := range []struct{ status, word string }{
		{TargetOK, "rendered"},
		{TargetError, "failed"},
		{TargetSkipped, "skipped"},
		{TargetUnknown, "unknown"},
	} {
		if n := counts[status.status]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, status.word))
		}
	}
	return text + " (" + strings.Join(parts, ", ") + ")"
}

// Groups puts findings together that read the same: of one file and control, with equal words. The
// groups stand where their first findings do.
func (v *View) Groups(findings []*Finding) [][]*Finding {
	var groups [][]*Finding
	at := map[string]int{}
	for _, f := range findings {
		key := fmt.Sprintf("%q", []string{
			f.Origin.File, f.Control, f.Severity, f.Scope, v.Message(f), v.Outcome(f), v.Exempt(f), v.Refusal(f),
			strings.Join(f.HostNeed.Evidence, "\n"), strings.Join(v.Notes(f), "\n"), fmt.Sprint(f.Origin.Exact),
		})
		i, known := at[key]
		if !known {
			i = len(groups)
			at[key] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], f)
	}
	return groups
}

// PartlyNew says whether a finding shows both where the base has it and where it does not.
func PartlyNew(f *Finding) bool {
	scopes := map[string]bool{}
	for _, occurrence := range f.Occurrences {
		scopes[occurrence.Scope] = true
	}
	return scopes[ScopeNew] && scopes[ScopeOld]
}

// TargetsOf lists the targets where a finding shows, each once.
func TargetsOf(f *Finding) []string {
	var ids seen
	for _, occurrence := range f.Occurrences {
		ids.add(Inert(occurrence.Target, maxPath))
	}
	return ids.list
}
