package fix

import (
	"context"
	"slices"
)

// patchedBy is a proposal before its edits were computed, with those patches of overlays alone that are kept.
func (p *Proposal) patchedBy(kept []overlayPatch) *Proposal {
	part := *p
	part.overlays, part.with, part.stays = slices.Clone(kept), nil, nil
	part.changes, part.texts, part.printed = slices.Clone(p.changes), slices.Clone(p.texts), slices.Clone(p.printed)
	part.intents, part.Findings = nil, nil
	for _, in := range p.intents {
		patched := func(patch overlayPatch) bool { return patch.mends(&in) }
		if slices.ContainsFunc(kept, patched) || len(in.below) == 0 && !slices.ContainsFunc(p.overlays, patched) {
			part.intents = append(part.intents, in)
			part.Findings = union(part.Findings, in.findings)
		}
	}
	return &part
}

// mends says whether an intent is that of a patch, or of an object of an overlay that the patch mends too.
func (o *overlayPatch) mends(in *intent) bool {
	if len(in.below) > 0 {
		return slices.Contains(in.below, o.in.target) && overlapping(in.findings, o.in.findings)
	}
	return o.in.of() == in.of() && o.in.control == in.control && slices.Equal(o.in.mends, in.mends)
}

// stay notes why a finding stays in some targets.
func (p *Proposal) stay(finding string, why *Refusal) {
	if p.stays == nil {
		p.stays = map[string]*Refusal{}
	}
	if p.stays[finding] == nil {
		p.stays[finding] = why
	}
}

// salvage proves of each refused proposal those patches of overlays that hold: the kustomizations that share
// one proposal, since they share a finding, may fail one by one.
func (p *Prover) salvage(ctx context.Context, proposals, proven []*Proposal) ([]*Proposal, error) {
	for _, proposal := range proposals {
		if proposal.Refusal == nil || len(proposal.overlays) < 2 || proposal.with == nil || p.Budget.spent() {
			continue
		}
		split := &splitting{prover: p, whole: proposal, proven: proven, why: map[int]*Refusal{}, closed: map[string]bool{}}
		if err := split.run(ctx); err != nil {
			return nil, err
		}
		part := split.part(split.kept)
		if part == nil {
			part = &Proposal{}
		}
		refused := split.refusedParts(part)
		if len(split.kept) > 0 {
			*proposal = *part
			proven = append(proven, proposal)
		} else {
			*proposal, refused = *refused[0], refused[1:]
		}
		p.refused = append(p.refused, refused...)
	}
	return proven, nil
}
