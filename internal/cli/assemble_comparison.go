package cli

import (
	"github.com/podmend/podmend/report"
)

// addComparison says what the head was compared with, and what was left out for that.
func (r *run) addComparison(assembled *report.Report) {
	c := r.comparison
	assembled.Source.Base, assembled.Source.Head, assembled.Source.Scope = c.Base, c.Head, r.scope.list
	assembled.Summary.LeftOut = r.leftOut
	for i := range r.unreached {
		target := &r.unreached[i]
		assembled.Targets = append(assembled.Targets, report.Target{
			ID: target.ID, Kind: string(target.Kind), Path: target.Path, Values: target.Values, Environment: environmentOf(target),
			Status: report.TargetSkipped, Notes: []string{"No changed file reaches it, so it was not rendered."},
		})
	}
	for i := range assembled.Targets {
		target := &assembled.Targets[i]
		switch was := c.scopes.unknown[target.ID]; {
		case was != nil && target.Status == report.TargetOK:
			target.Status = report.TargetUnknown
			target.Error = &report.RenderError{Kind: string(was.Kind), Message: "The base cannot be rendered, so only findings on changed lines count as new: " + was.Message, File: was.File, Line: was.Line}
		case target.Status == report.TargetError && c.scopes.broken[target.ID]:
			target.Error.Scope = report.ScopeOld
		}
	}
	for _, name := range c.Unseen {
		assembled.Warnings = append(assembled.Warnings, report.Warning{
			File:    name,
			Message: "This submodule or large file differs between base and head; what reads it was compared as the checkout has it. Look at it by hand.",
		})
	}
	for i := range c.scopes.mended {
		finding := &c.scopes.mended[i]
		assembled.Mended = append(assembled.Mended, report.Mended{
			ID: finding.ID, Control: finding.Control.ID, Message: finding.Message,
			File: finding.Origin.File, Line: finding.Origin.Line,
		})
	}
}

// addScope says of a finding where the base has it too. Its occurrences are as those of the run.
func (c *comparison) addScope(finding *report.Finding) {
	finding.Scope = report.ScopeOld
	for i, isNew := range c.scopes.news[finding.ID] {
		finding.Occurrences[i].Scope = report.ScopeOld
		if isNew {
			finding.Occurrences[i].Scope, finding.Scope = report.ScopeNew, report.ScopeNew
		}
	}
	finding.Changes = c.scopes.causes[finding.ID]
}
