package overlay

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
)

// A disk is the repository as it lies there. Names are resolved: none leads through a link, and one
// that has come to do so meanwhile is followed by os.Root, which stays inside.
type disk struct {
	root *os.Root

	mutex   sync.Mutex
	folders map[string]*os.Root // open, by name

	kinds  sync.Map // what lstat told, by name
	lists  sync.Map // what folders hold, by name
	asked  int      // how many names are remembered
	asking sync.Mutex
}

const (
	// maxKinds bounds how many names are remembered.
	maxKinds = 500_000
	// maxFolders bounds how many folders are held open, below what systems allow.
	maxFolders = 512
)

// in returns the folder of a name, held open, and the name in it. To open a file by all of its path
// takes a call for each folder on it.
func (d *disk) in(name string) (folder *os.Root, base string) {
	dir, base := path.Dir(name), path.Base(name)
	return d.folder(dir), base
}

// folder opens a folder from the one above it. One that cannot be opened is the nil that makes callers
// ask by the whole path, so that the error is about that.
func (d *disk) folder(name string) *os.Root {
	if name == "." {
		return d.root
	}
	d.mutex.Lock()
	held := d.folders[name]
	d.mutex.Unlock()
	if held != nil {
		return held
	}
	above, base := d.in(name)
	if above == nil {
		return nil
	}
	opened, err := above.OpenRoot(base)
	if err != nil {
		return nil
	}
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if held := d.folders[name]; held != nil {
		_ = opened.Close() // another call was faster, and nothing was written
		return held
	}
	if len(d.folders) >= maxFolders {
		d.closeFolders()
	}
	d.folders[name] = opened
	return opened
}

// closeFolders closes what is held open. Whoever uses a folder at this moment asks by the whole path.
func (d *disk) closeFolders() {
	for _, folder := range d.folders {
		_ = folder.Close() // nothing was written
	}
	d.folders = map[string]*os.Root{}
}

func (d *disk) close() error {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.closeFolders()
	return d.root.Close()
}

// A kind is what lstat told of a name.
type kind struct {
	info fs.FileInfo
	err  error
}

// lstat asks the disk about a name once: every target asks about the same names again, and most of
// them are not there. What is read is looked at again when it is opened.
func (d *disk) lstat(name string) (fs.FileInfo, error) {
	if known, ok := d.kinds.Load(name); ok {
		return known.(kind).info, known.(kind).err
	}
	if entry, listed := d.listed(name); listed {
		if entry == nil {
			return nil, fs.ErrNotExist
		}
		return entry.Info() // os.Root has asked for it when it listed the folder
	}
	var info fs.FileInfo
	err := fs.ErrNotExist
	folder, base := d.in(name)
	if folder != nil {
		info, err = folder.Lstat(base)
	}
	if err != nil {
		info, err = d.root.Lstat(name)
	}
	if d.remembers(1) {
		d.kinds.Store(name, kind{info, err})
	}
	return info, err
}

// listed is what a folder that was listed holds of a name, or nil. On other systems names may be the same
// that differ in case.
func (d *disk) listed(name string) (entry fs.DirEntry, listed bool) {
	if runtime.GOOS != "linux" || name == "." {
		return nil, false
	}
	known, listed := d.lists.Load(path.Dir(name))
	if !listed {
		return nil, false
	}
	entries := known.([]fs.DirEntry)
	at, found := slices.BinarySearchFunc(entries, path.Base(name), func(entry fs.DirEntry, base string) int {
		return strings.Compare(entry.Name(), base)
	})
	if !found {
		return nil, true
	}
	return entries[at], true
}

// remembers says whether so many more names may be remembered.
func (d *disk) remembers(more int) bool {
	d.asking.Lock()
	defer d.asking.Unlock()
	if d.asked+more > maxKinds {
		return false
	}
	d.asked += more
	return true
}

// list lists a folder once.
func (d *disk) list(name string) ([]fs.DirEntry, error) {
	if known, ok := d.lists.Load(name); ok {
		return slices.Clone(known.([]fs.DirEntry)), nil
	}
	var entries []fs.DirEntry
	err := fs.ErrNotExist
	if folder := d.folder(name); folder != nil {
		entries, err = fs.ReadDir(folder.FS(), ".")
	}
	if err != nil {
		entries, err = fs.ReadDir(d.root.FS(), name)
	}
	if err == nil && d.remembers(len(entries)) {
		d.lists.Store(name, entries)
		entries = slices.Clone(entries)
	}
	return entries, err
}

// open opens a file for reading. Opening a FIFO would wait for a writer without O_NONBLOCK.
func (d *disk) open(name string) (*os.File, error) {
	const flags = os.O_RDONLY | syscall.O_NONBLOCK
	if folder, base := d.in(name); folder != nil {
		if file, err := folder.OpenFile(base, flags, 0); err == nil {
			return file, nil
		}
	}
	return d.root.OpenFile(name, flags, 0)
}

// read reads a regular file. That it is one is looked at after opening.
func (d *disk) read(name string) ([]byte, error) {
	file, err := d.open(name)
	if err != nil {
		return nil, plainError(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, plainError(err)
	}
	if !info.Mode().IsRegular() {
		return nil, ErrNotRegular
	}
	if info.Size() > MaxFileSize {
		return nil, ErrTooLarge
	}
	// So much room lets the end be seen without growing.
	content := bytes.NewBuffer(make([]byte, 0, info.Size()+bytes.MinRead))
	if _, err := content.ReadFrom(io.LimitReader(file, MaxFileSize+1)); err != nil {
		return nil, plainError(err)
	}
	if content.Len() > MaxFileSize {
		return nil, ErrTooLarge
	}
	return content.Bytes(), nil
}

// plainError drops the path that the os package puts around an error: the name that the
// caller used is put there instead.
func plainError(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}
