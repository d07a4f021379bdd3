package overlay

import (
	"io/fs"
	"path"
	"path/filepath"
	"strings"
)

const maxLinks = 40

// Resolve returns the name that is left when all symbolic links are followed. A last
// element that does not exist is an error that wraps fs.ErrNotExist.
func (f *FS) Resolve(name string) (string, error) {
	f.look(Asked, name)
	resolved, err := f.resolve(name)
	if err != nil {
		return "", &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return resolved, nil
}

func (f *FS) resolve(name string) (string, error) {
	clean, err := cleanName(name)
	if err != nil {
		return "", err
	}
	if _, ok := f.changed[clean]; ok {
		return clean, nil
	}
	dir, base := path.Split(clean)
	if dir != "" {
		if cached, ok := f.dirs.Load(dir); ok {
			return f.follow(cached.(string), []string{base})
		}
		resolvedDir, err := f.follow(".", strings.Split(strings.TrimSuffix(dir, "/"), "/"))
		if err != nil {
			return "", err
		}
		f.dirs.Store(dir, resolvedDir)
		return f.follow(resolvedDir, []string{base})
	}
	return f.follow(".", []string{base})
}

// follow walks from the link-free directory at along todo.
func (f *FS) follow(at string, todo []string) (string, error) {
	links := 0
	for len(todo) > 0 {
		next := todo[0]
		todo = todo[1:]
		if next == "." || next == "" {
			continue
		}
		if next == ".." {
			if at == "." {
				return "", ErrOutside
			}
			at = path.Dir(at)
			continue
		}
		if strings.EqualFold(next, ".git") {
			return "", ErrGit
		}
		at = path.Join(at, next)
		if _, ok := f.changed[at]; ok {
			continue
		}
		target, isLink := f.links[at]
		if !isLink {
			info, err := f.lstat(at)
			if err != nil {
				if f.hasChangedBelow(at) {
					continue // a folder that only the overlay has
				}
				return "", plainError(err)
			}
			if info.Mode()&fs.ModeSymlink == 0 {
				continue
			}
			if target, err = f.disk.root.Readlink(at); err != nil {
				return "", plainError(err)
			}
		}
		if links++; links > maxLinks {
			return "", ErrLinkLoop
		}
		at = path.Dir(at)
		if filepath.IsAbs(target) {
			inside, err := filepath.Rel(f.dir, target)
			if err != nil || !filepath.IsLocal(inside) {
				return "", ErrOutside
			}
			at, target = ".", inside
		}
		todo = append(strings.Split(filepath.ToSlash(target), "/"), todo...)
	}
	return at, nil
}

// lstat describes what the disk has, if this view has it too.
func (f *FS) lstat(resolved string) (fs.FileInfo, error) {
	if f.hidden(resolved) {
		return nil, fs.ErrNotExist
	}
	return f.disk.lstat(resolved)
}

// hidden says that what the disk has under a name is not in this view: it, or what holds it, is gone,
// or is something else here.
func (f *FS) hidden(name string) bool {
	for ; len(f.changed)+len(f.links) > 0 && name != "."; name = path.Dir(name) {
		if _, changed := f.changed[name]; changed {
			return true
		}
		if _, linked := f.links[name]; linked {
			return true
		}
	}
	return false
}

func (f *FS) hasChangedBelow(dir string) bool {
	for name, content := range f.changed {
		if content != nil && isBelow(name, dir) {
			return true
		}
	}
	for name := range f.links {
		if isBelow(name, dir) {
			return true
		}
	}
	return false
}

func cleanName(name string) (string, error) {
	if name == "" || path.IsAbs(name) || strings.ContainsRune(name, 0) {
		return "", fs.ErrInvalid
	}
	clean := path.Clean(name)
	if clean == ".." || strings.HasPrefix(clean, "../") {
		return "", ErrOutside
	}
	return clean, nil
}
