package fix

import (
	"fmt"
	"maps"
	"slices"

	"github.com/podmend/podmend/render"
)

// sourceOf names what an object of a kustomization is made of, "" where that is not known or no other
// target makes one of it.
func sourceOf(object *render.Object) string {
	source := &object.Source
	if source.Kustomization == "" || !object.HasPodTemplate() {
		return ""
	}
	return fmt.Sprintf("%s\x00%d\x00%s\x00%s", source.File, source.Doc, source.Path, object.Kind)
}

// printedOf names the template that prints an object, "" where that is not known.
func printedOf(object *render.Object) string {
	source := &object.Source
	if source.Manifest || source.Kustomization != "" || source.File == "" || !object.HasPodTemplate() {
		return ""
	}
	return source.File + "\x00" + object.Kind
}

// indexSources finds the objects that are made of one source or printed by one template, in all targets that are known.
func (p *Prover) indexSources() {
	p.made, p.printed = map[string][]objectOf{}, map[string][]objectOf{}
	for _, target := range p.Targets {
		before := p.before[target.ID]
		if before == nil {
			continue
		}
		for i := range before.result.Objects {
			if source := sourceOf(&before.result.Objects[i]); source != "" {
				p.made[source] = append(p.made[source], objectOf{target.ID, i})
			}
			if template := printedOf(&before.result.Objects[i]); template != "" {
				p.printed[template] = append(p.printed[template], objectOf{target.ID, i})
			}
		}
	}
}

// reached are the objects that a proposal may change without meaning to: those that other targets which read
// an edited file make of the same source as one that it means.
func (p *Prover) reached(proposal *Proposal) map[objectOf]bool {
	reached := p.madeLike(proposal, sourceOf, p.made)
	maps.DeleteFunc(reached, func(object objectOf, _ bool) bool { return proposal.means(object) })
	return reached
}

// madeLike are the objects in targets that read a file which a proposal edits, of those that have a name in common with one
// that it means.
func (p *Prover) madeLike(proposal *Proposal, name func(*render.Object) string, named map[string][]objectOf) map[objectOf]bool {
	readers := map[string]bool{}
	for _, target := range p.affected(editedFiles([]*Proposal{proposal})) {
		readers[target.ID] = true
	}
	alike := map[objectOf]bool{}
	for _, in := range proposal.intents {
		before := p.before[in.target]
		if before == nil || in.object >= len(before.result.Objects) {
			continue
		}
		for _, other := range named[name(&before.result.Objects[in.object])] {
			if readers[other.target] {
				alike[other] = true
			}
		}
	}
	return alike
}

func (p *Proposal) means(object objectOf) bool {
	return slices.ContainsFunc(p.intents, func(in intent) bool { return in.of() == object })
}

func (p *Proposal) meansIn(target string) bool {
	return slices.ContainsFunc(p.intents, func(in intent) bool { return in.target == target })
}

// touched are the objects that a proposal means to change or may change.
func (p *Prover) touched(proposal *Proposal) map[objectOf]bool {
	objects := p.reached(proposal)
	for object := range p.printedElsewhere(proposal) {
		objects[object] = true
	}
	for _, in := range proposal.intents {
		objects[in.of()] = true
	}
	return objects
}

// printedElsewhere are the objects that the templates of what a proposal means print in other targets that read an edited
// file: the values of one set merge with those of another, so that each may need a proposal that means the other alone.
func (p *Prover) printedElsewhere(proposal *Proposal) map[objectOf]bool {
	printed := p.madeLike(proposal, printedOf, p.printed)
	maps.DeleteFunc(printed, func(object objectOf, _ bool) bool { return proposal.meansIn(object.target) })
	return printed
}

// unmixed deals proposals into batches in which none may change an object that only another means to change:
// where it changes then, it is known by whose edit.
func (p *Prover) unmixed(proposals []*Proposal) [][]*Proposal {
	var batches [][]*Proposal
	var meant, reached []map[objectOf]bool
	for _, proposal := range proposals {
		means, reaches := map[objectOf]bool{}, p.reached(proposal)
		for _, in := range proposal.intents {
			means[in.of()] = true
		}
		free := 0
		for free < len(batches) && (overlap(means, reached[free]) || overlap(reaches, meant[free])) {
			free++
		}
		if free == len(batches) {
			batches, meant, reached = append(batches, nil), append(meant, map[objectOf]bool{}), append(reached, map[objectOf]bool{})
		}
		batches[free] = append(batches[free], proposal)
		for object := range means {
			meant[free][object] = true
		}
		for object := range reaches {
			reached[free][object] = true
		}
	}
	return batches
}
