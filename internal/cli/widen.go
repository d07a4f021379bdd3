package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/render"
)

// widen renders the targets that PATH or the scope leaves out and that the files of findings reach:
// a fix there shows in them too.
func (r *run) widen(ctx context.Context) error {
	more := r.beyond()
	if len(more) == 0 {
		return nil
	}
	listed := map[string]bool{}
	for _, finding := range r.checked.Findings {
		listed[finding.ID] = true
	}
	own := r.results
	targets := r.targets
	r.targets = more
	if err := r.render(ctx, render.Detail{PodTemplatesOnly: true}); err != nil {
		return err
	}
	// What fails counts as left out: proofs name it.
	for _, result := range r.results {
		if result.Err == nil {
			own, targets = append(own, result), append(targets, result.Target)
		}
	}
	slices.SortFunc(targets, func(a, b render.Target) int { return strings.Compare(a.ID, b.ID) })
	r.targets = targets
	r.takeResults(own)
	if err := r.judge(ctx); err != nil {
		return err
	}
	if err := r.exempt(ctx); err != nil {
		return err
	}
	r.list(func(finding *check.Finding) bool { return listed[finding.ID] })
	r.unreached = slices.DeleteFunc(r.unreached, func(target render.Target) bool { return r.byTarget[target.ID] != nil })
	if r.comparison != nil {
		causes := r.comparison.scopes.causes
		r.comparison.scopes = newScopes(r.comparison, r.results, r.checked, r.comparison.base)
		r.comparison.scopes.causes = causes
	}
	return nil
}

// beyond are the targets that are not rendered and may read a file of a finding: the one that holds
// it, one that it passes, and of charts any.
func (r *run) beyond() []render.Target {
	if len(r.targets) == len(r.discovery.Targets) {
		return nil
	}
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
	return slices.DeleteFunc(slices.Clone(r.discovery.Targets), func(target render.Target) bool {
		return r.byTarget[target.ID] != nil ||
			!slices.ContainsFunc(r.discovery.Names(target), func(name string) bool { return files[name] })
	})
}

// takeResults makes results those of the run, in the order of targets.
func (r *run) takeResults(results []render.Result) {
	slices.SortFunc(results, func(a, b render.Result) int { return strings.Compare(a.Target.ID, b.Target.ID) })
	r.results = results
	r.byTarget = map[string]*render.Result{}
	for i := range results {
		r.byTarget[results[i].Target.ID] = &results[i]
	}
}
