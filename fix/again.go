package fix

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/render"
)

// ProveAgain proposes and proves other ways for the refused proposals that have one, together with
// what is proven already. It returns all proposals but the needless; one that fails both ways has the refusal that tells
// more.
func (p *Prover) ProveAgain(ctx context.Context, proposals []*Proposal) ([]*Proposal, error) {
	var kept, refused []*Proposal
	proposals = slices.DeleteFunc(slices.Concat(proposals, p.refused), func(proposal *Proposal) bool { return proposal.needless })
	p.refused = nil
	for _, proposal := range proposals {
		if proposal.Refusal != nil && proposal.another {
			refused = append(refused, proposal)
		} else {
			kept = append(kept, proposal)
		}
	}
	if len(refused) == 0 {
		return proposals, nil
	}
	others := p.Again(refused)
	p.lastTime = true
	touched, err := p.touchedBy(ctx, kept, others)
	if err != nil {
		return nil, err
	}
	p.together = map[*Proposal]bool{}
	for _, proposal := range kept {
		p.together[proposal] = proposal.Refusal == nil && !slices.Contains(p.pending, proposal)
	}
	if err := p.Prove(ctx, touched); err != nil {
		return nil, err
	}
	others = append(others, p.refused...) // parts of them, and of what was proven before
	p.refused = nil
	for _, other := range others {
		for _, proposal := range refused {
			if other.Refusal != nil && overlapping(proposal.Findings, other.Findings) && len(proposal.Edits) > 0 && proposal.Refusal.tells() > other.Refusal.tells() {
				other.Refusal = proposal.triedFirst(other.Refusal)
			}
		}
	}
	all := slices.Concat(kept, others, unanswered(refused, others))
	all = slices.DeleteFunc(all, func(proposal *Proposal) bool { return proposal.needless })
	slices.SortStableFunc(all, func(a, b *Proposal) int { return slices.Compare(a.Findings, b.Findings) })
	return all, nil
}

// keepTogether takes back the refusals of proposals that are known to hold together: some need each other, so that they
// fail where they are tried one by one. It returns what is proven with them.
func (p *Prover) keepTogether(ctx context.Context, proposals, proven []*Proposal) ([]*Proposal, error) {
	var known, others []*Proposal
	lost := false
	for _, proposal := range proposals {
		switch {
		case p.together[proposal]:
			known = append(known, proposal)
			lost = lost || proposal.Refusal != nil
			proposal.Refusal = nil
		case slices.Contains(proven, proposal):
			others = append(others, proposal)
		}
	}
	if !lost {
		return proven, nil
	}
	return p.join(ctx, known, others)
}

// unanswered leaves to refused proposals the findings that no other way answers, since each finding has one proposal.
func unanswered(refused, others []*Proposal) []*Proposal {
	answered := map[string]bool{}
	for _, other := range others {
		for _, id := range other.Findings {
			answered[id] = true
		}
	}
	var left []*Proposal
	for _, proposal := range refused {
		proposal.Findings = slices.DeleteFunc(slices.Clone(proposal.Findings), func(id string) bool { return answered[id] })
		if len(proposal.Findings) > 0 {
			proposal.name()
			left = append(left, proposal)
		}
	}
	return left
}

// touchedBy returns those of others that can be tried, with the proven ones that reach a target in common with
// them, and with those that are pending: no others need another proof.
func (p *Prover) touchedBy(ctx context.Context, proven, others []*Proposal) ([]*Proposal, error) {
	unrefused := func(proposal *Proposal) bool { return proposal.Refusal == nil }
	var tried []*Proposal
	for _, proposal := range slices.Concat(proven, others) {
		if unrefused(proposal) {
			tried = append(tried, proposal)
		}
	}
	unproven := slices.Concat(others, p.pending)
	if !slices.ContainsFunc(unproven, unrefused) {
		return nil, nil
	}
	if err := p.know(ctx, editedFiles(tried)); err != nil {
		return nil, err
	}
	var touched []*Proposal
	for _, group := range p.connected(tried) {
		if slices.ContainsFunc(group.proposals, func(proposal *Proposal) bool { return slices.Contains(unproven, proposal) }) {
			touched = append(touched, group.proposals...)
		}
	}
	return touched, nil
}

func overlapping(a, b []string) bool {
	return slices.ContainsFunc(a, func(id string) bool { return slices.Contains(b, id) })
}

// tells ranks refusals by how much they tell: that an edit was tried and does harm, or belongs elsewhere,
// tells more than that none was found.
func (r *Refusal) tells() int {
	switch r.Reason {
	case OutOfTime:
		return 0
	case NotLocated, UnsoundMap, NoRemedy:
		return 1
	case NotMended, NotEditable:
		return 2
	}
	return 3
}

// triedFirst is the refusal of a proposal after which another way was refused too.
func (p *Proposal) triedFirst(then *Refusal) *Refusal {
	var names []string
	for _, edit := range p.Edits {
		names = append(names, edit.File)
	}
	slices.Sort(names)
	return &Refusal{p.Refusal.Reason, fmt.Sprintf("tried in %s: %s. Another way was not found: %s",
		strings.Join(slices.Compact(names), " and "), p.Refusal.Message, then.Message)}
}

// OtherWays proposes the other ways to mend what proposals mend.
func (p *Prover) OtherWays(locator *render.Locator, options check.MendOptions) func([]*Proposal) []*Proposal {
	return func(proposals []*Proposal) []*Proposal {
		again := map[string]bool{}
		for _, proposal := range proposals {
			for _, id := range proposal.Findings {
				again[id] = proposal.Patches()
			}
		}
		others, _ := propose(p.Files, p.Results, p.Report, locator, options, p.Budget, again)
		return others
	}
}

// AddAlternatives tells of proven proposals in which other files the same findings could be mended.
func (p *Prover) AddAlternatives(proposals []*Proposal) {
	by := map[string]*Proposal{} // by finding
	var proven []*Proposal
	for _, proposal := range proposals {
		if proposal.Refusal != nil || !proposal.another || proposal.Patches() {
			continue
		}
		for _, id := range proposal.Findings {
			by[id] = proposal
		}
		proven = append(proven, proposal)
	}
	if len(proven) == 0 {
		return
	}
	for _, other := range p.Again(proven) {
		proposal := by[other.Findings[0]]
		if other.Refusal != nil || len(other.Edits) == 0 || proposal == nil || slices.Equal(other.Edits, proposal.Edits) || !slices.Equal(other.Findings, proposal.Findings) {
			continue
		}
		var names []string
		for _, edit := range other.Edits {
			names = append(names, edit.File)
		}
		slices.Sort(names)
		proposal.Alternatives = append(proposal.Alternatives, Alternative{other.Notes, other.Edits})
		proposal.Notes = append(proposal.Notes, "It can be mended in "+strings.Join(slices.Compact(names), " and ")+
			" instead; the JSON report has these edits, which are not proven.")
	}
}
