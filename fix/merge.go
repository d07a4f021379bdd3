package fix

import (
	"fmt"
	"slices"
	"strings"
)

// merge joins a proposal with those that mend the same findings: one place in source has one
// proposal, however many pod templates show it.
func (p *proposer) merge(proposal *Proposal) {
	var absorbed []*Proposal
	for _, id := range proposal.Findings {
		if other := p.byFinding[id]; other != nil && other != proposal && !slices.Contains(absorbed, other) {
			absorbed = append(absorbed, other)
			proposal.absorb(other)
		}
	}
	for _, id := range proposal.Findings {
		p.byFinding[id] = proposal
	}
}

func (p *Proposal) absorb(other *Proposal) {
	p.Findings = union(p.Findings, other.Findings)
	p.Notes = union(p.Notes, other.Notes)
	p.changes = append(p.changes, other.changes...)
	p.printed = append(p.printed, other.printed...)
	p.texts = distinctTexts(append(p.texts, other.texts...))
	p.variables = p.variables || other.variables
	p.intents = append(p.intents, other.intents...)
	p.another = p.another || other.another
	p.overlays = append(p.overlays, other.overlays...)
}

func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// distinct joins proposals that make the same changes, and those that together would empty a
// list that each alone leaves filled.
func (p *proposer) distinct() []*Proposal {
	byKey := map[string]*Proposal{}
	seen := map[*Proposal]bool{}
	var proposals []*Proposal
	for _, id := range sortedKeys(p.byFinding) {
		proposal := p.byFinding[id]
		if seen[proposal] {
			continue
		}
		seen[proposal] = true
		proposal.dedupe()
		key := proposal.editsKey()
		if same := byKey[key]; same != nil {
			same.absorb(proposal)
			same.dedupe()
			continue
		}
		byKey[key] = proposal
		proposals = append(proposals, proposal)
	}
	proposals = joinLists(proposals)
	proposals = p.editor.joinShared(p.editor.joinEmptied(joinLayers(proposals)))
	proposals = p.joinOverlays(p.dropEmptiedPatches(proposals))
	for _, proposal := range proposals {
		for _, id := range proposal.Findings {
			p.byFinding[id] = proposal
		}
	}
	return proposals
}

// dedupe drops repeated changes and sorts what remains.
func (p *Proposal) dedupe() {
	p.texts = distinctTexts(p.texts)
	slices.SortStableFunc(p.printed, func(a, b printedChange) int { return strings.Compare(a.key(), b.key()) })
	p.printed = slices.CompactFunc(p.printed, func(a, b printedChange) bool { return a.key() == b.key() })
	byKey := map[string]sourceChange{}
	for _, change := range p.changes {
		if key := change.key(); byKey[key].file == "" {
			byKey[key] = change
		}
	}
	p.changes = p.changes[:0:0]
	for _, key := range sortedKeys(byKey) {
		p.changes = append(p.changes, byKey[key])
	}
	p.changes = withJoinedLists(p.changes)
	slices.Sort(p.Findings)
	slices.Sort(p.Notes)
	p.Notes = slices.Compact(p.Notes)
}

func (c sourceChange) key() string {
	return fmt.Sprintf("%s\x00%s\x00%06d\x00%s\x00%d\x00%v\x00%s", c.file, c.inside, c.doc, c.change.Path, c.change.Op, c.change.Value, c.change.Key)
}

func (c printedChange) key() string {
	return fmt.Sprintf("%p\x00%s\x00%d\x00%v\x00%s", c.object, c.change.Path, c.change.Op, c.change.Value, c.change.Key)
}

func changesKey(changes []sourceChange) string {
	keys := make([]string, 0, len(changes))
	for _, change := range changes {
		keys = append(keys, change.key())
	}
	return strings.Join(keys, "\x01")
}

func (p *Proposal) editsKey() string {
	keys := []string{changesKey(p.changes)}
	for _, printed := range p.printed {
		keys = append(keys, printed.key())
	}
	for _, patch := range p.overlays {
		keys = append(keys, fmt.Sprintf("%p %v", patch.object, patch.changes))
	}
	for _, text := range p.texts {
		keys = append(keys, fmt.Sprintf("%s\x00%d\x00%d\x00%s", text.File, text.Start, text.End, text.NewText))
	}
	return strings.Join(keys, "\x02")
}
