package fix

import "context"

// preferValues drops the edits of templates from proposals whose edits of values do all that is meant
// without them: what a template prints beside a value often depends on that value already.
func (p *Prover) preferValues(ctx context.Context, proposals []*Proposal) error {
	for _, proposal := range proposals {
		if len(proposal.changes) == 0 || len(proposal.printed) == 0 || !mayDoWithout(proposal.Refusal) {
			continue
		}
		if p.Budget.spent() {
			return nil
		}
		if p.before == nil {
			if err := p.renderBefore(ctx); err != nil {
				return err
			}
		}
		lean := *proposal
		lean.printed, lean.Refusal = nil, nil
		edits, err := newEditor(p.Files, p.Budget).joint([]*Proposal{&lean})
		if err != nil {
			continue // the values alone cannot be edited either
		}
		lean.Edits = edits
		refusals, err := p.try(ctx, []*Proposal{&lean})
		if err != nil {
			return err
		}
		if len(refusals) == 0 {
			*proposal = lean
		}
	}
	return nil
}

// mayDoWithout says whether a refusal can be of the edits of templates alone.
func mayDoWithout(refusal *Refusal) bool {
	return refusal == nil || refusal.Reason == NotLocated || refusal.Reason == NotEditable || refusal.Reason == RemoteChart
}
