package cli

import (
	"context"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/render"
)

// renderOutside renders what a change reaches outside of PATH, in the head and in the base, if it may
// hold Namespaces: their labels say how pods of PATH are judged, on each side by its own.
func (r *run) renderOutside(ctx context.Context) error {
	c := r.comparison
	if r.shard != nil || r.settings.check.NamespaceLabels == check.IgnoreLabels ||
		len(r.targets)+len(r.unreached) == len(r.discovery.Targets) {
		return nil
	}
	for _, side := range []*run{r, c.base} {
		texts := newSourceTexts(side)
		err := side.addContext(ctx, side.others(func(target *render.Target) bool {
			return c.anyChanged(side.discovery.Names(*target)) && texts.any(target, "namespace", hasNamespaceWord)
		}))
		if err != nil {
			return err
		}
	}
	return nil
}

// addSameContext gives the base what it has in common with the head's context.
func (r *run) addSameContext() {
	for _, result := range r.context {
		if !r.comparison.anyChanged(r.discovery.Names(result.Target)) {
			r.comparison.base.context = append(r.comparison.base.context, result)
		}
	}
}
