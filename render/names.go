package render

import (
	"io/fs"
	"path"
	"slices"

	"github.com/podmend/podmend/internal/overlay"
)

// Names lists files that a target names or holds, whether it can be rendered or not: what one that
// fails early would go on to read. Names are resolved and sorted.
func Names(files *overlay.FS, target Target) []string {
	var names []string
	switch target.Kind {
	case Kustomize:
		names = newKustomizationScan(files).listed(target.Path).Files
	case Helm:
		names = append(below(files, target.Path, 0), target.Values...)
	case Plain:
		names = []string{target.Path}
	}
	for i, name := range names {
		if resolved, err := files.Resolve(name); err == nil {
			names[i] = resolved
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// below lists the files at and below a folder, as far as it can be listed.
func below(files *overlay.FS, dir string, depth int) []string {
	entries, err := files.ReadDir(dir)
	if err != nil || depth > maxFolderDepth {
		return nil
	}
	var names []string
	for _, entry := range entries {
		name := path.Join(dir, entry.Name())
		switch {
		case entry.IsDir():
			names = append(names, below(files, name, depth+1)...)
		case entry.Type()&(fs.ModeIrregular|fs.ModeNamedPipe|fs.ModeSocket|fs.ModeDevice) == 0:
			names = append(names, name)
		}
	}
	return names
}
