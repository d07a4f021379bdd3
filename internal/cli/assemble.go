package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/fix"
	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
	"github.com/podmend/podmend/report"
)

// assemble makes the report of a run.
func (r *run) assemble() (*report.Report, error) {
	assembled := &report.Report{
		Schema: report.Schema,
		Source: report.Source{Files: map[string]string{}},
		Policy: report.Policy{Level: string(r.settings.check.Level)},
	}
	for _, version := range r.settings.check.Versions {
		assembled.Policy.Versions = append(assembled.Policy.Versions, version.String())
	}
	for _, skipped := range r.repo.narrowSkipped(r.discovery.Skipped) {
		assembled.Skipped = append(assembled.Skipped, report.Skipped{Path: skipped.Path, Reason: skipped.Reason})
	}
	for _, warning := range r.checked.Warnings {
		assembled.Warnings = append(assembled.Warnings, report.Warning(warning))
	}
	assembled.Warnings = append(assembled.Warnings, r.asking()...)
	for i := range r.results {
		r.addTarget(assembled, &r.results[i])
	}
	if r.comparison != nil {
		r.addComparison(assembled)
	}
	byFinding := map[string]*fix.Proposal{}
	for _, proposal := range r.proposals {
		for _, id := range proposal.Findings {
			byFinding[id] = proposal
		}
		assembled.Proposals = append(assembled.Proposals, reportProposal(proposal))
		if err := r.addSourceFiles(assembled, proposal); err != nil {
			return nil, err
		}
	}
	for i := range r.checked.Findings {
		finding := r.reportFinding(&r.checked.Findings[i])
		if r.comparison != nil {
			r.comparison.addScope(&finding)
		}
		r.addOutcome(&finding, byFinding[finding.ID])
		assembled.Findings = append(assembled.Findings, finding)
	}
	if r.shard != nil {
		var err error
		if assembled.Shard, err = r.shardBlock(); err != nil {
			return nil, err
		}
	}
	assembled.Summary.Cached = r.cached()
	assembled.Finish()
	if problems := assembled.Problems(); len(problems) > 0 {
		return nil, fmt.Errorf("the report does not add up: %s; this is a defect of podmend, please report it", problems[0])
	}
	return assembled, nil
}

func (r *run) addTarget(assembled *report.Report, result *render.Result) {
	if result.Target.Kind == render.Plain && result.Status == render.Skipped {
		assembled.Skipped = append(assembled.Skipped, report.Skipped{Path: result.Target.Path, Reason: result.SkipReason})
		return
	}
	target := report.Target{
		ID: result.Target.ID, Kind: string(result.Target.Kind), Path: result.Target.Path, Values: result.Target.Values,
		Status: string(result.Status), Objects: len(result.Objects), PodTemplates: r.checked.PodTemplates[result.Target.ID],
		DurationMs: result.Duration.Milliseconds(), Notes: result.Notes,
	}
	target.Notes = slices.Concat(target.Notes, r.checked.Notes[result.Target.ID])
	target.Environment = environmentOf(&result.Target)
	if chart := result.Chart; chart != nil {
		target.Chart = &report.Chart{Name: chart.Name, Version: chart.Version, Repository: chart.Repository}
	}
	failure := result.Err
	if broken := r.checked.Broken[result.Target.ID]; failure == nil && broken != nil {
		failure, target.Status = broken, report.TargetError
	}
	if failure != nil {
		message := failure.Message
		if failure.Others > 0 {
			message += fmt.Sprintf(" %s of this target likewise.", plural(failure.Others, "more object"))
		}
		if failure.Kind == render.ErrOutside && !r.repo.isWorkTree {
			message += " No .git was found at or above PATH, so that PATH counts as the whole repository; name the folder that holds both."
		}
		target.Error = &report.RenderError{
			Kind: string(failure.Kind), Message: message, File: failure.File, Line: failure.Line, Allow: failure.Allow(),
		}
	}
	if result.Status == render.Skipped {
		target.Notes = append(slices.Clone(target.Notes), result.SkipReason)
	}
	assembled.Targets = append(assembled.Targets, target)
}

// environmentOf names the cluster that a target deploys to; "" where that is not known.
func environmentOf(target *render.Target) string {
	if target.GitOps == nil {
		return ""
	}
	return target.GitOps.Environment
}

