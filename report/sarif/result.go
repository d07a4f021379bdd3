package sarif

import (
	"cmp"
	"path"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/podmend/podmend/render"
	"github.com/podmend/podmend/report"
)

const (
	// fingerprint names our own identity of a finding; code scanning reads lineHash alone. Two findings
	// of one control may stand in one line, which a hash of the line takes for one.
	fingerprint = "podmendFinding/v1"
	lineHash    = "primaryLocationLineHash"

	// maxRelated bounds the places that one result names beside its own.
	maxRelated = 50
	// maxFix is the number of edits up to which every finding of a proposal carries them; beyond, the
	// first alone does.
	maxFix = 50
)

func newResult(v *report.View, f *report.Finding) *sarif.Result {
	result := sarif.NewRuleResult(report.Inert(f.Control, 0)).
		WithLevel(cmp.Or(levels[f.Severity], sarif.LevelWarning)).
		WithRuleIndex(ruleIndex(f.Control)).
		WithMessage(message(sentence(v, f))).
		WithPartialFingerprints(fingerprints(f.ID)).
		WithLocations([]*sarif.Location{own(v, f)}).
		WithRelatedLocations(related(f)).
		WithOccurrenceCount(len(f.Occurrences))
	if v.Source.Base != "" {
		result.WithBaselineState(map[string]string{report.ScopeNew: "new", report.ScopeOld: "unchanged"}[f.Scope])
	}
	properties := sarif.NewPropertyBag().Add("findingId", report.Inert(f.ID, 0)).
		Add("outcome", v.Outcome(f)).Add("targets", report.TargetsOf(f)).Add("via", report.Inert(f.Origin.Via, 0))
	if f.HostNeed.Likely {
		properties.Add("hostNeed", inertAll(f.HostNeed.Evidence))
	}
	if refusal := v.Refusal(f); refusal != "" {
		properties.Add("refusal", refusal)
	}
	if f.Status == report.StatusExempt {
		result.WithSuppressions([]*sarif.Suppression{suppression(v, f)})
	}
	if proposal := v.ProposalOf(f); proposal != nil && proposal.Status == report.ProposalProven {
		properties.Add("proposal", report.Inert(proposal.ID, 0))
		if n := len(proposal.Edits); n > 0 && (n <= maxFix || proposal.Findings[0] == f.ID) {
			result.WithFixes([]*sarif.Fix{fixes(v, proposal)})
		}
	}
	return result.WithProperties(properties)
}

func fingerprints(id string) map[string]string {
	id = report.Inert(id, 0)
	return map[string]string{fingerprint: id, lineHash: id}
}

// sentence says what is wrong, where it shows, and what to do.
func sentence(v *report.View, f *report.Finding) string {
	text := strings.TrimSuffix(v.Message(f), ".") + "."
	if reached := report.Workloads([]*report.Finding{f}); len(reached) > 0 {
		text += " It reaches " + report.Fold(reached) + "."
	}
	switch v.Outcome(f) {
	case report.ProposalProven:
		return text + " podmend fix --write mends it by a proven edit."
	case report.ProposalRefused:
		return text + " " + v.Refusal(f)
	}
	return text + " " + report.Remedy(f)
}

// own is the place of a finding, with the objects where it shows. A finding without a file is
// placed at its target, since a result without a place is refused by code scanning.
func own(v *report.View, f *report.Finding) *sarif.Location {
	file := f.Origin.File
	if file == "" && len(f.Occurrences) > 0 {
		if target := v.Target(f.Occurrences[0].Target); target != nil {
			file = target.Path
		}
	}
	location := located(file, regionOf(&f.Origin))
	for i, occurrence := range f.Occurrences {
		if i == maxRelated {
			break
		}
		location.AddLogicalLocation(logical(occurrence))
	}
	return location
}

func logical(o report.Occurrence) *sarif.LogicalLocation {
	name := report.Inert(o.Object.Kind+" "+path.Join(o.Object.Namespace, o.Object.Name), 0)
	return sarif.NewLogicalLocation().WithKind("resource").WithName(name).
		WithFullyQualifiedName(report.Inert(o.Target, 0) + ": " + name + ": " + report.Inert(o.Field, 0))
}

// related are the places between the origin and the objects, the lines that make the finding new, and
// the objects beside the first.
func related(f *report.Finding) []*sarif.Location {
	locations := make([]*sarif.Location, 0)
	add := func(location *sarif.Location, text string) {
		if len(locations) < maxRelated {
			locations = append(locations, location.WithID(len(locations)+1).WithMessage(message(text)))
		}
	}
	for _, change := range f.Changes {
		add(located(change.File, sarif.NewRegion().WithStartLine(max(change.Line, 1)).WithEndLine(max(change.EndLine, change.Line, 1))),
			"This change makes the finding new.")
	}
	for _, link := range f.Origin.Chain {
		add(placed(link.File, link.Line)[0], "It comes through here ("+report.Inert(link.Via, 0)+").")
	}
	for _, o := range f.Occurrences[min(1, len(f.Occurrences)):] {
		logical := logical(o)
		add(located(f.Origin.File, regionOf(&f.Origin)).WithLogicalLocations([]*sarif.LogicalLocation{logical}),
			"It shows in "+*logical.FullyQualifiedName+".")
	}
	return locations
}

func suppression(v *report.View, f *report.Finding) *sarif.Suppression {
	suppressed := sarif.NewSuppression().WithKind("external").WithStatus("accepted").WithJustification(v.Exempt(f))
	if exemption := f.Exemption; exemption != nil && exemption.File != "" {
		suppressed.WithLocation(placed(exemption.File, exemption.Line)[0])
		if exemption.File != render.ConfigFile {
			suppressed.WithKind("inSource")
		}
	}
	return suppressed
}

// absent is a result of the base that the head does not have.
func absent(mended *report.Mended) *sarif.Result {
	return sarif.NewRuleResult(report.Inert(mended.Control, 0)).WithRuleIndex(ruleIndex(mended.Control)).
		WithLevel(sarif.LevelNote).WithBaselineState("absent").
		WithMessage(message(report.InertProse(mended.Message, 0))).
		WithPartialFingerprints(fingerprints(mended.ID)).
		WithLocations([]*sarif.Location{located(mended.File, sarif.NewRegion().WithStartLine(max(mended.Line, 1)))})
}

func inertAll(texts []string) []string {
	inert := make([]string, 0)
	for _, text := range texts {
		inert = append(inert, report.InertProse(text, 0))
	}
	return inert
}
