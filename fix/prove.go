package fix

import (
	"context"
	"slices"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/overlay"
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
	// Again makes the other ways to mend what proposals mend, as OtherWays does. With it, ProveAgain has to follow: Prove
	// leaves it some of the work.
	Again func([]*Proposal) []*Proposal

	editor   *editor
	literals *render.Literals
	holds    map[*Proposal]bool  // without the others that touch their pod templates
	before   map[string]*judged  // by target id
	known    map[string]bool     // files whose readers are in before
	names    map[string][]string // by target id
	readers  map[string][]int    // indexes of the targets that read a file, sorted
	varying  map[string]*variance
	made     map[string][]objectOf // what is made of one source, by sourceOf
	printed  map[string][]objectOf // what one template prints, by printedOf
	refused  []*Proposal           // the parts of proposals that were refused while others of it are proven
	// triedAlone are the proposals of which it is known whether they hold alone.
	triedAlone map[*Proposal]bool
	rendered   map[string]*judged // charts with edits, by editedKey
	wrong      map[string]bool    // the targets that are tried while proposals are settled; nil are all
	hasty      bool               // as tryHastily says
	pending    []*Proposal        // proven with other ways alone, so that ProveAgain has to prove them
	together   map[*Proposal]bool // known to hold together, before ProveAgain proves others with them
	lastTime   bool               // ProveAgain proves
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
	if p.Budget.spent() {
		refuseLate(slices.DeleteFunc(candidates, func(proposal *Proposal) bool { return p.together[proposal] }))
		return nil
	}
	proven, err := p.proveAll(ctx, candidates)
	if err != nil {
		return err
	}
	if proven, err = p.salvage(ctx, proposals, proven); err != nil {
		return err
	}
	if proven, err = p.dropNeedless(ctx, proven); err != nil {
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
	if len(proposals) == 0 {
		return nil, nil
	}
	hasty, err := p.tryHastily(ctx, proposals)
	if err != nil {
		return nil, err
	}
	var proven []*Proposal
	var wrong []*group
	for _, group := range p.connected(proposals) {
		if group.reaches(hasty.refusals) {
			wrong = append(wrong, group)
		} else {
			proven = append(proven, group.proposals...)
		}
	}
	if len(wrong) == 0 && hasty.failed() { // edits that only all together make reach a target
		return p.settleGroup(ctx, proposals)
	}
	otherwise, wrong, err := p.mendOtherwise(ctx, wrong, hasty)
	if err != nil {
		return nil, err
	}
	proven = append(proven, otherwise...)
	for _, group := range wrong {
		more, err := p.settleGroup(ctx, group.proposals)
		if err != nil {
			return nil, err
		}
		proven = append(proven, more...)
	}
	return proven, nil
}

func (p *Prover) settleGroup(ctx context.Context, proposals []*Proposal) ([]*Proposal, error) {
	trial, err := p.try(ctx, proposals)
	if err != nil || !trial.failed() {
		return proposals, err
	}
	proven, err := p.settleWhere(ctx, proposals, trial)
	if err != nil {
		return nil, err
	}
	return p.keepTogether(ctx, proposals, proven)
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
	trial, err := p.try(ctx, proposals)
	if err != nil {
		return nil, err
	}
	if !trial.failed() {
		return proposals, nil
	}
	if len(proposals) == 1 {
		proposals[0].Refusal = trial.first()
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
	trial, err := p.try(ctx, both)
	if err != nil || !trial.failed() {
		return both, err
	}
	for i, proposal := range more {
		if p.Budget.spent() {
			refuseLate(more[i:])
			return proven, nil
		}
		trial, err := p.try(ctx, append(slices.Clone(proven), proposal))
		if err != nil {
			return nil, err
		}
		if trial.failed() {
			proposal.Refusal = &Refusal{Conflicts, "the edit does not go together with another one of this run; apply the others first, then run podmend again. " +
				"Together: " + trial.first().Message}
			continue
		}
		proven = append(proven, proposal)
	}
	return proven, nil
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
