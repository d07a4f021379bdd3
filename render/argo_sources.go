package render

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// setLater tells each source of an Application which come after it.
func setLater(targets []Target) {
	for i := range targets {
		if targets[i].Err == nil {
			targets[i].GitOps.Later = slices.DeleteFunc(slices.Clone(targets[i+1:]), func(later Target) bool { return later.Err != nil })
		}
	}
}

// replaced takes the objects away that a later source of the Application has too: Argo CD applies the last one.
// https://argo-cd.readthedocs.io/en/stable/user-guide/multiple_sources/
func (r *argoRender) replaced(ctx context.Context) {
	if len(r.target.GitOps.Later) == 0 {
		return
	}
	name := func(object *Object, target *Target) ObjectName {
		named := nameOf(object)
		named.Namespace = cmp.Or(named.Namespace, target.Namespace)
		return named
	}
	later := map[ObjectName]int{}
	for _, target := range r.target.GitOps.Later {
		input := gitOpsInput{}
		if chart := target.GitOps.Chart; chart != nil && chart.Folder == "" {
			var result Result // what was fetched since may change it
			renderTarget(ctx, r.files, target, gitOpsDetail, &result)
			input.objects, input.err = result.Objects, result.Err
		} else {
			input = inputOf(ctx, r.files, target, false)
		}
		if input.err != nil {
			r.result.Notes = append(r.result.Notes, fmt.Sprintf("sources[%d] of the Application cannot be rendered: what it replaces of this one is not known.", target.GitOps.Source))
		}
		for i := range input.objects {
			later[name(&input.objects[i], &target)] = target.GitOps.Source
		}
	}
	r.result.Objects = slices.DeleteFunc(r.result.Objects, func(object Object) bool {
		by, replaced := later[name(&object, &r.target)]
		if replaced {
			r.result.Notes = append(r.result.Notes, fmt.Sprintf("%s is left out: sources[%d] of the Application has it too, and Argo CD applies the last one.", nameOf(&object), by))
		}
		return replaced
	})
}
