package cli

import (
	"slices"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/render"
	"github.com/podmend/podmend/report"
)

// causesInLabels names the changed lines of Namespaces of other targets, where a finding is gone once
// its pod is judged by the labels that the base has. It returns the other findings.
func (r *run) causesInLabels(target render.Target, findings []*check.Finding) ([]*check.Finding, error) {
	policy := r.settings.check
	policy.Namespaces = check.NamespacesOf(r.comparison.base.inOrder())
	checked, err := check.Run([]render.Result{*r.byTarget[target.ID]}, r.locator, policy)
	if err != nil {
		return nil, err
	}
	shown := fieldsOf(checked)
	return slices.DeleteFunc(slices.Clone(findings), func(finding *check.Finding) bool {
		if shown[r.comparison.newIn(target.ID, finding)] {
			return false
		}
		r.comparison.scopes.causes[finding.ID] = r.changedLabels(target.ID, finding)
		return true
	}), nil
}

// changedLabels are the changed lines of the Namespaces that decide about the first new occurrence in a target.
func (r *run) changedLabels(target string, finding *check.Finding) (lines []report.Lines) {
	c := r.comparison
	occurrence := c.newOccurrence(target, finding)
	name, _ := r.byTarget[occurrence.Target].Target.NamespaceOf(occurrence.Pod.Object)
	for _, place := range r.settings.check.Namespaces.Places(name, occurrence.Target, r.locator) {
		if c.adds(place.File, place.Line, place.Line) {
			lines = append(lines, report.Lines{File: place.File, Line: place.Line, EndLine: place.Line})
		}
	}
	return lines
}
