package cli

import (
	"context"
	"fmt"

	"k8s.io/pod-security-admission/api"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/render"
	"github.com/podmend/podmend/report"
)

// exempt marks the findings that somebody allowed.
func (r *run) exempt(ctx context.Context) error {
	options := check.ExemptOptions{
		Exemptions: r.settings.exemptions,
		Today:      r.env.today(),
		Whole:      r.whole && r.shard == nil, // merge tells
		Shown:      r.literals.Shown,
		Restricted: r.settings.check.Level == api.LevelRestricted,
		Rerender: func(changed map[string][]byte, targets []render.Target) ([]render.Result, error) {
			options := r.rendering()
			options.Detail = render.Detail{PodTemplatesOnly: true}
			return render.All(ctx, r.repo.files.With(changed), targets, options)
		},
	}
	if r.base != nil {
		options.Base = r.base
	}
	return check.Exempt(r.checked, r.results, r.repo.files, r.locator, options)
}

// isWhole says that a run looks at all that the configuration leaves of a repository, so that it
// can tell which exemptions are of no use.
func (f *flags) isWhole(repo *repository) bool {
	for _, name := range []string{"include", "exclude"} {
		for _, from := range f.sources[name] {
			if from.From == "flag" || from.From == "environment" {
				return false
			}
		}
	}
	return repo.within == "."
}

// printWarnings says on standard error what the report warns of.
func (r *run) printWarnings(assembled *report.Report) {
	for _, warning := range assembled.Warnings {
		place := report.Inert(warning.File, 0)
		if warning.Line > 0 {
			place += fmt.Sprintf(":%d", warning.Line)
		}
		fmt.Fprintf(r.env.Stderr, "%s: warning: %s\n", place, report.InertProse(warning.Message, 0))
	}
}
