package render

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/podmend/podmend/internal/yamledit"
)

// podTemplates returns the pod templates of a shape in an object, or in one that is embedded at root.
func (s *podShape) podTemplates(object *Object, root place) []PodTemplate {
	var found []PodTemplate
	for _, at := range root.places(s.at) {
		if _, ok := at.node.(map[string]any); !ok {
			continue
		}
		if pod, ok := s.build(object, at); ok {
			found = append(found, pod)
		}
	}
	return found
}

// A podBuilder collects the pod template that lies scattered at a place.
type podBuilder struct {
	pod PodTemplate
	// tree has the keys "spec" and "metadata". Mappings that come from the object are copied before
	// anything is added to them.
	tree map[string]any
	// something says that a field of the pod stands there, not only what other pods share.
	something bool
}

func (s *podShape) build(object *Object, at place) (PodTemplate, bool) {
	b := podBuilder{
		pod:  PodTemplate{Object: object, At: at.path, SpecAt: at.path, Partial: s.partial},
		tree: map[string]any{"spec": map[string]any{}, "metadata": map[string]any{}},
	}
	if s.spec != "" {
		path, _ := fixedPath(s.spec)
		b.pod.SpecAt = at.path.Concat(path)
		b.whole("spec", at.places(s.spec))
	}
	if s.meta != "" {
		path, _ := fixedPath(s.meta)
		b.pod.MetaAt = at.path.Concat(path)
		b.whole("metadata", at.places(s.meta))
	}
	for i := range s.parts {
		b.add(&s.parts[i], at)
	}
	metadata, _ := b.tree["metadata"].(map[string]any)
	decodeWhatFits(metadata, &b.pod.Meta)
	if !b.something && len(b.pod.Meta.Annotations) == 0 {
		return PodTemplate{}, false
	}
	spec, _ := b.tree["spec"].(map[string]any)
	decodeWhatFits(spec, &b.pod.Spec)
	return b.pod, true
}

// whole takes a node that holds the fields under their own names.
func (b *podBuilder) whole(key string, found []place) {
	if len(found) == 0 {
		return
	}
	if fields, ok := found[0].node.(map[string]any); ok {
		b.tree[key] = maps.Clone(fields)
		b.something = b.something || key == "spec" && len(fields) > 0
	}
}

func (b *podBuilder) add(part *podPart, at place) {
	if listFields[part.field] {
		for _, from := range at.places(part.from) {
			b.appendItem(part, from)
		}
		return
	}
	for _, from := range at.places(part.from) {
		b.set(part, from)
	}
}

// appendItem adds a container or volume to its list. What is no mapping is nothing that Kubernetes
// could read.
func (b *podBuilder) appendItem(part *podPart, from place) {
	fields, ok := from.node.(map[string]any)
	if !ok {
		return
	}
	item := fields
	if part.only != nil {
		item = map[string]any{}
		for _, key := range part.only {
			if value, ok := fields[key]; ok {
				item[key] = value
			}
		}
		if len(item) == 0 {
			return
		}
		if name, ok := fields["name"]; ok {
			item["name"] = name
		}
	}
	if _, named := item["name"].(string); !named && part.field != asVolume {
		item = maps.Clone(item)
		name := containerName(part, from.path)
		item["name"] = name
		if b.pod.given == nil {
			b.pod.given = map[string]bool{}
		}
		b.pod.given[name] = true
	}
	control, _ := fixedPath(part.field)
	spec := b.tree["spec"].(map[string]any)
	key := control[1].Key
	items, _ := spec[key].([]any)
	b.pod.moves = append(b.pod.moves, move{control.Join(len(items)), from.path})
	spec[key] = append(slices.Clone(items), item)
	b.something = b.something || !part.shared
}

// containerName is what to call a container that has no name: that of its place.
func containerName(part *podPart, at yamledit.Path) string {
	if part.name != "" || len(at) == 0 {
		return part.name
	}
	last := at[len(at)-1]
	if last.List && len(at) > 1 {
		return strings.TrimSuffix(at[len(at)-2].Key, "s") + strconv.Itoa(last.Index)
	}
	return last.Key
}

// set fills a single field. The first place that has it wins.
func (b *podBuilder) set(part *podPart, from place) {
	control, _ := fixedPath(part.field)
	node := b.tree
	for _, step := range control[:len(control)-1] {
		inner, _ := node[step.Key].(map[string]any)
		inner = maps.Clone(inner)
		if inner == nil {
			inner = map[string]any{}
		}
		node[step.Key] = inner
		node = inner
	}
	last := control[len(control)-1].Key
	if _, taken := node[last]; taken {
		return
	}
	node[last] = from.node
	b.pod.moves = append(b.pod.moves, move{control, from.path})
	b.something = b.something || control[0].Key == "spec"
}
