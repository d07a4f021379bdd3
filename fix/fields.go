package fix

import (
	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/render"
)

// Fields lists the fields that the remedies of a report's findings would change. Where they come
// from has to be known before fixes are proposed.
func Fields(results []render.Result, report *check.Report, options check.MendOptions) []render.FieldRef {
	refs := render.FieldRefs(results)
	var fields []render.FieldRef
	for _, group := range groupByPod(report.Findings) {
		if group.control.Mend == nil || len(group.fields) > maxFields {
			continue
		}
		for _, remedy := range group.control.Mend(group.pod, group.fields, options) {
			for _, change := range group.changes(remedy) {
				ref := refs[group.pod.Object]
				ref.Path = change.Path
				fields = append(fields, ref)
			}
		}
	}
	return fields
}
