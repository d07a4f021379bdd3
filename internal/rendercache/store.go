package rendercache

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/podmend/podmend/internal/atomicfile"
	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/render"
)

// A look is a question to the file system and the answer that a result depends on.
type look struct {
	overlay.Look
	Answer string
}

// A Store keeps results in a folder: one folder a target and its options, one file a state of all that it
// looked at, called by the SHA-256 of its content. It may be used by several processes at once.
type Store struct {
	dir string
	max int64 // bytes of all files
	now func() time.Time

	mutex   sync.Mutex
	written bool
	damaged int
	failed  error // the first write that did not succeed
}

// The bounds of a store.
const (
	MaxSize    = 512 << 20 // bytes of all entries, unless asked otherwise
	maxEntry   = 64 << 20  // bytes of one
	maxEntries = 8         // states that are kept of one target
)

// NewStore makes a store in dir, which is made when something is kept.
func NewStore(dir string, max int64, now func() time.Time) *Store {
	return &Store{dir: filepath.Join(dir, "renders"), max: max, now: now}
}

// Dir is where the results are.
func (s *Store) Dir() string { return s.dir }

const extension = ".render"

// get returns the result of which all looks are as fits says. What is damaged is thrown away.
func (s *Store) get(key string, fits func([]look) bool) (render.Result, bool) {
	root, err := os.OpenRoot(filepath.Join(s.dir, key)) // whose links lead nowhere outside
	if err != nil {
		return render.Result{}, false
	}
	defer root.Close()
	for _, name := range entriesOf(root) {
		content, err := readEntry(root, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // another process has cleaned up
		}
		var kept *entry
		if err == nil && digest(content)+extension == name {
			kept, err = decode(content)
		}
		if err != nil || kept == nil {
			s.discard(root, name)
			continue
		}
		if age := s.now().Sub(kept.Made); age > MaxAge || age < -time.Hour || kept.Key != key || !fits(kept.Looks) {
			continue
		}
		// The oldest used goes first. Where the folder cannot be written, nothing goes.
		now := s.now()
		_ = root.Chtimes(name, now, now)
		return kept.Result, true
	}
	return render.Result{}, false
}

// entriesOf lists the entries of a target.
func entriesOf(root *os.Root) []string {
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return nil
	}
	var names []string
	for _, entry := range entries {
		if path.Ext(entry.Name()) == extension {
			names = append(names, entry.Name())
		}
	}
	return names[:min(len(names), 4*maxEntries)]
}

func readEntry(root *os.Root, name string) ([]byte, error) {
	info, err := root.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxEntry {
		return nil, errors.New("is no entry")
	}
	file, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, maxEntry))
}

// discard throws away what somebody else, or a broken disk, has left in the place of an entry.
func (s *Store) discard(root *os.Root, name string) {
	s.mutex.Lock()
	s.damaged++
	s.mutex.Unlock()
	_ = root.RemoveAll(name) // what cannot be removed is not taken either
}

// put keeps a result. A cache that cannot be written costs time and nothing else.
func (s *Store) put(key string, looks []look, result render.Result) {
	content, err := encode(&entry{Key: key, Made: s.now(), Looks: looks, Result: result})
	if err == nil && len(content) > maxEntry {
		return
	}
	dir := filepath.Join(s.dir, key)
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err == nil {
		err = atomicfile.Write(filepath.Join(dir, digest(content)+extension), content, 0o600)
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.written = true
	if err != nil && s.failed == nil {
		s.failed = fmt.Errorf("keep what was rendered: %w", err)
	}
}

// Damaged counts the entries that were thrown away.
func (s *Store) Damaged() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.damaged
}

// A kept is a file of the store.
type kept struct {
	name string
	size int64
	used time.Time
}

// Close makes room if something was kept: of one target the oldest states go, then of all the oldest
// used. The error is the first that kept a result from being kept.
func (s *Store) Close() error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if !s.written {
		return s.failed
	}
	var files []kept
	ofTarget := map[string][]kept{}
	err := filepath.WalkDir(s.dir, func(name string, item fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // another process has cleaned up
		}
		if err != nil || item.IsDir() {
			return err
		}
		info, err := item.Info()
		// What another process is about to write has another name, until it is left behind.
		if err == nil && (filepath.Ext(name) == extension || s.now().Sub(info.ModTime()) > time.Hour) {
			file := kept{name, info.Size(), info.ModTime()}
			files = append(files, file)
			ofTarget[filepath.Dir(name)] = append(ofTarget[filepath.Dir(name)], file)
		}
		return nil
	})
	gone := map[string]bool{}
	for _, states := range ofTarget {
		oldestFirst(states)
		for _, state := range states[:max(len(states)-maxEntries, 0)] {
			gone[state.name] = true
		}
	}
	oldestFirst(files)
	var size int64
	for _, file := range files {
		if !gone[file.name] {
			size += file.size
		}
	}
	for _, file := range files {
		if size <= s.max {
			break
		}
		if !gone[file.name] {
			gone[file.name] = true
			size -= file.size
		}
	}
	for name := range gone {
		if removeErr := os.Remove(name); removeErr != nil && !errors.Is(removeErr, fs.ErrNotExist) {
			err = errors.Join(err, removeErr)
		}
	}
	return errors.Join(s.failed, err)
}

func oldestFirst(files []kept) {
	slices.SortFunc(files, func(a, b kept) int { return cmp.Or(a.used.Compare(b.used), strings.Compare(a.name, b.name)) })
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
