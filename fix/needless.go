package fix

import (
	"context"
	"slices"
)

// dropNeedless takes those of proven proposals out whose findings others mend without them, and gives their
// findings to these: an edit that changes nothing of its findings mends nothing, however well the files go together.
func (p *Prover) dropNeedless(ctx context.Context, proven []*Proposal) ([]*Proposal, error) {
	reachers := map[objectOf][]*Proposal{}
	for _, proposal := range proven {
		for object := range p.reached(proposal) {
			reachers[object] = append(reachers[object], proposal)
		}
	}
	var suspects, others, ghosts []*Proposal
	targets := map[string]bool{}
	for _, proposal := range proven {
		if !slices.ContainsFunc(proposal.intents, func(in intent) bool { return len(reachers[in.of()]) > 0 }) {
			others = append(others, proposal)
			continue
		}
		suspects = append(suspects, proposal)
		ghosts = append(ghosts, &Proposal{intents: proposal.intents})
		for _, in := range proposal.intents {
			targets[in.target] = true
		}
	}
	if len(suspects) == 0 || p.Budget.spent() {
		return proven, nil
	}
	without, err := p.tryIn(ctx, slices.Concat(others, ghosts), targets)
	if err != nil {
		return nil, err
	}
	rendered := map[string]bool{}
	for _, target := range p.affected(editedFiles(others)) {
		rendered[target.ID] = true
	}
	kept := slices.Clone(proven)
	for _, suspect := range suspects {
		needed := slices.ContainsFunc(suspect.intents, func(in intent) bool {
			return !rendered[in.target] || without.objects[in.of()] != nil || without.objects[objectOf{in.target, wholeTarget}] != nil
		})
		if by := p.mendedBy(suspect, reachers, others); !needed && by != nil {
			by.Findings = union(by.Findings, suspect.Findings)
			by.intents = append(by.intents, suspect.intents...)
			by.name()
			suspect.needless = true
			kept = slices.DeleteFunc(kept, func(other *Proposal) bool { return other == suspect })
		}
	}
	if len(kept) == len(proven) {
		return proven, nil
	}
	together, err := p.try(ctx, kept)
	if err != nil || !together.failed() {
		return kept, err
	}
	return p.settleWhere(ctx, kept, together)
}

// mendedBy returns one of others that reaches what a needless proposal means to change.
func (p *Prover) mendedBy(needless *Proposal, reachers map[objectOf][]*Proposal, others []*Proposal) *Proposal {
	for _, in := range needless.intents {
		for _, reacher := range reachers[in.of()] {
			if slices.Contains(others, reacher) {
				return reacher
			}
		}
	}
	return nil
}
