package fix

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// An overlayPatch mends an object by a patch in the kustomization that renders it, where the place
// that sets the field cannot be edited or is not to be.
type overlayPatch struct {
	object  *render.Object
	changes []yamledit.Change
}

// inOverlay turns a remedy into a patch of the root. A kustomization that others include is a base:
// it stays as it is.
func (p *proposer) inOverlay(proposal *Proposal, object *render.Object, remedy check.Remedy, in intent, group *podFindings) *Refusal {
	in.changes, proposal.changes, proposal.printed = group.changes(remedy), nil, nil
	if p.included[object.Source.Kustomization] {
		return &Refusal{NotLocated, object.Source.Kustomization + " is the base of others, which are mended by patches of their own; it stays as it is"}
	}
	proposal.overlays = append(proposal.overlays, overlayPatch{object, in.changes})
	proposal.intents = []intent{in}
	return nil
}

// joinOverlays joins the proposals that put patches into one kustomization, since each may need the
// list of patches that another begins.
func (p *proposer) joinOverlays(proposals []*Proposal) []*Proposal {
	homes := func(proposal *Proposal) (names []string) {
		for i := range proposal.overlays {
			names = append(names, p.home(&proposal.overlays[i]))
		}
		return names
	}
	return joinSharing(proposals, homes, func(*Proposal, *Proposal) bool { return true })
}

// addOverlays writes the patches of a proposal into their kustomizations.
func (p *proposer) addOverlays(proposal *Proposal) error {
	byObject := map[*render.Object][]yamledit.Change{}
	var objects []*render.Object
	for _, patch := range proposal.overlays {
		if byObject[patch.object] == nil {
			objects = append(objects, patch.object)
		}
		byObject[patch.object] = appendNew(byObject[patch.object], patch.changes)
	}
	slices.SortStableFunc(objects, func(a, b *render.Object) int {
		first, second := p.objects[a], p.objects[b]
		return cmp.Or(strings.Compare(first.target, second.target), cmp.Compare(first.index, second.index))
	})
	if err := p.addToReleases(proposal, byObject, objects); err != nil {
		return err
	}
	byFile := map[string][]patchEntry{}
	for _, object := range objects {
		if p.releaseOf(object) != nil {
			continue
		}
		entry, err := p.patchOf(object, byObject[object], p.merges(object))
		if err != nil {
			return err
		}
		file := object.Source.Kustomization
		if !slices.ContainsFunc(byFile[file], entry.same) {
			byFile[file] = append(byFile[file], entry)
		}
	}
	for _, name := range sortedKeys(byFile) {
		if err := p.addPatches(proposal, name, byFile[name]); err != nil {
			return err
		}
	}
	return nil
}

// addPatches puts entries at the end of the list of patches, with the patches in files of their own where all that are
// there are.
func (p *proposer) addPatches(proposal *Proposal, name string, entries []patchEntry) error {
	file, err := p.editor.parse(name)
	if err != nil {
		return err
	}
	doc := file.FirstDoc()
	fields := p.kustomizationFields(name)
	at := yamledit.NewPath(patchesField(fields))
	list, _ := fields[patchesField(fields)].([]any)
	dir, inFiles := p.patchFolder(name, list)
	for i, entry := range entries {
		item := at.Join(len(list) + i)
		target := yamledit.Change{Path: item.Join("target"), Value: entry.target}
		changes := []yamledit.Change{target, {Path: item.Join("patch"), Value: strings.TrimSuffix(entry.text, "\n")}}
		if inFiles {
			patch := p.newPatchFile(proposal, path.Join(path.Dir(name), dir), entry)
			proposal.texts = append(proposal.texts, FileEdit{patch, yamledit.Edit{NewText: entry.text}})
			changes = []yamledit.Change{{Path: item.Join("path"), Value: path.Join(dir, path.Base(patch))}, target}
		}
		for _, change := range changes {
			proposal.changes = append(proposal.changes, sourceChange{file: name, doc: doc, change: change})
		}
	}
	return nil
}

// patchesField is the field that holds the patches of a kustomization: the old one for operations where there is one,
// which kustomize applies after the others.
func patchesField(fields map[string]any) string {
	if fields["patchesJson6902"] != nil {
		return "patchesJson6902"
	}
	return "patches"
}

// kustomizationFields reads a kustomization; nil if that is not possible.
func (p *proposer) kustomizationFields(name string) map[string]any {
	file, err := p.editor.parse(name)
	if err != nil {
		return nil
	}
	tree, err := file.Tree(file.FirstDoc())
	if err != nil {
		return nil
	}
	fields, _ := tree.(map[string]any)
	return fields
}
