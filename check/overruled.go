package check

import (
	"slices"

	"github.com/podmend/podmend/render"
)

// A FieldOf is one field of a rendered object; Path leads from the object's root.
type FieldOf struct {
	Object *render.Object
	Path   string
}

// Overrule tells that something else sets these fields than the place which the report names, such
// as a patch that repeats a value of its base. Their occurrences become findings of their own, where
// only the file is certain; the others of a finding keep its place.
func (r *Report) Overrule(locator *render.Locator, overruled map[FieldOf]bool) {
	if len(overruled) == 0 {
		return
	}
	index := map[string]int{} // of the new findings, by id
	var kept, moved []Finding
	for _, finding := range r.Findings {
		whole := finding
		finding.Occurrences = nil
		for _, occurrence := range whole.Occurrences {
			path := occurrence.Path()
			if !finding.Origin.Exact || !overruled[FieldOf{occurrence.Pod.Object, path.String()}] {
				finding.Occurrences = append(finding.Occurrences, occurrence)
				continue
			}
			own := whole
			own.Origin = locator.Uncertain(occurrence.Pod.Object, path)
			own.ID = findingID(finding.Control, &own.Origin)
			own.Occurrences = nil
			at, known := index[own.ID]
			if !known {
				at = len(moved)
				index[own.ID] = at
				moved = append(moved, own)
			}
			moved[at].Occurrences = append(moved[at].Occurrences, occurrence)
		}
		if len(finding.Occurrences) > 0 {
			kept = append(kept, finding)
		}
	}
	// A finding of that place may be there already.
	for i := range kept {
		if at, known := index[kept[i].ID]; known {
			kept[i].Occurrences = append(kept[i].Occurrences, moved[at].Occurrences...)
			moved[at].Occurrences = nil
		}
	}
	moved = slices.DeleteFunc(moved, func(f Finding) bool { return len(f.Occurrences) == 0 })
	r.Findings = append(kept, moved...)
	for i := range r.Findings {
		r.Findings[i].tellHostNeed()
		r.Findings[i].compose(r.versions)
	}
	r.sort()
}

// tellHostNeed judges the need of the host anew, by the occurrences.
func (f *Finding) tellHostNeed() {
	f.HostNeed = HostNeed{}
	for _, occurrence := range f.Occurrences {
		f.HostNeed.merge(newNodeUse(occurrence.Pod).need(f.Control, occurrence.Field))
	}
}
