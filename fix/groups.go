package fix

import (
	"slices"
)

// A group is proposals that reach a target in common, directly or through each other.
type group struct {
	proposals []*Proposal
	targets   map[string]bool
}

func (g *group) reaches(refusals map[string]*Refusal) bool {
	for target := range refusals {
		if g.targets[target] {
			return true
		}
	}
	return false
}

func (g *group) without(some []*Proposal) []*Proposal {
	return slices.DeleteFunc(slices.Clone(g.proposals), func(proposal *Proposal) bool { return slices.Contains(some, proposal) })
}

// connected splits proposals into groups that cannot influence each other: no target reads files
// of two groups.
func (p *Prover) connected(proposals []*Proposal) []*group {
	var groups []*group
	for _, proposal := range proposals {
		joined := &group{proposals: []*Proposal{proposal}, targets: map[string]bool{}}
		for _, target := range p.affected(editedFiles([]*Proposal{proposal})) {
			joined.targets[target.ID] = true
		}
		groups = slices.DeleteFunc(groups, func(other *group) bool {
			if !overlap(joined.targets, other.targets) {
				return false
			}
			joined.proposals = append(other.proposals, joined.proposals...)
			for target := range other.targets {
				joined.targets[target] = true
			}
			return true
		})
		groups = append(groups, joined)
	}
	return groups
}

// editedFiles are the files that proposals edit, without their new content.
func editedFiles(proposals []*Proposal) map[string][]byte {
	files := map[string][]byte{}
	for _, proposal := range proposals {
		for _, edit := range proposal.Edits {
			files[edit.File] = []byte{}
		}
	}
	return files
}

func overlap[K comparable](a, b map[K]bool) bool {
	for key := range a {
		if b[key] {
			return true
		}
	}
	return false
}

// apart deals proposals into batches in which no two touch the same object.
func (p *Prover) apart(proposals []*Proposal) [][]*Proposal {
	taken := []map[objectOf]bool{{}}
	batches := [][]*Proposal{nil}
	for _, proposal := range proposals {
		touched := p.touched(proposal)
		free := 0
		for free < len(taken) && overlap(touched, taken[free]) {
			free++
		}
		if free == len(taken) {
			taken = append(taken, map[objectOf]bool{})
			batches = append(batches, nil)
		}
		for object := range touched {
			taken[free][object] = true
		}
		batches[free] = append(batches[free], proposal)
	}
	return batches
}
