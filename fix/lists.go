package fix

import (
	"fmt"
	"slices"
)

// wholeList names the list that a change sets as a whole, "" if it sets none.
func (c *sourceChange) wholeList() string {
	if c.list == nil {
		return ""
	}
	return fmt.Sprintf("%s\x00%s\x00%d\x00%s", c.file, c.inside, c.doc, c.change.Path)
}

// withJoinedLists makes one change of those that set the same whole list. What contradicts each other stays apart,
// and is refused.
func withJoinedLists(changes []sourceChange) []sourceChange {
	var joined []sourceChange
	for _, change := range changes {
		name := change.wholeList()
		i := slices.IndexFunc(joined, func(other sourceChange) bool { return name != "" && other.wholeList() == name })
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
	lists := func(proposal *Proposal) (names []string) {
		for i := range proposal.changes {
			if name := proposal.changes[i].wholeList(); name != "" {
				names = append(names, name)
			}
		}
		return names
	}
	return joinSharing(proposals, lists, func(*Proposal, *Proposal) bool { return true })
}
