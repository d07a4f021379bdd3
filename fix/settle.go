package fix

import (
	"context"
	"slices"
)

// settleWhere finds out which proposals of a group that failed together are proven. It looks at the
// targets in which they failed, and then whether what holds there holds everywhere.
func (p *Prover) settleWhere(ctx context.Context, proposals []*Proposal, failed *trial) ([]*Proposal, error) {
	wrong := map[string]bool{}
	for {
		grown := false
		for target := range failed.refusals {
			grown = grown || !wrong[target]
			wrong[target] = true
		}
		if grown {
			p.wrong = wrong
		}
		proven, err := p.settleBlamed(ctx, proposals, failed)
		p.wrong = nil
		if err != nil || len(proven) == 0 || !grown {
			return proven, err
		}
		if p.Budget.spent() {
			refuseLate(proven)
			return nil, nil
		}
		if failed, err = p.try(ctx, proven); err != nil || !failed.failed() {
			return proven, err
		}
		proposals = proven
	}
}

// settleBlamed looks first at those that touch what is wrong: the others likely hold.
func (p *Prover) settleBlamed(ctx context.Context, proposals []*Proposal, failed *trial) ([]*Proposal, error) {
	var blamed, others []*Proposal
	for _, proposal := range proposals {
		if failed.blamed(proposal) != nil {
			blamed = append(blamed, proposal)
		} else {
			others = append(others, proposal)
		}
	}
	if len(others) == 0 || !failed.explained(proposals) {
		return p.settle(ctx, proposals)
	}
	proven, err := p.bisect(ctx, others)
	if err != nil {
		return nil, err
	}
	more, err := p.settle(ctx, blamed)
	if err != nil {
		return nil, err
	}
	return p.join(ctx, proven, more)
}

// split is bisect for proposals of which no two touch one object: what is wrong with an object is the fault of the one
// that touches it.
func (p *Prover) split(ctx context.Context, proposals []*Proposal) ([]*Proposal, error) {
	tried, err := p.try(ctx, proposals)
	if err != nil {
		return nil, err
	}
	if !tried.failed() {
		return proposals, nil
	}
	var others []*Proposal
	blamed := map[*Proposal]*Refusal{}
	for _, proposal := range proposals {
		if refusal := tried.blamed(proposal); refusal != nil {
			blamed[proposal] = refusal
		} else {
			others = append(others, proposal)
		}
	}
	if p.Budget.spent() || len(others) == 0 && len(proposals) > 1 || !tried.explained(proposals) {
		return p.bisect(ctx, proposals)
	}
	if len(others) > 0 {
		if tried, err = p.try(ctx, others); err != nil {
			return nil, err
		}
		if tried.failed() {
			return p.bisect(ctx, proposals) // one does harm to what another one touches
		}
	}
	for proposal, refusal := range blamed {
		proposal.Refusal = refusal
	}
	return others, nil
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
	for _, batch := range p.apart(unknown) {
		if p.Budget.spent() {
			refuseLate(proposals)
			return nil, nil
		}
		proven, err := p.split(ctx, batch)
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
		if proposal.another {
			continue // the other way is likelier to hold than this one with others
		}
		if p.Budget.spent() {
			refuseLate(fail)
			return proven, nil
		}
		alone := proposal.Refusal
		proposal.Refusal = nil
		tried, err := p.try(ctx, append(slices.Clone(proven), proposal))
		if err != nil {
			return nil, err
		}
		if tried.failed() {
			proposal.Refusal = alone
			continue
		}
		proven = append(proven, proposal)
	}
	return proven, nil
}
