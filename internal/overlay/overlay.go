// Package overlay is the one file system that podmend and every renderer read through:
// rooted at the repository, contained in it, read-only on disk and writable in memory.
package overlay

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// MaxFileSize is the size in bytes above which ReadFile refuses a file.
const MaxFileSize = 32 << 20

// The reasons for which a read is refused, beside those of package io/fs.
var (
	ErrOutside    = errors.New("leaves the repository")
	ErrGit        = errors.New("is inside .git, which is never read")
	ErrNotRegular = errors.New("is not a regular file")
	ErrTooLarge   = fmt.Errorf("is larger than %d MiB", MaxFileSize>>20)
	ErrLinkLoop   = errors.New("has too many symbolic links")
)

// FS is a repository as podmend sees it. Names are slash-separated and relative to the
// repository's root, which is ".". Symbolic links are followed as long as they stay inside.
// An FS is safe for concurrent use and never writes to disk.
type FS struct {
	disk     *disk
	dir      string
	changed  map[string][]byte // content by resolved name; nil: the file is gone
	links    map[string]string // symbolic links that only this view has, and where they lead
	dirs     *sync.Map         // resolved directories of the disk, by name
	contents *contents         // of the disk; nil: nothing is kept
	made     *made             // what Once made of this file system
	record   func(name string)
	watch    func(Look)
}

// Open roots a file system at dir.
func Open(dir string) (*FS, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if abs, err = filepath.EvalSymlinks(abs); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(abs)
	if err != nil {
		return nil, err
	}
	return &FS{disk: &disk{root: root, folders: map[string]*os.Root{}}, dir: abs, dirs: &sync.Map{}, made: &made{values: map[string]*kept{}, sized: map[string]*sized{}}}, nil
}

// Close ends the file system and every view made of it.
func (f *FS) Close() error { return f.disk.close() }

// Dir is the absolute path of the root on disk.
func (f *FS) Dir() string { return f.dir }

// With returns a view in which the named files have the given content; nil takes a file away.
func (f *FS) With(changed map[string][]byte) *FS {
	view := *f
	view.changed = maps.Clone(f.changed)
	if view.changed == nil {
		view.changed = map[string][]byte{}
	}
	for name, content := range changed {
		if resolved, err := f.Resolve(name); err == nil {
			name = resolved
		}
		view.changed[path.Clean(name)] = content
	}
	return &view
}

// WithTree returns a view that has files and symbolic links as a tree of git has them, whatever the disk
// has under their names. A nil content takes away what is there.
func (f *FS) WithTree(files map[string][]byte, links map[string]string) *FS {
	view := *f
	view.changed, view.links, view.dirs = map[string][]byte{}, map[string]string{}, &sync.Map{}
	maps.Copy(view.changed, f.changed)
	maps.Copy(view.links, f.links)
	for name, content := range files {
		delete(view.links, name)
		view.changed[name] = content
	}
	for name, target := range links {
		delete(view.changed, name)
		view.links[name] = target
	}
	return &view
}

// Links returns the symbolic links that WithTree has put into this view, by name. Callers must not change them.
func (f *FS) Links() map[string]string { return f.links }

// Changes returns what With has put into this view: files with their content, and files that are
// gone. Callers must not change it.
func (f *FS) Changes() (changed map[string][]byte, gone []string) {
	changed = map[string][]byte{}
	for name, content := range f.changed {
		if content == nil {
			gone = append(gone, name)
			continue
		}
		changed[name] = content
	}
	return changed, gone
}

// Recording returns a view that calls record with the resolved name of each file that is read.
// record must be safe for concurrent use if the view is used concurrently.
func (f *FS) Recording(record func(name string)) *FS {
	view := *f
	view.record = record
	return &view
}

// ReadFile returns the content of a regular file of at most MaxFileSize bytes.
func (f *FS) ReadFile(name string) ([]byte, error) {
	f.look(Read, name)
	resolved, err := f.resolve(name)
	if err == nil {
		var content []byte
		if content, err = f.read(resolved); err == nil {
			if f.record != nil {
				f.record(resolved)
			}
			return content, nil
		}
	}
	return nil, &fs.PathError{Op: "read", Path: name, Err: err}
}

func (f *FS) read(resolved string) ([]byte, error) {
	if content, ok := f.changed[resolved]; ok {
		if content == nil {
			return nil, fs.ErrNotExist
		}
		return bytes.Clone(content), nil
	}
	return f.readDisk(resolved)
}

// Stat describes a file or directory, following links.
func (f *FS) Stat(name string) (fs.FileInfo, error) {
	f.look(Asked, name)
	resolved, err := f.resolve(name)
	if err == nil {
		if content := f.changed[resolved]; content != nil {
			return memoryInfo{name: path.Base(resolved), size: int64(len(content))}, nil
		}
		var info fs.FileInfo
		if info, err = f.lstat(resolved); err == nil {
			return info, nil
		}
		if f.hasChangedBelow(resolved) {
			return memoryInfo{name: path.Base(resolved), mode: fs.ModeDir | 0o755}, nil
		}
	}
	return nil, &fs.PathError{Op: "stat", Path: name, Err: plainError(err)}
}

// OnDisk describes what lies on the disk under a name, whatever this view has there. A link is not followed.
func (f *FS) OnDisk(name string) (fs.FileInfo, error) { return f.disk.lstat(path.Clean(name)) }

// ReadDir lists a directory, sorted by name. Links are listed as links.
func (f *FS) ReadDir(name string) ([]fs.DirEntry, error) {
	f.look(Listed, name)
	resolved, err := f.resolve(name)
	if err != nil {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: err}
	}
	var entries []fs.DirEntry
	if err = fs.ErrNotExist; !f.hidden(resolved) {
		entries, err = f.disk.list(resolved)
	}
	if err != nil && !(errors.Is(err, fs.ErrNotExist) && f.hasChangedBelow(resolved)) {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: plainError(err)}
	}
	if len(f.changed)+len(f.links) == 0 {
		return entries, nil
	}
	byName := map[string]fs.DirEntry{}
	for _, entry := range entries {
		byName[entry.Name()] = entry
	}
	var folders []string
	add := func(file string, info *memoryInfo) {
		child, _, deeper := strings.Cut(strings.TrimPrefix(file, strings.TrimPrefix(resolved+"/", "./")), "/")
		switch {
		case deeper && info != nil:
			folders = append(folders, child)
		case !deeper && info == nil:
			delete(byName, child)
		case !deeper:
			info.name = child
			byName[child] = fs.FileInfoToDirEntry(*info)
		}
	}
	for file, content := range f.changed {
		switch {
		case !isBelow(file, resolved):
		case content == nil:
			add(file, nil)
		default:
			add(file, &memoryInfo{size: int64(len(content))})
		}
	}
	for file, target := range f.links {
		if isBelow(file, resolved) {
			add(file, &memoryInfo{size: int64(len(target)), mode: fs.ModeSymlink | 0o777})
		}
	}
	for _, folder := range folders {
		if byName[folder] == nil {
			byName[folder] = fs.FileInfoToDirEntry(memoryInfo{name: folder, mode: fs.ModeDir | 0o755})
		}
	}
	return slices.SortedFunc(maps.Values(byName), func(a, b fs.DirEntry) int {
		return strings.Compare(a.Name(), b.Name())
	}), nil
}

func isBelow(name, folder string) bool { return folder == "." || strings.HasPrefix(name, folder+"/") }
