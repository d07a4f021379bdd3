package fix

import (
	"context"
	"slices"
)

// settle finds out which proposals of a group that failed together are proven. Most are innocent, and
// it has to be known which hold alone anyway: so each is tried without the others of its objects, then
// all that hold in one rendering, and at last those that may need the others.
func (p *Prover) settle(ctx context.Context, proposals []*Proposal) ([]*Proposal, error) {
	if len(proposals) < 4 {
		return p.bisect(ctx, proposals)
	}
	if p.holds == nil {
		p.holds = map[*Proposal]bool{}
	}
	var hold, fail []*Proposal
	for _, batch := range apart(proposals) {
		if p.Budget.spent() {
			refuseLate(proposals)
			return nil, nil
		}
		proven, err := p.bisect(ctx, batch)
		if err != nil {
			return nil, err
		}
		hold = append(hold, proven...)
		for _, proposal := range batch {
			if slices.Contains(proven, proposal) {
				p.holds[proposal] = true
			} else {
				fail = append(fail, proposal)
			}
		}
	}
	proven, err := p.bisect(ctx, hold)
	if err != nil {
		return nil, err
	}
	for _, proposal := range fail {
		if p.Budget.spent() {
			refuseLate(fail)
			return proven, nil
		}
		alone := proposal.Refusal
		proposal.Refusal = nil
		refusals, err := p.try(ctx, append(slices.Clone(proven), proposal))
		if err != nil {
			return nil, err
		}
		if len(refusals) > 0 {
			proposal.Refusal = alone
			continue
		}
		proven = append(proven, proposal)
	}
	return proven, nil
}
