package fix

import (
	"maps"
	"slices"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

// joinEmptied joins proposals that together empty a list or mapping: what becomes of it then is
// decided once, for all of them.
func (e *editor) joinEmptied(proposals []*Proposal) []*Proposal {
	type parent struct {
		file, inside string
		doc          int
		path         string
	}
	type deletions struct {
		first    sourceChange
		path     yamledit.Path
		children map[yamledit.Step]bool
		by       []*Proposal
	}
	emptied := map[parent]*deletions{}
	var order []parent
	for _, proposal := range proposals {
		for _, change := range proposal.changes {
			path := change.change.Path
			if change.change.Op != yamledit.Delete || len(path) == 0 {
				continue
			}
			above := path[:len(path)-1]
			at := parent{change.file, change.inside.String(), change.doc, above.String()}
			if emptied[at] == nil {
				emptied[at] = &deletions{first: change, path: above, children: map[yamledit.Step]bool{}}
				order = append(order, at)
			}
			emptied[at].children[path[len(path)-1]] = true
			if !slices.Contains(emptied[at].by, proposal) {
				emptied[at].by = append(emptied[at].by, proposal)
			}
		}
	}
	joined := map[*Proposal]*Proposal{}
	resolve := func(p *Proposal) *Proposal {
		for joined[p] != nil {
			p = joined[p]
		}
		return p
	}
	for _, at := range order {
		deleted := emptied[at]
		if len(deleted.by) < 2 || len(deleted.children) < e.size(&deleted.first, deleted.path) {
			continue
		}
		first := resolve(deleted.by[0])
		for _, other := range deleted.by[1:] {
			if other = resolve(other); other != first {
				first.absorb(other)
				first.dedupe()
				joined[other] = first
			}
		}
	}
	return slices.DeleteFunc(proposals, func(p *Proposal) bool { return joined[p] != nil })
}

// size is the number of entries of the list or mapping at path in a change's document, more than any deletion has
// where it cannot be read.
func (e *editor) size(in *sourceChange, path yamledit.Path) int {
	const unknown = int(^uint(0) >> 1)
	text, err := e.text(in.file, in.inside)
	if err != nil {
		return unknown
	}
	found, ok := text.Find(in.doc, path)
	if !ok {
		return unknown
	}
	switch found.Node.Kind {
	case yaml.SequenceNode:
		return len(found.Node.Content)
	case yaml.MappingNode:
		return len(found.Node.Content) / 2
	}
	return unknown
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
