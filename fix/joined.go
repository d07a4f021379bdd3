package fix

import (
	"errors"
	"slices"

	"github.com/podmend/podmend/internal/yamledit"
)

// joinShared joins proposals that can only be made together, because an anchor lets one text
// stand for the places of all of them.
func (e *editor) joinShared(proposals []*Proposal) []*Proposal {
	for i := 0; i < len(proposals); i++ {
		if !e.needsOthers(proposals[i].changes) {
			continue
		}
		var others []*Proposal
		for _, other := range proposals {
			if other != proposals[i] && touchSameDocument(proposals[i], other) {
				others = append(others, other)
			}
		}
		others = e.smallest(proposals[i], others)
		for _, other := range others {
			proposals[i].absorb(other)
			proposals[i].dedupe()
		}
		kept := proposals[i]
		proposals = slices.DeleteFunc(proposals, func(p *Proposal) bool { return slices.Contains(others, p) })
		i = slices.Index(proposals, kept)
	}
	return proposals
}

// smallest returns those of others without which the edits of p cannot be made; none if they
// cannot be made with all of them either.
func (e *editor) smallest(p *Proposal, others []*Proposal) []*Proposal {
	possible := func(with []*Proposal) bool {
		changes := slices.Clone(p.changes)
		for _, other := range with {
			changes = append(changes, other.changes...)
		}
		_, err := e.editsOf(changes)
		return err == nil
	}
	if !possible(others) { // one that has nothing to do with p may be what cannot be made
		others = slices.DeleteFunc(slices.Clone(others), func(other *Proposal) bool { return !changeSameKey(p, other) })
		if !possible(others) {
			return nil
		}
	}
	needed := slices.Clone(others)
	for _, other := range others {
		without := slices.DeleteFunc(slices.Clone(needed), func(p *Proposal) bool { return p == other })
		if possible(without) {
			needed = without
		}
	}
	return needed
}

func (e *editor) needsOthers(changes []sourceChange) bool {
	_, err := e.editsOf(changes)
	var problem *yamledit.EditError
	return errors.As(err, &problem) && problem.Reason == yamledit.SharedAnchor
}

func touchSameDocument(a, b *Proposal) bool {
	return slices.ContainsFunc(a.changes, func(c sourceChange) bool {
		return slices.ContainsFunc(b.changes, func(d sourceChange) bool { return c.file == d.file && c.doc == d.doc })
	})
}

// changeSameKey says whether two proposals change the same key, of whatever mapping or list.
func changeSameKey(a, b *Proposal) bool {
	return slices.ContainsFunc(a.changes, func(c sourceChange) bool {
		return slices.ContainsFunc(b.changes, func(d sourceChange) bool {
			from, to := c.change.Path, d.change.Path
			return len(from) > 0 && len(to) > 0 && from[len(from)-1] == to[len(to)-1]
		})
	})
}
