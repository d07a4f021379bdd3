package changes

import (
	"fmt"
	"io/fs"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// A State holds the files of one commit.
type State struct {
	sha  string
	tree *object.Tree
}

// State opens a commit by its SHA.
func (r *Repository) State(sha string) (state *State, err error) {
	defer recoverObjects(&err)
	commit, err := object.GetCommit(r.objects, plumbing.NewHash(sha))
	if err != nil {
		return nil, errorf("the base commit %.12s is not in this checkout", sha)
	}
	tree, err := commit.Tree()
	if err != nil {
		return nil, errorf("the tree of the base commit %.12s is not in this checkout", sha)
	}
	return &State{sha, tree}, nil
}

// ReadFile reads a file as the commit has it. fs.ErrNotExist says that it has none of the name, any
// other error that this is not known.
func (s *State) ReadFile(name string) (content []byte, err error) {
	defer recoverObjects(&err)
	entry, err := s.tree.FindEntry(name)
	if err != nil {
		return nil, fs.ErrNotExist
	}
	file, err := s.tree.TreeEntryFile(entry)
	if err != nil || entry.Mode != filemode.Regular && entry.Mode != filemode.Executable || file.Size > maxFile {
		return nil, fmt.Errorf("%s of the base commit %.12s is no file that can be read", name, s.sha)
	}
	text, err := file.Contents()
	return []byte(text), err
}