func (r *run) reportFinding(finding *check.Finding) report.Finding {
	converted := report.Finding{
		ID: finding.ID, Control: finding.Control.ID, Level: string(finding.Control.Level),
		Severity: string(finding.Severity()), Scope: report.ScopeNew, Message: finding.Message,
		Status: report.StatusOpen, Versions: finding.Versions,
		HostNeed: report.HostNeed{Likely: finding.HostNeed.Likely, Evidence: finding.HostNeed.Evidence},
		Origin: report.Origin{
			File: finding.Origin.File, Line: finding.Origin.Line, Column: finding.Origin.Column,
			EndLine: finding.Origin.EndLine, EndColumn: finding.Origin.EndColumn,
			Exact: finding.Origin.Exact, Via: string(finding.Origin.Via),
		},
	}
	if at := finding.Origin.Archived; at.File != "" {
		converted.Origin.Archived = &report.Archived{File: at.File, Line: at.Line, Column: at.Column}
	}
	for _, link := range finding.Origin.Chain {
		converted.Origin.Chain = append(converted.Origin.Chain, report.Link{File: link.File, Line: link.Line, Via: string(link.Via)})
	}
	if exemption := finding.Exemption; exemption != nil {
		converted.Status = report.StatusExempt
		converted.Exemption = &report.Exemption{
			Reason: exemption.Reason, Expires: exemption.Expires, Owner: exemption.Owner, File: exemption.File, Line: exemption.Line,
		}
	}
	for _, occurrence := range finding.Occurrences {
		object := occurrence.Pod.Object
		shown := func(text string) string { return r.literals.Shown(r.byTarget[occurrence.Target], text) }
		container := occurrence.Field.Container
		if !occurrence.Pod.Gave(container) {
			container = shown(container)
		}
		converted.Occurrences = append(converted.Occurrences, report.Occurrence{
			Target: occurrence.Target,
			Object: report.Object{
				APIVersion: shown(object.APIVersion), Kind: shown(object.Kind),
				Namespace: shown(object.Namespace), Name: shown(object.Name),
			},
			Container: container, Field: shownPath(occurrence.Path(), shown),
			Value: shown(occurrence.Field.Value),
		})
	}
	return converted
}

// shownPath masks annotation keys, which may hold rendered names; other keys are Kubernetes' own.
func shownPath(path yamledit.Path, shown func(string) string) string {
	path = slices.Clone(path)
	for i, step := range path {
		if strings.Contains(step.Key, "/") {
			path[i].Key = shown(step.Key)
		}
	}
	return path.String()
}

// addOutcome says of a finding how it can be mended, or why it was not.
func (r *run) addOutcome(finding *report.Finding, proposal *fix.Proposal) {
	refusal := r.refusals[finding.ID]
	if proposal != nil {
		finding.Proposal = proposal.ID
		if refusal == nil || refusal.Reason != fix.StaysInOthers {
			refusal = proposal.Refusal
		}
	}
	if refusal != nil {
		finding.Refusal = &report.Refusal{Reason: string(refusal.Reason), Message: refusal.Message}
	}
}

func reportProposal(proposal *fix.Proposal) report.Proposal {
	converted := report.Proposal{
		ID: proposal.ID, Findings: proposal.Findings, Status: report.ProposalProven,
		AloneProven: proposal.AloneProven(), Notes: proposal.Notes, Targets: proposal.Targets, Unproven: proposal.Unproven,
	}
	if proposal.Refusal != nil {
		converted.Status, converted.Reason = report.ProposalRefused, string(proposal.Refusal.Reason)
	}
	converted.Edits = reportEdits(proposal.Edits)
	for _, alternative := range proposal.Alternatives {
		converted.Alternatives = append(converted.Alternatives, report.Alternative{Notes: alternative.Notes, Edits: reportEdits(alternative.Edits)})
	}
	return converted
}

func reportEdits(edits []fix.FileEdit) []report.Edit {
	var converted []report.Edit
	for _, edit := range edits {
		converted = append(converted, report.Edit{File: edit.File, Start: edit.Start, End: edit.End, NewText: edit.NewText})
	}
	return converted
}

// addSourceFiles records the hash of each file that a proposal edits.
func (r *run) addSourceFiles(assembled *report.Report, proposal *fix.Proposal) error {
	edits := slices.Clone(proposal.Edits)
	for _, alternative := range proposal.Alternatives {
		edits = append(edits, alternative.Edits...)
	}
	for _, edit := range edits {
		if _, known := assembled.Source.Files[edit.File]; known {
			continue
		}
		content, err := fix.Before(r.repo.files, edit.File)
		if err != nil {
			return fmt.Errorf("hash a file that is to be edited: %w", err)
		}
		sum := sha256.Sum256(content)
		assembled.Source.Files[edit.File] = hex.EncodeToString(sum[:])
	}
	return nil
}
