package cli

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/render"
)

// A repository is the file system that a command works on, and the part that PATH names.
type repository struct {
	files *overlay.FS
	// within is PATH relative to the root, "." for all of it.
	within string
	// isWorkTree says that the root holds .git.
	isWorkTree bool
}

// openRepository opens the git work tree that holds name, else name itself.
func openRepository(dir, name string) (*repository, error) {
	given := name
	if !filepath.IsAbs(name) {
		name = filepath.Join(dir, name)
	}
	resolved, err := filepath.EvalSymlinks(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usagef("the path %s does not exist; name a folder or file of the repository", given)
	}
	if err != nil {
		return nil, usagef("the path %s cannot be read: %v", given, pathCause(err))
	}
	info, err := os.Stat(resolved)
	if err != nil {
		return nil, usagef("the path %s cannot be read: %v", given, pathCause(err))
	}
	start := resolved
	if !info.IsDir() {
		start = filepath.Dir(resolved)
	}
	root := workTree(start)
	if around := workTree(filepath.Dir(name)); holdsGit(around) && !holdsGit(root) {
		return nil, usagef("the path %s leaves the repository %s by a symbolic link, to %s; name a path in the repository, or what the link leads to", given, around, resolved)
	}
	files, err := overlay.Open(root)
	if err != nil {
		return nil, usagef("the folder %s cannot be opened: %v", root, pathCause(err))
	}
	within, err := filepath.Rel(files.Dir(), resolved)
	if err != nil {
		return nil, errors.Join(err, files.Close())
	}
	return &repository{files: files.Keeping(), within: filepath.ToSlash(within), isWorkTree: holdsGit(root)}, nil
}

func holdsGit(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, ".git"))
	return err == nil
}

// workTree returns the nearest folder at or above dir that holds .git, else dir.
func workTree(dir string) string {
	for at := dir; ; at = filepath.Dir(at) {
		if holdsGit(at) {
			return at
		}
		if filepath.Dir(at) == at {
			return dir
		}
	}
}

// narrow keeps the targets at or below PATH; if there are none, those of the folders around it,
// so that a template or a values file stands for its chart.
func (r *repository) narrow(targets []render.Target) []render.Target {
	below := slices.DeleteFunc(slices.Clone(targets), func(t render.Target) bool { return !isBelow(t.Path, r.within) })
	for at := r.within; len(below) == 0 && at != "."; {
		at = path.Dir(at)
		for _, target := range targets {
			if target.Path == at {
				below = append(below, target)
			}
		}
	}
	return below
}

// narrowSkipped keeps what was skipped at, below or around PATH.
func (r *repository) narrowSkipped(skipped []render.SkippedPath) []render.SkippedPath {
	return slices.DeleteFunc(slices.Clone(skipped), func(s render.SkippedPath) bool {
		return !isBelow(s.Path, r.within) && !isBelow(r.within, s.Path)
	})
}

func isBelow(name, dir string) bool {
	return dir == "." || name == dir || strings.HasPrefix(name, dir+"/")
}

// insideOf returns an absolute path relative to a folder without links, if it names something in it.
// Links on the way there are left alone.
func insideOf(dir, name string) (inside string, ok bool) {
	if parent, err := filepath.EvalSymlinks(filepath.Dir(name)); err == nil && isBelow(filepath.ToSlash(parent), filepath.ToSlash(dir)) {
		name = filepath.Join(parent, filepath.Base(name))
	}
	inside, err := filepath.Rel(dir, name)
	return inside, err == nil && filepath.IsLocal(inside)
}

// refuseLinked refuses to write where a link of the repository leads: a stranger may have made it.
func (r *repository) refuseLinked(flag, given, name string) error {
	inside, ok := insideOf(r.files.Dir(), name)
	if !ok {
		return nil
	}
	for at := inside; at != "."; at = filepath.Dir(at) {
		if info, err := os.Lstat(filepath.Join(r.files.Dir(), at)); err == nil && info.Mode()&fs.ModeSymlink != 0 {
			return usagef("%s %s leads through the symbolic link %s of the repository; name another file", flag, given, filepath.ToSlash(at))
		}
	}
	return nil
}
