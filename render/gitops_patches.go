package render

import (
	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
)

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
			if place.File != file || len(place.Inside) != 3 || place.Inside[0].Key != "patches" || place.Inside[1].Index < own {
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
