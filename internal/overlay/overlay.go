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
		if content, ok := f.changed[resolved]; ok {
			if content == nil {
				return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
			}
			return memoryInfo{name: path.Base(resolved), size: int64(len(content))}, nil
		}
		var info fs.FileInfo
		if info, err = f.disk.lstat(resolved); err == nil {
			return info, nil
		}
		if f.hasChangedBelow(resolved) {
			return memoryInfo{name: path.Base(resolved), mode: fs.ModeDir | 0o755}, nil
		}
	}
	return nil, &fs.PathError{Op: "stat", Path: name, Err: plainError(err)}
}

// ReadDir lists a directory, sorted by name. Links are listed as links.
func (f *FS) ReadDir(name string) ([]fs.DirEntry, error) {
	f.look(Listed, name)
	resolved, err := f.resolve(name)
	if err != nil {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: err}
	}
	entries, err := f.disk.list(resolved)
	if err != nil && !(errors.Is(err, fs.ErrNotExist) && f.hasChangedBelow(resolved)) {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: plainError(err)}
	}
	if len(f.changed) == 0 {
		return entries, nil
	}
	byName := map[string]fs.DirEntry{}
	for _, entry := range entries {
		byName[entry.Name()] = entry
	}
	for file, content := range f.changed {
		rest := file
		if resolved != "." {
			below, ok := strings.CutPrefix(file, resolved+"/")
			if !ok {
				continue
			}
			rest = below
		}
		child, _, deeper := strings.Cut(rest, "/")
		switch {
		case deeper && content != nil && byName[child] == nil:
			byName[child] = fs.FileInfoToDirEntry(memoryInfo{name: child, mode: fs.ModeDir | 0o755})
		case !deeper && content == nil:
			delete(byName, child)
		case !deeper:
			byName[child] = fs.FileInfoToDirEntry(memoryInfo{name: child, size: int64(len(content))})
		}
	}
	return slices.SortedFunc(maps.Values(byName), func(a, b fs.DirEntry) int {
		return strings.Compare(a.Name(), b.Name())
	}), nil
}
