package yamledit

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// ApplyTree makes the changes on a copy of plain data: the tree that the edited text
// must read as. Paths name nodes of the tree that is given. Errors are *EditError.
func ApplyTree(tree any, changes []Change) (any, error) {
	result, _, err := intend(tree, changes)
	return result, err
}

// intend gives the intended tree and the changes that lead there by themselves: without
// those that change nothing, and with pruned ancestors as deletions of their own.
func intend(tree any, changes []Change) (any, []Change, error) {
	top, err := newIntent(changes)
	if err != nil {
		return nil, nil, err
	}
	// Values of the tree are plain already unless a caller made it.
	tree, err = plainValue(tree)
	if err != nil {
		return nil, nil, &EditError{Reason: UnsupportedValue, Message: err.Error()}
	}
	if top.change != nil && top.change.Op != Set {
		return nil, nil, notFound(nil, "cannot be deleted or renamed")
	}
	out, err := top.apply(tree, true, nil)
	if err != nil {
		return nil, nil, err
	}
	return out.value, out.changes, nil
}

// An intent holds the changes of one call as a tree of their paths.
type intent struct {
	step   Step
	change *Change
	kids   []*intent
}

func newIntent(changes []Change) (*intent, error) {
	top := &intent{}
	for i := range changes {
		c := changes[i]
		value, err := plainValue(c.Value)
		if err != nil {
			return nil, &EditError{Reason: UnsupportedValue, Message: fmt.Sprintf("%s: %v", c.Path, err)}
		}
		c.Value = value
		if c.Op == Delete {
			c.Value, c.Key = nil, ""
		}
		at := top
		for _, s := range c.Path {
			at = at.kid(s)
		}
		switch {
		case at.change == nil:
			at.change = &c
		case at.change.Op != c.Op || at.change.Key != c.Key || !reflect.DeepEqual(at.change.Value, c.Value):
			return nil, conflict(c.Path)
		default:
			at.change.Prune = max(at.change.Prune, c.Prune)
		}
	}
	return top, nil
}

func conflict(p Path) error {
	return &EditError{Reason: Conflict, Message: fmt.Sprintf("two changes of %s contradict each other", p)}
}

func (t *intent) kid(s Step) *intent {
	for _, k := range t.kids {
		if k.step == s {
			return k
		}
	}
	k := &intent{step: s}
	t.kids = append(t.kids, k)
	return k
}

// onlyDeletes says that nothing below stays or comes.
func (t *intent) onlyDeletes() bool {
	for _, k := range t.kids {
		if k.change != nil && k.change.Op != Delete || !k.onlyDeletes() {
			return false
		}
	}
	return true
}

// An outcome is what an intent makes of one node.
type outcome struct {
	value   any
	changes []Change
	gone    bool
	prune   int // how many ancestors go with it
}

func (t *intent) apply(value any, exists bool, at Path) (outcome, error) {
	if c := t.change; c != nil {
		if !t.onlyDeletes() || len(t.kids) > 0 && c.Op == Set {
			return outcome{}, conflict(at)
		}
		switch {
		case c.Op == Set && exists && reflect.DeepEqual(value, c.Value):
			return outcome{value: value}, nil
		case c.Op == Set:
			return outcome{value: c.Value, changes: []Change{*c}}, nil
		case !exists:
			return outcome{}, notFound(at, "is not there")
		case c.Op == Delete:
			return outcome{gone: true, prune: c.Prune, changes: []Change{*c}}, nil
		default:
			return outcome{value: value, changes: []Change{*c}}, nil
		}
	}
	if len(t.kids) == 0 {
		return outcome{value: value}, nil
	}
	switch v := value.(type) {
	case map[string]any:
		return t.applyMap(v, at)
	case []any:
		return t.applyList(v, at)
	case nil:
		if t.kids[0].step.List {
			return t.applyList(nil, at)
		}
		return t.applyMap(map[string]any{}, at)
	}
	return outcome{}, notFound(at, "has no children")
}

func notFound(p Path, what string) error {
	name := p.String()
	if name == "" {
		name = "the document"
	}
	return &EditError{Reason: NotFound, Message: name + " " + what}
}

func (t *intent) applyMap(v map[string]any, at Path) (outcome, error) {
	out := outcome{}
	result := maps.Clone(v)
	renamed := map[string]any{}
	for _, k := range t.kids {
		here := at.Concat(Path{k.step})
		if k.step.List {
			return outcome{}, notFound(at, "is not a list")
		}
		old, exists := v[k.step.Key]
		got, err := k.apply(old, exists, here)
		if err != nil {
			return outcome{}, err
		}
		out.changes = append(out.changes, got.changes...)
		switch {
		case got.gone:
			delete(result, k.step.Key)
			out.prune = max(out.prune, got.prune)
		case k.change != nil && k.change.Op == Rename:
			delete(result, k.step.Key)
			if _, twice := renamed[k.change.Key]; twice {
				return outcome{}, conflict(here)
			}
			renamed[k.change.Key] = k.change.Value
		default:
			result[k.step.Key] = got.value
		}
	}
	for key, value := range renamed {
		if _, taken := result[key]; taken {
			return outcome{}, &EditError{Reason: Conflict, Message: fmt.Sprintf("%s has a key %s already", at, key)}
		}
		result[key] = value
	}
	out.value = result
	return out.pruned(len(v), len(result), at), nil
}

func (t *intent) applyList(v []any, at Path) (outcome, error) {
	out := outcome{}
	result := make([]any, 0, len(v)+1)
	kids := slices.Clone(t.kids)
	slices.SortStableFunc(kids, func(a, b *intent) int { return a.step.Index - b.step.Index })
	next := 0
	for i := 0; i < len(v) || next < len(kids); i++ {
		if next < len(kids) && (!kids[next].step.List || kids[next].step.Index < i) {
			return outcome{}, notFound(at, "is a list")
		}
		if next == len(kids) || kids[next].step.Index > i {
			if i >= len(v) {
				return outcome{}, notFound(at.Concat(Path{kids[next].step}), "is beyond the end of the list")
			}
			result = append(result, v[i])
			continue
		}
		k := kids[next]
		next++
		here := at.Concat(Path{k.step})
		if k.change != nil && k.change.Op == Rename {
			return outcome{}, notFound(here, "has no key")
		}
		var old any
		if i < len(v) {
			old = v[i]
		}
		got, err := k.apply(old, i < len(v), here)
		if err != nil {
			return outcome{}, err
		}
		out.changes = append(out.changes, got.changes...)
		if got.gone {
			out.prune = max(out.prune, got.prune)
		} else {
			result = append(result, got.value)
		}
	}
	out.value = result
	return out.pruned(len(v), len(result), at), nil
}

// pruned takes an emptied collection away if a deletion in it asks for that. The root
// stays, empty.
func (o outcome) pruned(before, after int, at Path) outcome {
	if before == 0 || after > 0 || o.prune == 0 || len(at) == 0 {
		o.prune = 0
		return o
	}
	o.gone = true
	o.prune--
	o.changes = []Change{{Op: Delete, Path: slices.Clone(at)}}
	return o
}
