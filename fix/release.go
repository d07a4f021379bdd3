package fix

import (
	"slices"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// releaseOf is the release of Flux that deploys an object, nil where none does.
func (p *proposer) releaseOf(object *render.Object) *render.Object {
	if result := p.results[p.objects[object].target]; result != nil {
		return result.Release()
	}
	return nil
}

// inRelease turns a remedy into a patch of the post-renderers of the release that deploys the object: its
// chart comes from elsewhere and offers no value.
func (p *proposer) inRelease(proposal *Proposal, object *render.Object, remedy check.Remedy, in intent, group *podFindings) *Refusal {
	in.changes, proposal.changes, proposal.printed = group.changes(remedy), nil, nil
	proposal.overlays = append(proposal.overlays, overlayPatch{object, in.changes, in})
	proposal.intents = []intent{in}
	return nil
}

// home names what a patch is put into: a kustomization, or a release.
func (p *proposer) home(patch *overlayPatch) string {
	if release := p.releaseOf(patch.object); release != nil {
		return release.Source.File + "\x00" + release.Name
	}
	return patch.object.Source.Kustomization
}

// addToReleases puts patches into the post-renderers of releases. Clusters that share a release share its
// patches too.
func (p *proposer) addToReleases(proposal *Proposal, byObject map[*render.Object][]yamledit.Change, objects []*render.Object) error {
	type patches struct {
		release *render.Object
		entries []any
		seen    []patchEntry
	}
	var all []*patches
	byPlace := map[string]*patches{}
	for _, object := range objects {
		release := p.releaseOf(object)
		if release == nil {
			continue
		}
		entry, err := p.patchOf(object, byObject[object], mergesLists(object.APIVersion))
		if err != nil {
			return err
		}
		key := p.results[p.objects[object].target].Target.ID
		if byPlace[key] == nil {
			byPlace[key] = &patches{release: release}
			all = append(all, byPlace[key])
		}
		if at := byPlace[key]; !slices.ContainsFunc(at.seen, entry.same) {
			at.seen = append(at.seen, entry)
			at.entries = append(at.entries, map[string]any{"target": entry.target, "patch": entry.text})
		}
	}
	for _, at := range all {
		placed, ok := p.locator.PostRenderer(at.release, at.entries)
		if !ok {
			return &refusedEdit{Refusal{RemoteChart, "the chart comes from elsewhere and offers no value for the field, and the release cannot be given a patch where it stands; add one to its postRenderers by hand"}}
		}
		for i := range placed {
			proposal.changes = append(proposal.changes, changeOf(&placed[i]))
		}
	}
	proposal.dedupe()
	return nil
}
