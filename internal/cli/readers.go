package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/fix"
	"github.com/podmend/podmend/render"
)

// withReaders completes a run by the targets outside of it that may read what its findings come from:
// a base that an overlay of PATH includes shows the same finding, and a fix mends both. It returns the
// run itself where there are none.
func (r *run) withReaders(ctx context.Context) (*run, error) {
	if len(r.checked.Findings) == 0 || len(r.targets) == len(r.discovery.Targets) {
		return r, nil
	}
	files := r.sourceFiles()
	wide := *r
	wide.shard, wide.comparison = nil, nil
	wide.targets = slices.DeleteFunc(slices.Clone(r.discovery.Targets), func(target render.Target) bool {
		return r.byTarget[target.ID] == nil && !slices.ContainsFunc(r.discovery.Names(target), func(name string) bool { return files[name] })
	})
	if len(wide.targets) == len(r.targets) {
		return r, nil
	}
	if err := wide.render(ctx, render.Detail{PodTemplatesOnly: true}); err != nil {
		return nil, err
	}
	if err := wide.judge(ctx); err != nil {
		return nil, err
	}
	if err := wide.exempt(ctx); err != nil {
		return nil, err
	}
	if len(wide.findingsOf(r).Findings) < len(r.checked.Findings) {
		return r, nil // together they have other places
	}
	return &wide, nil
}

// sourceFiles are those that a fix may edit: the ones that hold a finding, that it passes, and of charts
// any.
func (r *run) sourceFiles() map[string]bool {
	files := map[string]bool{}
	for _, finding := range r.checked.Findings {
		files[finding.Origin.File] = true
		for _, link := range finding.Origin.Chain {
			files[link.File] = true
		}
		for _, occurrence := range finding.Occurrences {
			if target := r.byTarget[occurrence.Target].Target; target.Kind == render.Helm {
				for _, name := range r.discovery.Names(target) {
					files[name] = true
				}
			}
		}
	}
	return files
}

// findingsOf are those findings that another run has too, with all occurrences that this one knows.
func (r *run) findingsOf(other *run) *check.Report {
	ids := map[string]bool{}
	for _, finding := range other.checked.Findings {
		ids[finding.ID] = true
	}
	found := *r.checked
	found.Findings = slices.DeleteFunc(slices.Clone(found.Findings), func(finding check.Finding) bool { return !ids[finding.ID] })
	return &found
}

// shownOutside is how many targets a note names.
const shownOutside = 5

// noteOutside says in a note which targets outside of the run a proposal changes too: the report lists
// those of the run alone.
func (r *run) noteOutside(proposal *fix.Proposal) {
	var inside, outside []string
	for _, id := range proposal.Targets {
		if r.byTarget[id] != nil {
			inside = append(inside, id)
		} else {
			outside = append(outside, id)
		}
	}
	proposal.Targets = inside
	if len(outside) == 0 {
		return
	}
	names := strings.Join(outside[:min(len(outside), shownOutside)], ", ")
	if more := len(outside) - shownOutside; more > 0 {
		names += fmt.Sprintf(" and %d more", more)
	}
	proposal.Notes = append(proposal.Notes, "Outside of what was checked, it changes "+names+" as well; there it is proven too.")
}
