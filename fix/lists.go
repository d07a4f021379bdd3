package fix

import (
	"slices"
)

// sameList says whether two changes set one whole list.
func (c *sourceChange) sameList(other *sourceChange) bool {
	return c.list != nil && other.list != nil && c.file == other.file && c.doc == other.doc &&
		c.inside.String() == other.inside.String() && c.change.Path.String() == other.change.Path.String()
}

// withJoinedLists makes one change of those that set the same whole list. What contradicts each other stays apart,
// and is refused.
func withJoinedLists(changes []sourceChange) []sourceChange {
	var joined []sourceChange
	for _, change := range changes {
		i := slices.IndexFunc(joined, func(other sourceChange) bool { return other.sameList(&change) })
		if i >= 0 {
			both, list, err := joined[i].list.With(change.list.Items)
			if err == nil {
				joined[i].list, joined[i].change.Value = &both, list
				continue
			}
		}
		joined = append(joined, change)
	}
	return joined
}

// joinLists joins proposals that set the same whole list: a list of a subchart that is a copy has no items in the
// values of its parent that could be changed one by one.
func joinLists(proposals []*Proposal) []*Proposal {
	var kept []*Proposal
	for _, proposal := range proposals {
		sharesList := func(other *Proposal) bool {
			return slices.ContainsFunc(other.changes, func(c sourceChange) bool {
				return slices.ContainsFunc(proposal.changes, func(d sourceChange) bool { return c.sameList(&d) })
			})
		}
		joined := proposal
		kept = slices.DeleteFunc(kept, func(other *Proposal) bool {
			if !sharesList(other) {
				return false
			}
			other.absorb(joined)
			joined = other
			return true
		})
		joined.dedupe()
		kept = append(kept, joined)
	}
	return kept
}
