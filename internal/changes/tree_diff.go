package changes

import (
	"maps"
	"path"
	"slices"

	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// diffTrees lists the files by which two trees differ, without renames. It enters only folders that
// differ; go-git's own comparison reads those beside them too.
func diffTrees(before, after *object.Tree) (object.Changes, error) {
	var found object.Changes
	err := diffFolders(&found, "", before, after)
	return found, err
}

func diffFolders(found *object.Changes, dir string, before, after *object.Tree) error {
	entries := map[string][2]*object.TreeEntry{}
	for side, tree := range []*object.Tree{before, after} {
		if tree == nil {
			continue
		}
		for i := range tree.Entries {
			both := entries[tree.Entries[i].Name]
			both[side] = &tree.Entries[i]
			entries[tree.Entries[i].Name] = both
		}
	}
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		both := entries[name]
		was, is := both[0], both[1]
		if was != nil && is != nil && was.Hash == is.Hash && was.Mode == is.Mode {
			continue
		}
		change := &object.Change{}
		var folders [2]*object.Tree
		for side, entry := range both {
			if entry == nil {
				continue
			}
			tree := before
			end := &change.From
			if side == 1 {
				tree, end = after, &change.To
			}
			if entry.Mode == filemode.Dir {
				var err error
				if folders[side], err = tree.Tree(name); err != nil {
					return err
				}
				continue
			}
			*end = object.ChangeEntry{Name: path.Join(dir, name), Tree: tree, TreeEntry: *entry}
		}
		if change.From.Name != "" || change.To.Name != "" {
			*found = append(*found, change)
		}
		if folders[0] != nil || folders[1] != nil {
			if err := diffFolders(found, path.Join(dir, name), folders[0], folders[1]); err != nil {
				return err
			}
		}
	}
	return nil
}
