package render

import (
	"path"
	"strings"

	"github.com/podmend/podmend/internal/overlay"
)

// Untracked lists the files that git neither tracks nor ignores, sorted by folder: those that
// somebody is about to add. It is empty where there is no repository.
func Untracked(files *overlay.FS) (found []string) {
	rules := newIgnoreRules(files)
	if rules.trees[0].gitDir == "" {
		return nil
	}
	var walk func(dir string, depth int)
	walk = func(dir string, depth int) {
		entries, err := files.ReadDir(dir)
		if err != nil {
			return // discovery says so
		}
		rules.enter(dir, entries)
		for _, entry := range entries {
			name := path.Join(dir, entry.Name())
			isDir := entry.IsDir()
			switch {
			case strings.EqualFold(entry.Name(), ".git") || rules.ignoredBy(name, isDir) != "":
			case isDir && depth < maxFolderDepth:
				walk(name, depth+1)
			case entry.Type().IsRegular() && !rules.treeOf(dir).isTracked(name, false):
				found = append(found, name)
			}
		}
	}
	walk(".", 0)
	return found
}
