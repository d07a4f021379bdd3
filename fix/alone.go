package fix

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
)

// objectOf is one rendered object.
type objectOf struct {
	target string
	index  int
}

// proveAlone finds out which proven proposals hold without the others: a reviewer may commit just
// one. Only those that touch one pod template can need each other, so that one of each pod
// template is tried in one rendering, of the targets in which it is shared and nothing is certain.
func (p *Prover) proveAlone(ctx context.Context, proven []*Proposal) error {
	shared := p.sharedObjects(proven)
	if p.triedAlone == nil {
		p.triedAlone = map[*Proposal]bool{}
	}
	var unknown []*Proposal
	doubtful := map[*Proposal]map[string]bool{} // targets
	for _, proposal := range proven {
		if p.triedAlone[proposal] {
			continue
		}
		var err error
		if doubtful[proposal], err = p.doubtfulAlone(proposal, shared); err != nil {
			return err
		}
		hold := len(doubtful[proposal]) == 0
		proposal.aloneProven = hold && len(proposal.Unproven) == 0
		if hold {
			p.triedAlone[proposal] = true
		} else {
			unknown = append(unknown, proposal)
		}
	}
	for _, batch := range p.apart(unknown) {
		if p.Budget.spent() {
			return nil // what is not known to hold alone is not said to
		}
		targets := map[string]bool{}
		for _, proposal := range batch {
			maps.Copy(targets, doubtful[proposal])
		}
		tried, err := p.tryIn(ctx, batch, targets)
		if err != nil {
			return err
		}
		for _, proposal := range batch {
			p.triedAlone[proposal] = true
		}
		for _, group := range p.connected(batch) {
			for _, proposal := range group.proposals {
				proposal.aloneProven = !group.reaches(tried.refusals) && len(proposal.Unproven) == 0
				if proposal.aloneProven || len(proposal.Unproven) > 0 || len(group.proposals) == 1 || p.Budget.spent() {
					continue
				}
				alone, err := p.tryIn(ctx, []*Proposal{proposal}, doubtful[proposal])
				if err != nil {
					return err
				}
				proposal.aloneProven = !alone.failed()
			}
		}
	}
	return nil
}

// doubtfulAlone are the targets with shared objects in which it is not certain that a proposal holds without others.
func (p *Prover) doubtfulAlone(proposal *Proposal, shared map[objectOf]bool) (map[string]bool, error) {
	doubtful := map[string]bool{}
	if p.holds[proposal] || !overlap(p.touched(proposal), shared) {
		return doubtful, nil
	}
	if predicted, err := p.predictedAlone(proposal); err != nil || predicted {
		return doubtful, err
	}
	inShared := map[string]bool{}
	for object := range shared {
		inShared[object.target] = true
	}
	for _, target := range p.affected(editedFiles([]*Proposal{proposal})) {
		if !inShared[target.ID] {
			continue
		}
		predicted, err := p.predictedIn(target, proposal)
		if err != nil {
			return nil, err
		}
		if !predicted {
			doubtful[target.ID] = true
		}
	}
	return doubtful, nil
}

func sortedObjects[V any](objects map[objectOf]V) []objectOf {
	return slices.SortedFunc(maps.Keys(objects), func(a, b objectOf) int {
		return cmp.Or(strings.Compare(a.target, b.target), a.index-b.index)
	})
}

func (in *intent) of() objectOf { return objectOf{in.target, in.object} }

// sharedObjects are those that several proposals touch.
func (p *Prover) sharedObjects(proposals []*Proposal) map[objectOf]bool {
	toucher := map[objectOf]bool{}
	shared := map[objectOf]bool{}
	for _, proposal := range proposals {
		for object := range p.touched(proposal) {
			shared[object] = shared[object] || toucher[object]
			toucher[object] = true
		}
	}
	maps.DeleteFunc(shared, func(_ objectOf, several bool) bool { return !several })
	return shared
}
