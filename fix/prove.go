package fix

import (
	"context"
	"errors"
	"slices"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// A Prover proves proposals against all targets of a repository.
type Prover struct {
	Files   *overlay.FS
	Targets []render.Target
	// Results and Report are those of the run that made the proposals. Targets that have no
	// result are rendered when first needed, since a file may serve targets outside of the run.
	Results []render.Result
	Report  *check.Report
	// Names lists the files that a target may read; nil is render.Names.
	Names  func(target render.Target) []string
	Render render.Options
	Policy check.Options
	// Alone asks which proposals hold without the others.
	Alone  bool
	Budget Budget

	editor   *editor
	holds    map[*Proposal]bool  // without the others that touch their pod templates
	before   map[string]*judged  // by target id
	known    map[string]bool     // files whose readers are in before
	names    map[string][]string // by target id
	readers  map[string][]int    // indexes of the targets that read a file, sorted
	varying  map[string]*variance
	rendered map[string]*judged // charts with edits, by editedKey
	wrong    map[string]bool    // the targets that are tried while proposals are settled; nil are all
}

// Prove proves the proposals together, finds by bisection those that fail, and refuses them.
// With Alone, those that share a pod template are also proven alone. The error says that podmend
// failed.
func (p *Prover) Prove(ctx context.Context, proposals []*Proposal) error {
	var candidates []*Proposal
	for _, proposal := range proposals {
		if proposal.Refusal == nil {
			candidates = append(candidates, proposal)
		}
	}
	if len(candidates) == 0 {
		return nil
	}
	if p.Budget.spent() {
		refuseLate(candidates)
		return nil
	}
	proven, err := p.proveAll(ctx, candidates)
	if err != nil {
		return err
	}
	for _, proposal := range proven {
		proposal.Targets = p.changedTargets(proposal)
		if err := p.nameUnproven(ctx, proposal); err != nil {
			return err
		}
	}
	if !p.Alone {
		return nil
	}
	return p.proveAlone(ctx, proven)
}

// proveAll tries all proposals in one rendering. Only those that reach a target which then
// is wrong are looked at again.
func (p *Prover) proveAll(ctx context.Context, proposals []*Proposal) ([]*Proposal, error) {
	refusals, err := p.try(ctx, proposals)
	if err != nil {
		return nil, err
	}
	var proven, suspects []*Proposal
	for _, group := range p.connected(proposals) {
		if group.reaches(refusals) {
			suspects = append(suspects, group.proposals...)
			more, err := p.settleWhere(ctx, group.proposals, refusals)
			if err != nil {
				return nil, err
			}
			proven = append(proven, more...)
			continue
		}
		proven = append(proven, group.proposals...)
	}
	if len(suspects) == 0 && len(refusals) > 0 {
		return nil, errors.New("a proof failed in a target that no proposal reaches; this is a defect of podmend, please report it")
	}
	return proven, nil
}

// bisect returns the proposals that are proven together, and refuses the others.
func (p *Prover) bisect(ctx context.Context, proposals []*Proposal) ([]*Proposal, error) {
	if len(proposals) == 0 {
		return nil, nil
	}
	if p.Budget.spent() {
		refuseLate(proposals)
		return nil, nil
	}
	refusals, err := p.try(ctx, proposals)
	if err != nil {
		return nil, err
	}
	if len(refusals) == 0 {
		return proposals, nil
	}
	if len(proposals) == 1 {
		proposals[0].Refusal = firstRefusal(refusals)
		return nil, nil
	}
	middle := len(proposals) / 2
	proven, err := p.bisect(ctx, proposals[:middle])
	if err != nil {
		return nil, err
	}
	second, err := p.bisect(ctx, proposals[middle:])
	if err != nil {
		return nil, err
	}
	return p.join(ctx, proven, second)
}

// join adds what is proven by itself to what is proven already, as far as it goes together.
func (p *Prover) join(ctx context.Context, proven, more []*Proposal) ([]*Proposal, error) {
	if len(proven) == 0 || len(more) == 0 {
		return append(proven, more...), nil
	}
	if p.Budget.spent() {
		refuseLate(more)
		return proven, nil
	}
	both := slices.Concat(proven, more)
	refusals, err := p.try(ctx, both)
	if err != nil || len(refusals) == 0 {
		return both, err
	}
	for i, proposal := range more {
		if p.Budget.spent() {
			refuseLate(more[i:])
			return proven, nil
		}
		refusals, err := p.try(ctx, append(slices.Clone(proven), proposal))
		if err != nil {
			return nil, err
		}
		if len(refusals) > 0 {
			proposal.Refusal = &Refusal{Conflicts, "the edit does not go together with another one of this run (" +
				firstRefusal(refusals).Message + "); apply the others first, then run podmend again"}
			continue
		}
		proven = append(proven, proposal)
	}
	return proven, nil
}

// try renders and checks with the proposals applied, where it is wrong if something is known to be. It
// returns what is wrong, by target.
func (p *Prover) try(ctx context.Context, proposals []*Proposal) (map[string]*Refusal, error) {
	return p.tryIn(ctx, proposals, p.wrong)
}

// tryIn tries proposals in some targets alone; nil are all.
func (p *Prover) tryIn(ctx context.Context, proposals []*Proposal, targets map[string]bool) (map[string]*Refusal, error) {
	if p.editor == nil {
		p.editor = newEditor(p.Files, Budget{})
	}
	changed, err := p.editor.apply(proposals)
	if err != nil {
		var problem *yamledit.EditError
		var refused *refusedEdit
		if !errors.As(err, &problem) && !errors.As(err, &refused) {
			return nil, err
		}
		refusals := map[string]*Refusal{}
		for _, proposal := range proposals {
			for _, in := range proposal.intents {
				refusals[in.target] = editRefusal(err)
			}
		}
		return refusals, nil
	}
	if err := p.know(ctx, changed); err != nil {
		return nil, err
	}
	affected := p.affected(changed)
	if targets != nil {
		affected = slices.DeleteFunc(affected, func(target render.Target) bool { return !targets[target.ID] })
	}
	after, err := p.judgeEdited(ctx, changed, affected)
	if err != nil {
		return nil, err
	}
	intents := map[string][]intent{}
	for _, proposal := range proposals {
		for _, in := range proposal.intents {
			intents[in.target] = append(intents[in.target], in)
		}
	}
	refusals := map[string]*Refusal{}
	p.ownChanges(proposals, after)
	for _, target := range affected {
		refusal, err := p.compareTarget(ctx, target, changed, after[target.ID], intents[target.ID])
		if err != nil {
			return nil, err
		}
		if refusal != nil {
			refusals[target.ID] = refusal
		}
	}
	return refusals, nil
}

func firstRefusal(refusals map[string]*Refusal) *Refusal {
	return refusals[sortedKeys(refusals)[0]]
}

// changedTargets lists the targets that render differently with a proven proposal.
func (p *Prover) changedTargets(proposal *Proposal) []string {
	var ids []string
	for _, in := range proposal.intents {
		ids = append(ids, in.target)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
