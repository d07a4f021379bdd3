package fix

import (
	"errors"
	"slices"
	"strings"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// dropEmptiedPatches takes away patches of which the edits leave nothing that patches, with the
// entries that name them. Proposals that together leave nothing of a patch are joined.
func (p *proposer) dropEmptiedPatches(proposals []*Proposal) []*Proposal {
	for _, proposal := range proposals {
		p.dropEmptiedOperations(proposal)
	}
	type text struct{ file, inside string }
	by := map[text][]*Proposal{}
	var order []text
	for _, proposal := range proposals {
		for _, change := range proposal.changes {
			at := text{change.file, change.inside.String()}
			if change.patch && !slices.Contains(by[at], proposal) {
				if by[at] == nil {
					order = append(order, at)
				}
				by[at] = append(by[at], proposal)
			}
		}
	}
	for _, at := range order {
		var changes []sourceChange
		for _, proposal := range by[at] {
			for _, change := range proposal.changes {
				if change.file == at.file && change.inside.String() == at.inside {
					changes = append(changes, change)
				}
			}
		}
		if !p.empties(changes) {
			continue
		}
		first := by[at][0]
		for _, other := range by[at][1:] {
			first.absorb(other)
			for _, others := range by {
				for i := range others {
					if others[i] == other {
						others[i] = first
					}
				}
			}
			proposals = slices.DeleteFunc(proposals, func(p *Proposal) bool { return p == other })
		}
		p.drop(first, changes[0])
	}
	return proposals
}

// drop takes a patch away, with what names it. Where a kustomization would hold nothing then, which
// kustomize refuses, the rest of the patch stays.
func (p *proposer) drop(proposal *Proposal, in sourceChange) {
	file, err := p.editor.parse(in.file)
	if err != nil {
		return
	}
	entries := []render.Place{{File: in.file, Doc: file.FirstDoc()}}
	prune := 1
	if len(in.inside) > 0 {
		if entries[0], prune, err = entryOf(in, entries[0]); err != nil {
			return
		}
	} else {
		entries = render.PatchEntries(p.editor.files, p.kustomizations, in.file)
	}
	var changes []sourceChange
	for _, entry := range entries {
		change := yamledit.Change{Op: yamledit.Delete, Path: entry.Path, Prune: prune}
		changes = append(changes, sourceChange{file: entry.File, doc: entry.Doc, change: change})
		if !p.leavesSomething(entry, change) {
			return
		}
	}
	proposal.changes = slices.DeleteFunc(proposal.changes, func(c sourceChange) bool {
		return c.file == in.file && c.inside.String() == in.inside.String()
	})
	proposal.changes = append(proposal.changes, changes...)
	if len(in.inside) == 0 {
		proposal.texts = append(proposal.texts, FileEdit{in.file, yamledit.Edit{End: len(file.Src)}})
	}
	proposal.dedupe()
}

// entryOf is the item of a list that holds the text of a patch, in a kustomization or an object, and how much around it
// goes where it leaves that empty: post-renderers as a whole.
func entryOf(in sourceChange, at render.Place) (entry render.Place, prune int, err error) {
	if slices.Contains(in.inside, yamledit.Within) {
		return at, 0, errTextInText
	}
	path := in.inside
	if path[0].List {
		at.Doc, path = path[0].Index, path[1:]
	}
	for len(path) > 0 && !path[len(path)-1].List {
		path = path[:len(path)-1]
	}
	at.Path, prune = path, 1
	if len(path) > 1 && path[1].Key == "postRenderers" {
		prune = len(path) - 1
	}
	return at, prune, nil
}

var errTextInText = errors.New("the patch stands in the text of another field")

// leavesSomething says whether a kustomization builds something after a change.
func (p *proposer) leavesSomething(entry render.Place, change yamledit.Change) bool {
	file, err := p.editor.parse(entry.File)
	if err != nil {
		return false
	}
	tree, err := file.Tree(entry.Doc)
	if err != nil {
		return false
	}
	left, err := yamledit.ApplyTree(tree, []yamledit.Change{change})
	fields, _ := left.(map[string]any)
	for key := range fields {
		if key != "apiVersion" && key != "kind" && key != "metadata" {
			return err == nil
		}
	}
	return false
}

// empties says whether changes leave nothing of a patch that patches.
func (p *proposer) empties(changes []sourceChange) bool {
	text, err := p.editor.text(changes[0].file, changes[0].inside)
	if err != nil {
		return false
	}
	byDoc := map[int][]yamledit.Change{}
	for _, change := range changes {
		if change.change.Op != yamledit.Delete {
			return false
		}
		byDoc[change.doc] = append(byDoc[change.doc], change.change)
	}
	for doc := 0; ; doc++ {
		tree, err := text.Tree(doc)
		if err != nil {
			return doc > 0 // there are no more
		}
		left, err := yamledit.ApplyTree(tree, yamledit.WithoutMoot(distinctChanges(byDoc[doc])))
		if err != nil || patches(left) {
			return false
		}
	}
}

func distinctChanges(changes []yamledit.Change) []yamledit.Change {
	return appendNew(nil, changes)
}

// patches says whether anything in a patch is more than the names by which it finds its place.
func patches(tree any) bool {
	switch tree := tree.(type) {
	case nil:
		return false
	case []any: // of operations
		return len(tree) > 0
	case map[string]any:
		apiVersion, _ := tree["apiVersion"].(string)
		for key, value := range tree {
			switch key {
			case "apiVersion", "kind":
			case "metadata":
				metadata, _ := value.(map[string]any)
				for field := range metadata {
					if field != "name" && field != "namespace" {
						return true
					}
				}
			default:
				if strings.HasPrefix(key, "$") || writes(value, mergesLists(apiVersion)) {
					return true
				}
			}
		}
		return false
	}
	return true
}

// writes says whether a part of a patch holds more than names by which it finds the items of lists. An empty
// mapping is meant: what deletions leave empty goes with them.
func writes(tree any, mergesLists bool) bool {
	switch tree := tree.(type) {
	case map[string]any:
		for _, value := range tree {
			if writes(value, mergesLists) {
				return true
			}
		}
		return len(tree) == 0
	case []any:
		for _, item := range tree {
			fields, ok := item.(map[string]any)
			if !ok || !mergesLists {
				return true
			}
			for key, value := range fields {
				if key != "name" && writes(value, mergesLists) {
					return true
				}
			}
		}
		return len(tree) == 0 // an empty list takes items away
	}
	return true
}

// dropEmptiedOperations takes operations of JSON 6902 patches away of whose value nothing is left.
func (p *proposer) dropEmptiedOperations(proposal *Proposal) {
	for i := 0; i < len(proposal.changes); i++ {
		at := proposal.changes[i]
		if !at.patch || at.change.Op != yamledit.Delete || len(at.change.Path) < 3 || !at.change.Path[0].List {
			continue
		}
		value := at.change.Path[:2]
		inValue := func(c sourceChange) bool {
			return c.file == at.file && c.inside.String() == at.inside.String() && c.doc == at.doc && c.change.Path.HasPrefix(value)
		}
		if !p.leaves(at, value, inValue, proposal) {
			proposal.changes = slices.DeleteFunc(proposal.changes, inValue)
			at.change = yamledit.Change{Op: yamledit.Delete, Path: value[:1]}
			proposal.changes = append(proposal.changes, at)
			proposal.dedupe()
			i = -1
		}
	}
}

// leaves says whether changes leave something of a value.
func (p *proposer) leaves(at sourceChange, value yamledit.Path, inValue func(sourceChange) bool, proposal *Proposal) bool {
	text, err := p.editor.text(at.file, at.inside)
	if err != nil {
		return true
	}
	tree, err := text.Tree(at.doc)
	if err != nil {
		return true
	}
	var changes []yamledit.Change
	for _, change := range proposal.changes {
		if inValue(change) {
			changes = append(changes, change.change)
		}
	}
	left, err := yamledit.ApplyTree(tree, yamledit.WithoutMoot(distinctChanges(changes)))
	if err != nil {
		return true
	}
	switch left := yamledit.ValueAt(left, value).(type) {
	case map[string]any:
		return len(left) > 0
	case []any:
		return len(left) > 0
	}
	return true
}
