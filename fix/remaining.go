package fix

import (
	"context"
	"slices"

	"github.com/podmend/podmend/render"
)

// Remaining tells of findings that proven proposals mend, but not everywhere: in which targets they stay, and why.
type Remaining struct {
	Targets []string
	Why     *Refusal // nil if not known
}

// Remaining renders with all proven proposals where a finding shows that none of them means to mend, and returns
// what stays, by finding.
func (p *Prover) Remaining(ctx context.Context, proposals []*Proposal) (map[string]*Remaining, error) {
	byFinding := map[string]*Proposal{}
	type meant struct {
		objectOf
		control, path string
	}
	covered := map[meant]bool{}
	var proven []*Proposal
	for _, proposal := range proposals {
		if proposal.Refusal != nil {
			continue
		}
		proven = append(proven, proposal)
		for _, id := range proposal.Findings {
			byFinding[id] = proposal
		}
		for _, in := range proposal.intents {
			for _, path := range in.mends {
				covered[meant{in.of(), in.control, path}] = true
			}
		}
	}
	index := map[*render.Object]int{}
	for i := range p.Results {
		for j := range p.Results[i].Objects {
			index[&p.Results[i].Objects[j]] = j
		}
	}
	doubtful := map[string][]meant{}
	targets := map[string]bool{}
	for _, finding := range p.Report.Findings {
		if byFinding[finding.ID] == nil {
			continue
		}
		for _, occurrence := range finding.Occurrences {
			at := meant{objectOf{occurrence.Target, index[occurrence.Pod.Object]}, finding.Control.ID, occurrence.Path().String()}
			if !covered[at] {
				doubtful[finding.ID] = append(doubtful[finding.ID], at)
				targets[occurrence.Target] = true
			}
		}
	}
	if len(doubtful) == 0 {
		return nil, nil
	}
	changed, err := p.editor.apply(proven)
	if err != nil {
		return nil, err
	}
	affected := slices.DeleteFunc(p.affected(changed), func(target render.Target) bool { return !targets[target.ID] })
	after, err := p.judgeEdited(ctx, changed, affected)
	if err != nil {
		return nil, err
	}
	remaining := map[string]*Remaining{}
	for id, places := range doubtful {
		for _, at := range places {
			if is := after[at.target]; is != nil {
				if _, denied := is.denials[fieldOf{at.index, at.control, at.path}]; !denied {
					continue
				}
			}
			if remaining[id] == nil {
				remaining[id] = &Remaining{Why: byFinding[id].stays[id]}
			}
			remaining[id].Targets = union(remaining[id].Targets, []string{at.target})
		}
	}
	return remaining, nil
}
