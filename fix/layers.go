package fix

import (
	"slices"
	"strings"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// joinLayers joins proposals that change patches with those that make a change of theirs too: what
// an overlay takes out of its patch and of the base below, the base's own proposal takes out there,
// and neither holds without the other.
func joinLayers(proposals []*Proposal) []*Proposal {
	keys := func(proposal *Proposal) (keys []string) {
		for _, change := range proposal.changes {
			keys = append(keys, change.key())
		}
		return keys
	}
	return joinSharing(proposals, keys, func(a, b *Proposal) bool { return a.layered() || b.layered() })
}

// joinSharing joins proposals that have a key in common, where they may be joined.
func joinSharing(proposals []*Proposal, keys func(*Proposal) []string, may func(a, b *Proposal) bool) []*Proposal {
	by := map[string]*Proposal{}
	for _, proposal := range slices.Clone(proposals) {
		for _, key := range keys(proposal) {
			other := by[key]
			by[key] = proposal
			if other == nil || other == proposal || !may(other, proposal) {
				continue
			}
			proposal.absorb(other)
			proposal.dedupe()
			proposals = slices.DeleteFunc(proposals, func(p *Proposal) bool { return p == other })
			for key, owner := range by {
				if owner == other {
					by[key] = proposal
				}
			}
		}
	}
	return proposals
}

// layered says whether a proposal changes a patch.
func (p *Proposal) layered() bool {
	return slices.ContainsFunc(p.changes, func(c sourceChange) bool { return c.patch })
}

// prunedLike is what changes of source mean for the rendered object: what a strategic merge patch
// alone brought goes with all that it leaves empty.
func prunedLike(change yamledit.Change, placed []render.PlacedChange) yamledit.Change {
	merged := slices.ContainsFunc(placed, func(at render.PlacedChange) bool { return !at.Place.Patch || at.Place.Path[0].List })
	if change.Op == yamledit.Delete && !merged {
		change.Prune = len(change.Path) - 1
	}
	return change
}

// ownChanges lets the objects be as before that hold nothing but a value which is copied elsewhere,
// and that a proposal changes. Where a hash of that is part of their names, references follow.
func (p *Prover) ownChanges(proposals []*Proposal, after map[string]*judged) {
	for _, proposal := range proposals {
		changes := proposal.changes
		if proposal.variables {
			changes = append(slices.Clone(changes), sourceChange{copied: true})
		}
		for _, change := range changes {
			for target, judged := range after {
				was := p.before[target].result.Objects
				for i := range judged.result.Objects {
					object := &judged.result.Objects[i]
					mine := change.copied && (change.isIn(object) || p.patches(&change, object)) || configures(object) && change.isIn(object)
					if i < len(was) && !object.HasPodTemplate() && mine {
						object.Digest = was[i].Digest
						judged.rename(was[i].Name, object.Name)
					}
				}
			}
		}
	}
}

// configures says whether an object configures kustomize: the folder of a transformer is a kustomization too.
func configures(object *render.Object) bool { return object.APIVersion == "builtin" }

// isIn says whether an object holds what a change is about. A generated one is of no file.
func (c *sourceChange) isIn(object *render.Object) bool {
	doc := c.doc
	if len(c.inside) > 0 && c.inside[0].List {
		doc = c.inside[0].Index
	}
	generated := !object.Source.Manifest && (object.Kind == "ConfigMap" || object.Kind == "Secret")
	through := slices.ContainsFunc(c.through, func(place render.Place) bool {
		return object.Source.File == place.File && object.Source.Doc == place.Doc
	})
	return generated || through || object.Source.File == c.file && object.Source.Doc == doc
}

// patches says whether a change is in a text that a patch sets in an object.
func (p *Prover) patches(c *sourceChange, object *render.Object) bool {
	if len(c.inside) == 0 || object.Kind != "ConfigMap" && object.Kind != "Secret" {
		return false
	}
	content, err := p.Files.ReadFile(c.file)
	if err != nil {
		return false
	}
	patch, at := yamledit.Parse(content), c.inside[0]
	if within := slices.Index(c.inside, yamledit.Within); within >= 0 {
		inner, ok := patch.InnerAt(c.inside[:within])
		if !ok {
			return false
		}
		patch, at = inner.File, c.inside[within+1]
	}
	if !at.List {
		return false
	}
	tree, err := patch.Tree(at.Index)
	name, _ := yamledit.ValueAt(tree, yamledit.NewPath("metadata", "name")).(string)
	return err == nil && yamledit.ValueAt(tree, yamledit.NewPath("kind")) == object.Kind && name != "" && strings.Contains(object.Name, name)
}

func (j *judged) rename(former, name string) {
	if former == name {
		return
	}
	if j.renamed == nil {
		j.renamed = map[string]string{}
	}
	j.renamed[former] = name
}
