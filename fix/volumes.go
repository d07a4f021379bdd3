package fix

import (
	"errors"
	"slices"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// keepShared finds the findings of volumes that one pod would lose and another would keep as an
// emptyDir, because only a patch of the other mounts it writable. One place in source can become but
// one thing: all keep the volume. Those that go with items of values have places of their own there.
func (p *proposer) keepShared(groups []*podFindings) {
	dropped, kept := map[string]bool{}, map[string]bool{}
	for _, group := range groups {
		if group.control.ID != "hostPathVolumes" {
			continue
		}
		for _, remedy := range p.remedies(group) {
			outcome := kept
			if p.goesByItems(group, remedy) {
				continue
			}
			if slices.ContainsFunc(remedy.Changes, dropsVolume) {
				outcome = dropped
			}
			for _, field := range remedy.Fields {
				outcome[group.ids[field.Path.String()]] = true
			}
		}
	}
	for id := range dropped {
		if kept[id] {
			p.keep[id] = true
		}
	}
}

// goesByItems says whether a remedy takes away but items that a chart prints out of items of values.
func (p *proposer) goesByItems(group *podFindings, remedy check.Remedy) bool {
	result := p.results[p.objects[group.pod.Object].target]
	return !slices.ContainsFunc(group.changes(remedy), func(change yamledit.Change) bool {
		if change.Op != yamledit.Delete {
			return true
		}
		object, path, ok := p.locator.InChart(group.pod.Object, change.Path)
		if ok {
			_, ok = p.locator.ItemChanges(result, object, path)
		}
		return !ok
	})
}

// keepUndroppable finds the findings of volumes that a template mounts also where other values ask for it: taken away,
// they would leave those mounts without a volume. An empty directory does not, unless a file is meant. So are those of
// which source has the hostPath and no place to take the volume from, since a replacement copies it as a whole.
func (p *proposer) keepUndroppable(groups []*podFindings) {
	if p.options.HostPath == check.HostPathDrop {
		return
	}
	for _, group := range groups {
		if group.control.ID != "hostPathVolumes" {
			continue
		}
		for _, remedy := range p.remedies(group) {
			if slices.ContainsFunc(remedy.Changes, dropsVolume) && !group.isFile(remedy.Fields) &&
				(p.printsMore(group, remedy) || p.emptiableOnly(group, remedy)) {
				for _, field := range remedy.Fields {
					p.keep[group.ids[field.Path.String()]] = true
				}
			}
		}
	}
}

// isFile says whether one of the volumes with these hostPath fields is a file, a device or a socket.
func (g *podFindings) isFile(fields []check.Field) bool {
	return slices.ContainsFunc(fields, func(field check.Field) bool {
		volume := field.Path[len(field.Path)-2]
		return check.IsFile(g.pod.Spec.Volumes[volume.Index].HostPath)
	})
}

// printsMore says whether a remedy can be made in a template alone, and would take away what other values print.
func (p *proposer) printsMore(group *podFindings, remedy check.Remedy) bool {
	proposal := &Proposal{}
	if p.locate(proposal, group, remedy) != nil || len(proposal.changes) > 0 || len(proposal.overlays) > 0 {
		return false
	}
	_, err := p.editor.pulled(proposal.printed)
	return errors.Is(err, errPrintsMore)
}

// emptiableOnly says whether a kustomization's source has no place for a remedy that drops volumes, and one for an emptyDir.
func (p *proposer) emptiableOnly(group *podFindings, remedy check.Remedy) bool {
	object := group.pod.Object
	placed := func(remedy check.Remedy) bool {
		return !slices.ContainsFunc(group.changes(remedy), func(change yamledit.Change) bool {
			places, ok := p.locator.SourceChanges(object, change)
			return !ok || slices.ContainsFunc(places, func(at render.PlacedChange) bool { return p.vendored(at.Place.File) })
		})
	}
	if object.Source.Kustomization == "" || p.options.InOverlay || !object.HasTracedFields() || placed(remedy) {
		return false
	}
	options := p.options
	options.HostPath = check.HostPathEmptyDir
	remedies := group.control.Mend(group.pod, remedy.Fields, options)
	return len(remedies) > 0 && !slices.ContainsFunc(remedies, func(other check.Remedy) bool { return !placed(other) })
}

func dropsVolume(change yamledit.Change) bool {
	last := len(change.Path) - 1
	return change.Op == yamledit.Delete && last > 0 && change.Path[last].List && change.Path[last-1].Key == "volumes"
}

// mend asks a control for its remedies.
func (p *proposer) mend(group *podFindings, fields []check.Field) []check.Remedy {
	isKept := func(field check.Field) bool { return p.keep[group.ids[field.Path.String()]] }
	if !slices.ContainsFunc(fields, isKept) {
		return group.control.Mend(group.pod, fields, p.options)
	}
	var free, kept []check.Field
	for _, field := range fields {
		if isKept(field) {
			kept = append(kept, field)
		} else {
			free = append(free, field)
		}
	}
	options := p.options
	options.HostPath = check.HostPathEmptyDir
	remedies := group.control.Mend(group.pod, kept, options)
	if len(free) > 0 {
		remedies = append(remedies, group.control.Mend(group.pod, free, p.options)...)
	}
	return remedies
}
