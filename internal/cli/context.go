package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/podmend/podmend/render"
)

// renderContext renders what targets that others check, or that no change reaches, decide about those of
// this run: whether a base that does not build alone is completed, and by which labels of Namespaces pods
// are judged.
func (r *run) renderContext(ctx context.Context) error {
	if r.shard == nil && r.comparison == nil {
		return nil
	}
	for {
		more := r.completing()
		if len(more) == 0 {
			break
		}
		if err := r.addContext(ctx, more); err != nil {
			return err
		}
	}
	all := r.inOrder()
	render.SkipIncluded(all)
	for i := range all {
		if own := r.byTarget[all[i].Target.ID]; own != nil {
			*own = all[i]
		}
	}
	return r.addNamespaces(ctx)
}

func (r *run) addContext(ctx context.Context, targets []render.Target) error {
	options := r.rendering()
	options.Detail = render.Detail{PodTemplatesOnly: true}
	results, err := render.All(ctx, r.repo.files, targets, options)
	r.context = append(r.context, results...)
	return err
}

// inOrder returns all results in the order of a single run.
func (r *run) inOrder() []render.Result {
	if len(r.context) == 0 {
		return r.results
	}
	all := slices.Concat(r.results, r.context)
	slices.SortFunc(all, func(a, b render.Result) int { return strings.Compare(a.Target.ID, b.Target.ID) })
	return all
}

// others are the targets beside those of this run that are not rendered yet and of which keep is true.
func (r *run) others(keep func(*render.Target) bool) []render.Target {
	known := map[string]bool{}
	for _, result := range r.inOrder() {
		known[result.Target.ID] = true
	}
	pool := r.discovery.Targets
	if r.shard != nil {
		pool = r.shard.targets
	}
	var others []render.Target
	for i := range pool {
		if target := &pool[i]; !known[target.ID] && keep(target) {
			others = append(others, *target)
		}
	}
	return others
}

// completing are the kustomizations that include one which does not build alone.
func (r *run) completing() []render.Target {
	wanted := map[string]bool{}
	for _, result := range r.inOrder() {
		if result.Status == render.Failed {
			for _, dir := range result.Target.IncludedBy {
				wanted[dir] = true
			}
		}
	}
	return r.others(func(t *render.Target) bool { return t.Kind == render.Kustomize && wanted[t.Path] })
}
