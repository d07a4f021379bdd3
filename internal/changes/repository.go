package changes

import (
	"fmt"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/storage"
	"github.com/go-git/go-git/v5/storage/filesystem"
	"github.com/go-git/go-git/v5/storage/filesystem/dotgit"
	"github.com/go-git/go-git/v5/storage/memory"
	"github.com/go-git/go-git/v5/storage/transactional"

	"github.com/podmend/podmend/internal/gitdir"
)

// An Error says why two states cannot be compared, and what to do.
type Error struct{ Message string }

func (e *Error) Error() string { return e.Message }

func errorf(format string, args ...any) error { return &Error{fmt.Sprintf(format, args...)} }

// A Repository reads the objects of a work tree's repository. What it writes stays in memory.
type Repository struct {
	dir     string
	disk    *filesystem.Storage
	objects storage.Storer
}

// maxCached bounds in bytes what is kept of objects that were read.
const maxCached = 64 << 20

// Open opens the repository whose work tree is dir, also a linked one.
func Open(dir string) (*Repository, error) {
	found := gitdir.Find(dir, ".")
	if found == "" {
		return nil, errorf("%s is no work tree of git, so there is no base to compare with; check it out with git, or use --scope all", dir)
	}
	files := dotgit.NewRepositoryFilesystem(osfs.New(found), osfs.New(gitdir.Common(found)))
	disk := filesystem.NewStorage(files, cache.NewObjectLRU(maxCached))
	return &Repository{dir: dir, disk: disk, objects: transactional.NewStorage(disk, memory.NewStorage())}, nil
}

// recoverObjects makes an error of a panic: the store has them for some objects that git would not
// have written.
func recoverObjects(err *error) {
	if broken := recover(); broken != nil {
		*err = errorf("the objects of git cannot be read: %v; run git fsck", broken)
	}
}

// howToFetch says how a checkout gets what it lacks.
const howToFetch = "fetch it: git fetch --unshallow, or fetch-depth: 0 as input of actions/checkout"
