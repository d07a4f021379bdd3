package fix

import (
	"context"
	"slices"
	"strings"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/render"
)

// ProveAgain proposes and proves other ways for the refused proposals that have one, together with
// what is proven already. It returns all proposals; one that fails both ways has the last refusal.
func (p *Prover) ProveAgain(ctx context.Context, files *overlay.FS, results []render.Result, report *check.Report, locator *render.Locator, options check.MendOptions, proposals []*Proposal) ([]*Proposal, error) {
	var again []string
	first := map[string]*Proposal{}
	kept := slices.DeleteFunc(slices.Clone(proposals), func(proposal *Proposal) bool {
		if proposal.Refusal == nil || !proposal.another {
			return false
		}
		again = append(again, proposal.Findings...)
		for _, id := range proposal.Findings {
			first[id] = proposal
		}
		return true
	})
	defer func() { p.addAlternatives(files, results, report, locator, options, kept) }()
	if len(again) == 0 {
		return proposals, nil
	}
	others, _ := propose(files, results, report, locator, options, p.Budget, again)
	all := slices.Concat(kept, others)
	if err := p.Prove(ctx, all); err != nil {
		return nil, err
	}
	for _, id := range again {
		if !slices.ContainsFunc(others, func(other *Proposal) bool { return slices.Contains(other.Findings, id) }) && !slices.Contains(all, first[id]) {
			all = append(all, first[id])
		}
	}
	slices.SortStableFunc(all, func(a, b *Proposal) int { return slices.Compare(a.Findings, b.Findings) })
	return all, nil
}

// addAlternatives tells of proven proposals in which other files the same findings could be mended.
func (p *Prover) addAlternatives(files *overlay.FS, results []render.Result, report *check.Report, locator *render.Locator, options check.MendOptions, proposals []*Proposal) {
	by := map[string]*Proposal{} // by finding
	var again []string
	for _, proposal := range proposals {
		if proposal.Refusal != nil || !proposal.another {
			continue
		}
		for _, id := range proposal.Findings {
			by[id] = proposal
		}
		again = append(again, proposal.Findings...)
	}
	if len(again) == 0 {
		return
	}
	others, _ := propose(files, results, report, locator, options, p.Budget, again)
	for _, other := range others {
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
