package render

import (
	"maps"
	"slices"
	"strings"

	"github.com/podmend/podmend/internal/yamledit"
)

// A podShape says how a pod template lies in a custom resource.
//
// Places are written as people write paths: a.b[].c goes through each item of the list b, and
// a.*.c through each value of the mapping a. "." is the place itself.
type podShape struct {
	at      string // the node that plays the role of the pod template; there may be many
	spec    string // from it: the node that holds fields of a pod spec under their own names, "" for none
	meta    string // from it: the pod's metadata, "" for none
	parts   []podPart
	partial bool
}

// template is the shape of a pod template with metadata and spec, as built-in kinds have it.
func template(at string) podShape { return podShape{at: at, spec: "spec", meta: "metadata"} }

// completed is the shape of a template that an operator merges with its own.
func completed(at string) podShape {
	shape := template(at)
	shape.partial = true
	return shape
}

// A podPart is a field of a pod template that stands under another name.
type podPart struct {
	// field is its path in the pod template. For a list, each place is one more item of it.
	field string
	from  string // from the node of the shape
	// name is for a container that has none where it stands.
	name string
	// only holds the fields that count where the place holds others of the same name.
	only []string
	// shared is for containers that belong to other pod templates of the object: they are here so
	// that a volume goes together with its mounts, and are no reason for a pod template.
	shared bool
}

const (
	asContainer     = "spec.containers"
	asInitContainer = "spec.initContainers"
	asVolume        = "spec.volumes"
)

// listFields are the fields of a pod spec of which each part is an item.
var listFields = map[string]bool{asContainer: true, asInitContainer: true, asVolume: true}

// mounts are the fields of a container that name volumes.
var mounts = []string{"volumeMounts", "volumeDevices"}

// parts makes a part of each place, all of one field.
func parts(field string, places ...string) []podPart {
	made := make([]podPart, 0, len(places))
	for _, place := range places {
		made = append(made, podPart{field: field, from: place})
	}
	return made
}

// mounting makes parts of containers that only mount the volumes of this pod template.
func mounting(places ...string) []podPart {
	made := parts(asContainer, places...)
	for i := range made {
		made[i].only, made[i].shared = mounts, true
	}
	return made
}

// podFields makes parts of fields of the pod that keep their name under another node.
func podFields(under string, names ...string) []podPart {
	made := make([]podPart, 0, len(names))
	for _, name := range names {
		from := name
		if under != "." {
			from = under + "." + name
		}
		made = append(made, podPart{field: "spec." + name, from: from})
	}
	return made
}

// A place is a node of a tree and the path to it from the tree's root.
type place struct {
	path yamledit.Path
	node any
}

// places returns what a pattern leads to, in the order of lists and of sorted keys.
func (p place) places(pattern string) []place {
	found := []place{p}
	if pattern == "." || pattern == "" {
		return found
	}
	for step := range strings.SplitSeq(pattern, ".") {
		key, lists := step, 0
		for strings.HasSuffix(key, "[]") {
			key, lists = strings.TrimSuffix(key, "[]"), lists+1
		}
		var next []place
		for _, at := range found {
			next = append(next, at.values(key)...)
		}
		for range lists {
			next = itemsOf(next)
		}
		found = next
	}
	return found
}

func (p place) values(key string) []place {
	fields, _ := p.node.(map[string]any)
	if key != "*" {
		if value, ok := fields[key]; ok {
			return []place{{p.path.Join(key), value}}
		}
		return nil
	}
	var found []place
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		found = append(found, place{p.path.Join(key), fields[key]})
	}
	return found
}

func itemsOf(lists []place) []place {
	var found []place
	for _, list := range lists {
		items, _ := list.node.([]any)
		for i, item := range items {
			found = append(found, place{list.path.Join(i), item})
		}
	}
	return found
}

// fixedPath is the path of a pattern without lists and wild cards.
func fixedPath(pattern string) (path yamledit.Path, ok bool) {
	if pattern == "." {
		return nil, true
	}
	for step := range strings.SplitSeq(pattern, ".") {
		if step == "*" || strings.HasSuffix(step, "[]") {
			return nil, false
		}
		path = path.Join(step)
	}
	return path, true
}
