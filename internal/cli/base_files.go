package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/storage/filesystem"

	"github.com/podmend/podmend/internal/overlay"
)

// baseFiles are the files of the base commit, by which a pull request is judged.
type baseFiles struct {
	sha     string
	tree    *object.Tree
	unknown error // why there is no tree
}

// openBase opens the base commit; nil if what the work tree holds may judge.
func openBase(env *Env, root string) *baseFiles {
	sha, _, judged := eventCommits(env)
	if !judged {
		return nil
	}
	base := &baseFiles{sha: sha}
	base.tree, base.unknown = treeOf(root, sha)
	return base
}

func treeOf(root, sha string) (tree *object.Tree, err error) {
	if !plumbing.IsHash(sha) {
		return nil, errors.New("the event names no base commit")
	}
	dir := filepath.Join(root, ".git")
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, errors.New("there is no folder .git, which holds the base commit")
	}
	defer recoverObjects(&err)
	store := filesystem.NewStorage(osfs.New(dir), cache.NewObjectLRU(16<<20))
	commit, err := object.GetCommit(store, plumbing.NewHash(sha))
	if err != nil {
		return nil, fmt.Errorf("the base commit %.12s is not in this checkout", sha)
	}
	if tree, err = commit.Tree(); err != nil {
		return nil, fmt.Errorf("the tree of the base commit %.12s is not in this checkout", sha)
	}
	return tree, nil
}

// recoverObjects makes an error of a panic: the store has them for some objects that git would not
// have written.
func recoverObjects(err *error) {
	if broken := recover(); broken != nil {
		*err = fmt.Errorf("the objects of git cannot be read: %v", broken)
	}
}

// ReadFile reads a file as the base commit has it. fs.ErrNotExist says that it has none of the name,
// any other error that this is not known.
func (b *baseFiles) ReadFile(name string) (content []byte, err error) {
	if b.unknown != nil {
		return nil, b.unknown
	}
	defer recoverObjects(&err)
	entry, err := b.tree.FindEntry(name)
	if err != nil {
		return nil, fs.ErrNotExist
	}
	file, err := b.tree.TreeEntryFile(entry)
	if err != nil || entry.Mode != filemode.Regular && entry.Mode != filemode.Executable || file.Size > overlay.MaxFileSize {
		return nil, fmt.Errorf("%s of the base commit %.12s is no file that can be read", name, b.sha)
	}
	text, err := file.Contents()
	return []byte(text), err
}
