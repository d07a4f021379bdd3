package fix

import (
	"context"
	"slices"
)

// settleWhere finds out which proposals of a group that failed together are proven. It looks at the
// targets in which they failed, and then whether what holds there holds everywhere.
func (p *Prover) settleWhere(ctx context.Context, proposals []*Proposal, refusals map[string]*Refusal) ([]*Proposal, error) {
	wrong := map[string]bool{}
	for {
		grown := false
		for target := range refusals {
			grown = grown || !wrong[target]
			wrong[target] = true
		}
		if grown {
			p.wrong = wrong
		}
		proven, err := p.settle(ctx, proposals)
		p.wrong = nil
		if err != nil || len(proven) == 0 || !grown {
			return proven, err
		}
		if p.Budget.spent() {
			refuseLate(proven)
			return nil, nil
		}
		if refusals, err = p.try(ctx, proven); err != nil || len(refusals) == 0 {
			return proven, err
		}
		proposals = proven
	}
}

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
	var hold, fail, unknown []*Proposal
	for _, proposal := range proposals {
		predicted, err := p.predictedAlone(proposal)
		if err != nil {
			return nil, err
		}
		if p.holds[proposal] = predicted; predicted {
			hold = append(hold, proposal)
		} else {
			unknown = append(unknown, proposal)
		}
	}
	for _, batch := range apart(unknown) {
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
				p.holds[proposal] = p.wrong == nil
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
