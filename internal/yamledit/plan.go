package yamledit

import (
	"fmt"
	"reflect"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// A plan says what becomes of the items of each collection. It hangs on nodes, so that
// changes by an alias and by its anchor meet.
type plan struct {
	root  *Change // sets the whole document
	nodes map[*yaml.Node]*nodePlan

	shared   bool // a path goes through a node that others share
	merged   bool // a path goes through a merge key
	override bool // set beside a merge key, not behind it
}

type nodePlan struct {
	items map[int]Change
	grown any // *object or *list: what is added behind the last item, nil if nothing
}

// An object is a mapping to be written, in its order.
type object struct{ pairs []pair }

type pair struct {
	key   string
	value any // scalar, *object or *list
}

type list struct{ items []any }

func (p *plan) at(n *yaml.Node) *nodePlan {
	if p.nodes[n] == nil {
		p.nodes[n] = &nodePlan{items: map[int]Change{}}
	}
	return p.nodes[n]
}

func newPlan(root *yaml.Node, changes []Change, override bool) (*plan, error) {
	p := &plan{nodes: map[*yaml.Node]*nodePlan{}, override: override}
	for _, c := range changes {
		if err := p.add(root, c); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// add walks the path of a change as far as there are nodes.
func (p *plan) add(root *yaml.Node, c Change) error {
	if len(c.Path) == 0 {
		p.root = &c
		p.shared = p.shared || root.Anchor != ""
		return nil
	}
	n := root
	for i, s := range c.Path {
		p.shared = p.shared || n.Kind == yaml.AliasNode || n.Anchor != ""
		n = resolve(n)
		rest := c.Path[i+1:]
		next, ok := child(n, s)
		if ok && next.merged {
			p.shared, p.merged = true, true
			if p.override && c.Op == Set && len(rest) == 0 {
				ok = false
			}
		}
		switch {
		case !ok && c.Op != Set:
			return notFound(c.Path, "is not in the text")
		case !ok:
			return p.grow(n, c, c.Path[i:])
		case len(rest) == 0:
			p.shared = p.shared || next.value.Anchor != ""
			return p.mark(next, c, s)
		}
		n = next.value
	}
	return nil
}

// mark sets what becomes of an item. Of doubled keys the last is set, but all go.
func (p *plan) mark(at hit, c Change, s Step) error {
	np := p.at(at.in)
	c.Path, c.Prune = nil, 0
	if old, twice := np.items[at.index]; twice && !reflect.DeepEqual(old, c) {
		return &EditError{Reason: SharedAnchor, Message: fmt.Sprintf("%s is shared, and the changes want it in two ways", s)}
	}
	np.items[at.index] = c
	if c.Op == Set || s.List {
		return nil
	}
	for i := 0; i+1 < len(at.in.Content); i += 2 {
		key := at.in.Content[i]
		if text, ok := keyText(key); ok && text == s.Key && !isMergeKey(key) && i/2 != at.index {
			np.items[i/2] = Change{Op: Delete}
		}
	}
	return nil
}

// String names a step for a message.
func (s Step) String() string { return Path{s}.String() }

// grow adds what is missing below a collection, or below an empty value.
func (p *plan) grow(n *yaml.Node, c Change, rest Path) error {
	np := p.at(n)
	grown, err := graft(np.grown, len(n.Content), rest, c.Value)
	if err != nil {
		return err
	}
	np.grown = grown
	return nil
}

// graft puts a value at a path into what is to be written. A list's indexes start behind
// the items that are there.
func graft(into any, offset int, p Path, value any) (any, error) {
	if len(p) == 0 {
		return ordered(value), nil
	}
	s := p[0]
	if s.List {
		l, ok := into.(*list)
		if into == nil {
			l, ok = &list{}, true
		}
		index := s.Index - offset
		if !ok || index < 0 || index > len(l.items) {
			return nil, notFound(p, "cannot be added")
		}
		if index == len(l.items) {
			l.items = append(l.items, nil)
		}
		item, err := graft(l.items[index], 0, p[1:], value)
		l.items[index] = item
		return l, err
	}
	o, ok := into.(*object)
	if into == nil {
		o, ok = &object{}, true
	}
	if !ok {
		return nil, notFound(p, "cannot be added")
	}
	for i := range o.pairs {
		if o.pairs[i].key == s.Key {
			v, err := graft(o.pairs[i].value, 0, p[1:], value)
			o.pairs[i].value = v
			return o, err
		}
	}
	v, err := graft(nil, 0, p[1:], value)
	o.pairs = append(o.pairs, pair{s.Key, v})
	return o, err
}
