package fix

import (
	"cmp"
	"fmt"
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
	in      intent
}

// inOverlay turns a remedy into a patch of the root, or leaves it to that of a root which this one includes. By
// --fix-at overlay a kustomization that others include stays as it is.
func (p *proposer) inOverlay(proposal *Proposal, object *render.Object, remedy check.Remedy, in intent, group *podFindings) *Refusal {
	in.changes = group.changes(remedy)
	proposal.clear()
	home := object.Source.Kustomization
	switch in.below = p.patchedBelow(proposal.Findings, in.target); {
	case len(in.below) > 0:
	case p.vendored(home):
		return &Refusal{Vendored, home + " is in a vendored folder, which the configuration says to leave alone; the kustomizations that include it get patches"}
	case p.options.InOverlay && p.included[home]:
		return &Refusal{NotLocated, home + " is the base of others, which are mended by patches of their own; it stays as it is, and so does the finding there"}
	default:
		proposal.overlays = append(proposal.overlays, overlayPatch{object, in.changes, in})
	}
	proposal.intents = []intent{in}
	return nil
}

// findOccurrences lists the targets that findings show in.
func (p *proposer) findOccurrences(findings []check.Finding) {
	p.shownIn = map[string][]string{}
	for _, finding := range findings {
		for _, occurrence := range finding.Occurrences {
			if targets := p.shownIn[finding.ID]; !slices.Contains(targets, occurrence.Target) {
				p.shownIn[finding.ID] = append(targets, occurrence.Target)
			}
		}
	}
}

// patchedBelow returns the targets that a target includes and that show the same findings, so that a patch there mends
// them here too: one patch is better than one in each overlay.
func (p *proposer) patchedBelow(findings []string, target string) []string {
	if p.options.InOverlay || len(findings) == 0 {
		return nil
	}
	here := p.results[target].Target.Path
	var below []string
	for _, id := range p.shownIn[findings[0]] {
		result := p.results[id]
		if result == nil || result.Target.Kind != render.Kustomize || len(result.Objects) == 0 ||
			!slices.Contains(result.Target.IncludedBy, here) || p.vendored(result.Objects[0].Source.Kustomization) {
			continue
		}
		if !slices.ContainsFunc(findings[1:], func(other string) bool { return !slices.Contains(p.shownIn[other], id) }) {
			below = append(below, id)
		}
	}
	return below
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
		key := fmt.Sprintf("%p %v", object, byObject[object])
		entry, known := p.entries[key]
		if !known {
			var err error
			if entry, err = p.patchOf(object, byObject[object], p.merges(object), false); err != nil {
				return err
			}
			p.entries[key] = entry
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
