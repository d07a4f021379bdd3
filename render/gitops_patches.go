package render

import (
	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
)

// placeOverriding moves the places in patches that an overriding file added to a kustomization to that file.
func (r *Result) placeOverriding(overriding, file string, own int) {
	for i := range r.Objects {
		fields := r.Objects[i].fields()
		if fields == nil {
			continue
		}
		for n := range fields.Places {
			if place := &fields.Places[n]; place.isAdded(file, own) {
				place.File, place.Inside = overriding, yamledit.NewPath(0, "kustomize", "patches", place.Inside[1].Index-own, "patch")
				fields.Chains[overriding] = nil
			}
		}
	}
}

// isAdded says whether a place is in a patch that was added to a kustomization file.
func (p *Place) isAdded(file string, own int) bool {
	return p.File == file && len(p.Inside) == 3 && p.Inside[0].Key == "patches" && p.Inside[1].Index >= own
}

// placeAdded moves the places in patches that an object added to a kustomization file, where they stand only
// for the build, to the list at of the object. own is how many patches the file has by itself.
func (r *Result) placeAdded(files *overlay.FS, object *Object, file string, own int, at yamledit.Path) {
	var locator *Locator
	for i := range r.Objects {
		fields := r.Objects[i].fields()
		if fields == nil {
			continue
		}
		for n := range fields.Places {
			place := &fields.Places[n]
			if !place.isAdded(file, own) {
				continue
			}
			if locator == nil {
				locator = NewLocator(files)
			}
			patch := at.Join(place.Inside[1].Index - own)
			inside, ok := locator.textPlace(object, patch.Join("patch"))
			if !ok {
				fields.Doubtful = true
				continue
			}
			origin := locator.Origin(object, patch)
			place.File, place.Inside = inside.File, inside.Inside
			fields.Chains[place.File] = []Link{{File: origin.File, Line: origin.Line, Via: ViaPatch}}
		}
	}
}
