package fix

import (
	"context"
	"errors"
	"slices"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// A trial says what is wrong with proposals.
type trial struct {
	refusals map[string]*Refusal   // by target
	objects  map[objectOf]*Refusal // by object, or wholeTarget
}

func (t *trial) failed() bool { return len(t.refusals) > 0 }

func (t *trial) first() *Refusal { return t.refusals[sortedKeys(t.refusals)[0]] }

// blamed returns a refusal of an object that a proposal touches, nil if nothing is wrong with any.
func (t *trial) blamed(proposal *Proposal) *Refusal {
	for _, in := range proposal.intents {
		if refusal := t.objects[in.of()]; refusal != nil {
			return refusal
		}
	}
	return nil
}

// explained says whether each object that is wrong is touched by one of the proposals, so that those that touch none of
// them are likely innocent.
func (t *trial) explained(proposals []*Proposal) bool {
	touched := map[objectOf]bool{}
	for _, proposal := range proposals {
		for _, in := range proposal.intents {
			touched[in.of()] = true
		}
	}
	for object := range t.objects {
		if !touched[object] {
			return false
		}
	}
	return true
}

// try renders and checks with the proposals applied, where it is wrong if something is known to be.
func (p *Prover) try(ctx context.Context, proposals []*Proposal) (*trial, error) {
	return p.tryIn(ctx, proposals, p.wrong)
}

// tryHastily does not ask what is wrong whether it is so each time: if it does not hold, it has to be tried again.
func (p *Prover) tryHastily(ctx context.Context, proposals []*Proposal) (*trial, error) {
	p.hasty = true
	defer func() { p.hasty = false }()
	return p.tryIn(ctx, proposals, nil)
}

// tryIn tries proposals in some targets alone; nil are all.
func (p *Prover) tryIn(ctx context.Context, proposals []*Proposal, targets map[string]bool) (*trial, error) {
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
		failed := &trial{refusals: map[string]*Refusal{}, objects: map[objectOf]*Refusal{}}
		for _, proposal := range proposals {
			for _, in := range proposal.intents {
				failed.refusals[in.target] = editRefusal(err)
				failed.objects[objectOf{in.target, wholeTarget}] = failed.refusals[in.target]
			}
		}
		return failed, p.know(ctx, editedFiles(proposals))
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
	tried := &trial{refusals: map[string]*Refusal{}, objects: map[objectOf]*Refusal{}}
	p.ownChanges(proposals, after)
	for _, target := range affected {
		wrong, err := p.compareTarget(ctx, target, changed, after[target.ID], intents[target.ID])
		if err != nil {
			return nil, err
		}
		if refusal := wrong.first(); refusal != nil {
			tried.refusals[target.ID] = refusal
		}
		for object, refusal := range wrong {
			tried.objects[objectOf{target.ID, object}] = refusal
		}
	}
	return tried, nil
}
