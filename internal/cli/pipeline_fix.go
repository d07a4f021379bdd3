package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/podmend/podmend/fix"
)

// fix takes the run from discovery to proven proposals.
func (r *run) fix(ctx context.Context, alone bool) error {
	if err := r.check(ctx); err != nil {
		return err
	}
	return r.env.staged("propose fixes and prove them", func() error { return r.prove(ctx, alone) })
}

func (r *run) prove(ctx context.Context, alone bool) error {
	wide, err := r.withReaders(ctx)
	if err != nil {
		return err
	}
	r.provedIn = wide
	budget := fix.NewBudget(timeForFixes)
	found := wide.findingsOf(r)
	if err := wide.locator.TraceValues(ctx, wide.results, fix.Fields(wide.results, found, r.mend), r.rendering()); err != nil {
		return err
	}
	r.proposals, r.refusals = fix.Propose(r.repo.files, wide.results, found, wide.locator, r.mend, budget)
	prover := wide.prover(budget)
	prover.Alone, prover.Again = alone, prover.OtherWays(wide.locator, r.mend)
	if err := prover.Prove(ctx, r.proposals); err != nil {
		return err
	}
	if r.proposals, err = prover.ProveAgain(ctx, r.proposals); err != nil {
		return err
	}
	if err := r.tellRemaining(ctx, prover); err != nil {
		return err
	}
	prover.AddAlternatives(r.proposals)
	var overruled []string
	for _, proposal := range r.proposals {
		r.noteOutside(proposal)
		if proposal.Refusal != nil && proposal.Refusal.Reason == fix.NotMended && !proposal.Patches() {
			overruled = append(overruled, proposal.Findings...)
		}
	}
	r.doubtOrigins(overruled)
	return nil
}

// tellRemaining refuses the findings that proven proposals mend in some targets alone: what stays is not mended.
func (r *run) tellRemaining(ctx context.Context, prover *fix.Prover) error {
	remaining, err := prover.Remaining(ctx, r.proposals)
	if err != nil {
		return err
	}
	for id, stays := range remaining {
		targets := slices.DeleteFunc(stays.Targets, func(target string) bool { return r.byTarget[target] == nil })
		if len(targets) == 0 {
			continue
		}
		names := strings.Join(targets[:min(len(targets), shownOutside)], ", ")
		if more := len(targets) - shownOutside; more > 0 {
			names += fmt.Sprintf(" and %d more", more)
		}
		why := "mend it there by hand"
		if stays.Why != nil {
			why = stays.Why.Message
		}
		r.refusals[id] = &fix.Refusal{Reason: fix.StaysInOthers, Message: "mended elsewhere, it stays in " + names + ": " + why}
	}
	return nil
}

// doubtOrigins takes the exact line back from findings whose field is set elsewhere too.
func (r *run) doubtOrigins(overruled []string) {
	for i := range r.checked.Findings {
		finding := &r.checked.Findings[i]
		if slices.Contains(overruled, finding.ID) {
			first := finding.Occurrences[0]
			finding.Origin = r.locator.Uncertain(first.Pod.Object, first.Path())
		}
	}
}
