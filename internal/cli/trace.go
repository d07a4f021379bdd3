package cli

import (
	"context"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/render"
)

// trace asks where the rendered fields came from, in the targets that have findings.
func (r *run) trace(ctx context.Context, policy check.Options) error {
	found := map[string]bool{}
	for _, finding := range r.checked.Findings {
		for _, occurrence := range finding.Occurrences {
			found[occurrence.Target] = true
		}
	}
	for id := range r.checked.Broken {
		found[id] = true
	}
	var indexes []int
	for i := range r.results {
		if target := &r.results[i].Target; found[target.ID] && target.Kind != render.Plain {
			indexes = append(indexes, i)
		}
	}
	if len(indexes) == 0 {
		return nil
	}
	options := r.rendering()
	options.PodTemplatesOnly = true
	if err := render.Traces(ctx, r.repo.files, r.results, indexes, options); err != nil {
		return err
	}
	if err := r.locator.TraceValues(ctx, r.results, r.fields(), options); err != nil {
		return err
	}
	var err error
	r.checked, err = check.Run(r.results, r.locator, policy)
	return err
}

// fields are those that findings, and errors about objects, are about.
func (r *run) fields() []render.FieldRef {
	refs := render.FieldRefs(r.results)
	var fields []render.FieldRef
	for _, finding := range r.checked.Findings {
		for _, occurrence := range finding.Occurrences {
			ref := refs[occurrence.Pod.Object]
			ref.Path = occurrence.Path()
			fields = append(fields, ref)
		}
	}
	for id, object := range r.checked.BrokenIn {
		ref := refs[object]
		ref.Path = r.checked.Broken[id].Field
		fields = append(fields, ref)
	}
	return fields
}
