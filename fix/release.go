package fix

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

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
// chart comes from elsewhere and offers no value. What it does offer one for is mended there at first.
func (p *proposer) inRelease(proposal *Proposal, object *render.Object, remedy check.Remedy, in intent, group *podFindings) *Refusal {
	in.changes = group.changes(remedy)
	proposal.clear()
	proposal.intents = []intent{in}
	var patched []yamledit.Change
	failed := slices.ContainsFunc(proposal.Findings, func(id string) bool { return p.again[id] })
	for _, change := range in.changes {
		placed, ok := p.inValues(object, change)
		if !ok || failed {
			patched = append(patched, change)
			continue
		}
		proposal.another = true
		for i := range placed {
			proposal.add(&placed[i])
		}
	}
	proposal.overlays = append(proposal.overlays, overlayPatch{object, patched, in})
	return nil
}

// inValues places a change in the values around a chart, if there is one for it and its file may be edited.
func (p *proposer) inValues(object *render.Object, change yamledit.Change) ([]render.PlacedChange, bool) {
	printed, path, ok := p.locator.InChart(object, change.Path)
	if !ok {
		return nil, false
	}
	change.Path = path
	placed, ok := p.locator.ValueChanges(printed, change)
	return placed, ok && !slices.ContainsFunc(placed, func(at render.PlacedChange) bool { return at.Chart != nil || p.vendored(at.Place.File) })
}

// home names what a patch is put into: a kustomization, or a release.
func (p *proposer) home(patch *overlayPatch) string {
	if release := p.releaseOf(patch.object); release != nil {
		return p.postRenderers(release)
	}
	return patch.object.Source.Kustomization
}

// postRenderers names the place in source where a release is given patches: releases of several clusters may have one,
// whatever they are called there.
func (p *proposer) postRenderers(release *render.Object) string {
	if place, known := p.renderers[release]; known {
		return place
	}
	place := release.Source.File + "\x00" + release.Name
	if placed, ok := p.locator.PostRenderer(release, nil); ok {
		at := &placed[0]
		place = fmt.Sprintf("%s\x00%d\x00%s\x00%s", at.Place.File, at.Place.Doc, at.Place.Inside, at.Change.Path)
	}
	p.renderers[release] = place
	return place
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
		entry, err := p.patchOf(object, byObject[object], mergesLists(object.APIVersion), true)
		if err != nil {
			return err
		}
		entry = entry.inWords(object, p.locator.ReleaseVariables(release))
		key := p.postRenderers(release)
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
			proposal.add(&placed[i])
		}
	}
	proposal.dedupe()
	return nil
}

// inWords calls an object as source does where the name of its release holds variables: others may share the release.
func (e patchEntry) inWords(object *render.Object, variables map[string]string) patchEntry {
	name := object.Name
	for _, variable := range sortedKeys(variables) {
		name = replacedWord(name, variables[variable], variable)
	}
	if name == object.Name || regexp.QuoteMeta(object.Name) != object.Name {
		return e
	}
	target := maps.Clone(e.target)
	if target["name"] == object.Name {
		target["name"] = name
	}
	named := "\n  name: "
	return patchEntry{name, target, strings.Replace(e.text, named+object.Name+"\n", named+name+"\n", 1)}
}

// replacedWord replaces a text where it stands between dashes or ends.
func replacedWord(in, text, by string) string {
	at := strings.Index(in, text)
	if at < 0 || at > 0 && in[at-1] != '-' || at+len(text) < len(in) && in[at+len(text)] != '-' {
		return in
	}
	return in[:at] + by + in[at+len(text):]
}
