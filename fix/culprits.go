package fix

import (
	"context"
	"maps"
	"slices"
)

// mendOtherwise looks for the fault of groups that failed together in the proposals that have another way, which are
// likeliest to change more than they should. It tries the other ways instead: where all goes well, ProveAgain proves the rest
// by the same rendering. It returns what is to be proven so, and the groups of which this is not so.
func (p *Prover) mendOtherwise(ctx context.Context, groups []*group, failed *trial) (proven []*Proposal, left []*group, err error) {
	if p.Again == nil || p.lastTime || p.Budget.spent() {
		return nil, groups, nil
	}
	likely := make([]*culprits, len(groups))
	var accused, tried []*Proposal
	for i, group := range groups {
		if likely[i] = culpritsOf(group, failed); likely[i] != nil {
			accused = append(accused, likely[i].all...)
			tried = append(tried, group.without(likely[i].all)...)
		}
	}
	if len(accused) == 0 {
		return nil, groups, nil
	}
	for _, other := range p.Again(accused) {
		if other.Refusal == nil {
			tried = append(tried, other)
		}
	}
	if err := p.know(ctx, editedFiles(tried)); err != nil {
		return nil, nil, err
	}
	otherwise, err := p.tryHastily(ctx, tried)
	if err != nil {
		return nil, nil, err
	}
	stillFailed := map[string]bool{}
	for _, group := range p.connected(tried) {
		if group.reaches(otherwise.refusals) {
			maps.Copy(stillFailed, group.targets)
		}
	}
	for i, group := range groups {
		guilty := likely[i] != nil && !overlap(group.targets, stillFailed)
		if guilty {
			if guilty, err = p.confirm(ctx, likely[i]); err != nil {
				return nil, nil, err
			}
		}
		if !guilty {
			left = append(left, group)
			continue
		}
		for culprit, refusal := range likely[i].refusals {
			culprit.Refusal = refusal
		}
		proven = append(proven, group.without(likely[i].all)...)
	}
	p.pending = proven
	return proven, left, nil
}

// culprits are proposals of a group whose fault it may be that the group failed.
type culprits struct {
	all      []*Proposal
	refusals map[*Proposal]*Refusal // of those whose fault it is, if it is one's of them
}

// culpritsOf returns nil where something is wrong that is the fault of no proposal with another way.
func culpritsOf(group *group, failed *trial) *culprits {
	found := &culprits{refusals: map[*Proposal]*Refusal{}}
	for _, object := range sortedObjects(failed.objects) {
		if !group.targets[object.target] {
			continue
		}
		var touching, around []*Proposal
		for _, proposal := range group.proposals {
			if !proposal.another {
				continue
			}
			if proposal.means(object) {
				touching = append(touching, proposal)
			}
			if proposal.meansIn(object.target) {
				around = append(around, proposal)
			}
		}
		if len(touching) == 0 {
			touching = around
		}
		if len(touching) == 0 {
			return nil
		}
		if only := touching[0]; len(touching) == 1 && found.refusals[only] == nil {
			found.refusals[only] = failed.objects[object]
		}
		for _, proposal := range touching {
			if !slices.Contains(found.all, proposal) {
				found.all = append(found.all, proposal)
			}
		}
	}
	return found
}

// confirm tries alone those culprits that may be innocent, since another one touches what is wrong too, and says whether
// each is guilty.
func (p *Prover) confirm(ctx context.Context, found *culprits) (bool, error) {
	doubtful := slices.DeleteFunc(slices.Clone(found.all), func(proposal *Proposal) bool { return found.refusals[proposal] != nil })
	for _, batch := range p.apart(doubtful) {
		if len(batch) == 0 {
			continue
		}
		if p.Budget.spent() {
			return false, nil
		}
		tried, err := p.tryHastily(ctx, batch)
		if err != nil {
			return false, err
		}
		for _, proposal := range batch {
			for _, in := range proposal.intents {
				refusal := tried.objects[in.of()]
				if refusal == nil && len(batch) == 1 {
					refusal = tried.refusals[in.target]
				}
				if refusal != nil {
					found.refusals[proposal] = refusal
					break
				}
			}
			if found.refusals[proposal] == nil {
				return false, nil
			}
		}
	}
	return true, nil
}
