package render

import (
	"cmp"
	"slices"
	"strings"
)

// lineage are a target and those that it comes out of, the nearest first.
func lineage(target *Target) []*Target {
	line := []*Target{target}
	for target.GitOps != nil {
		target = target.GitOps.Parent
		line = append(line, target)
	}
	return line
}

// lineageIDs are the ids of these.
func lineageIDs(target *Target) (ids []string) {
	for _, of := range lineage(target) {
		ids = append(ids, of.ID)
	}
	return ids
}

// nearest is what was rendered: what a target comes out of, then what else belongs to its environment, then
// all, each from what lies next to it. Some come twice.
func (g *gitOpsSearch) nearest(target *Target) (results []*Result) {
	environment := g.environments[target.ID]
	order := g.around(target)
	near := slices.DeleteFunc(slices.Clone(order), func(id string) bool { return environment == "" || g.environments[id] != environment })
	for _, id := range slices.Concat(lineageIDs(target), near, order) {
		if result := g.rendered[id]; result != nil {
			results = append(results, result)
		}
	}
	return results
}

// around are the ids of what was rendered, those first that share most folders with a target or with one that
// it comes out of.
func (g *gitOpsSearch) around(target *Target) []string {
	var paths []string
	for _, of := range lineage(target) {
		paths = append(paths, of.Path)
	}
	key := strings.Join(paths, "\x00")
	if known := g.ordered[key]; len(known) == len(g.order) {
		return known
	}
	shared := make(map[string]int, len(g.order))
	for _, id := range g.order {
		for _, name := range paths {
			shared[id] = max(shared[id], sharedFolders(name, g.rendered[id].Target.Path))
		}
	}
	order := slices.Clone(g.order)
	slices.SortStableFunc(order, func(a, b string) int { return cmp.Compare(shared[b], shared[a]) })
	g.ordered[key] = order
	return order
}

// sharedFolders is how many folders two paths have in common.
func sharedFolders(a, b string) (shared int) {
	for {
		first, restA, deeperA := strings.Cut(a, "/")
		second, restB, deeperB := strings.Cut(b, "/")
		if first != second {
			return shared
		}
		shared++
		if !deeperA || !deeperB {
			return shared
		}
		a, b = restA, restB
	}
}

// lookup finds an object that a target refers to: in what renders it, then in what renders that, then in
// its environment, then anywhere.
func (g *gitOpsSearch) lookup(parent *Target, wanted ObjectName) *Object {
	for _, result := range g.nearest(parent) {
		if object := find([]gitOpsInput{{objects: result.Objects}}, wanted); object != nil {
			return object
		}
	}
	return nil
}

// input finds what renders a ConfigMap or Secret that an object reads, likewise. That of another environment is
// another one, though it has the same name.
func (g *gitOpsSearch) input(parent *Target, wanted ObjectName) *Target {
	here := g.environments[parent.ID]
	for _, result := range g.nearest(parent) {
		there := g.environments[result.Target.ID]
		if here != "" && there != "" && here != there {
			continue
		}
		if find([]gitOpsInput{{objects: result.Objects}}, wanted) != nil {
			return &result.Target
		}
	}
	return nil
}
