package fixpr

import (
	"maps"
	"slices"
	"strings"
)

// How fixes are shared out to pull requests.
const (
	ByNothing = ""
	ByOwner   = "owner"
	ByFolder  = "folder"
)

// The groups of files that nobody owns, and of those in no folder.
const (
	Unowned = "no owner"
	Root    = "the root folder"
)

// GroupOf returns the group of a file.
func GroupOf(by string, owners *Owners, file string) string {
	switch by {
	case ByOwner:
		if names := owners.Of(file); len(names) > 0 {
			return strings.Join(names, " ")
		}
		return Unowned
	case ByFolder:
		parts := strings.Split(file, "/")
		if len(parts) == 1 {
			return Root
		}
		return strings.Join(parts[:min(len(parts)-1, folders)], "/")
	}
	return ""
}

// folders is how much of a path makes a group: apps/shop, charts/web, clusters/prod.
const folders = 2

// Groups shares proposals out by the groups of the files that each edits. What reaches into two groups
// joins them, so that each file is in one pull request. The result is by the names of groups.
func Groups(files map[string][]string, group func(file string) string) map[string][]string {
	parent := map[string]string{}
	var root func(name string) string
	root = func(name string) string {
		if parent[name] == "" || parent[name] == name {
			return name
		}
		return root(parent[name])
	}
	first := map[string]string{}
	for _, proposal := range slices.Sorted(maps.Keys(files)) {
		for i, file := range files[proposal] {
			name := group(file)
			if _, known := parent[name]; !known {
				parent[name] = name
			}
			if i == 0 {
				first[proposal] = name
			}
			parent[root(name)] = root(first[proposal])
		}
	}
	members := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(parent)) {
		members[root(name)] = append(members[root(name)], name)
	}
	grouped := map[string][]string{}
	for _, proposal := range slices.Sorted(maps.Keys(files)) {
		name := strings.Join(members[root(first[proposal])], ", ")
		grouped[name] = append(grouped[name], proposal)
	}
	return grouped
}
