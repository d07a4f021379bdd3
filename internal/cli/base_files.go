package cli

import (
	"errors"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/podmend/podmend/internal/changes"
)

// baseFiles are the files of the base commit, by which a pull request is judged.
type baseFiles struct {
	sha     string
	state   *changes.State
	unknown error // why there is none
}

// openBase opens the base commit; nil if what the work tree holds may judge.
func openBase(env *Env, root string) *baseFiles {
	sha, _, judged := eventCommits(env)
	if !judged {
		return nil
	}
	base := &baseFiles{sha: sha}
	if !plumbing.IsHash(sha) {
		base.unknown = errors.New("the event names no base commit")
		return base
	}
	repository, err := changes.Open(root)
	if err != nil {
		base.unknown = errors.New("there is no git repository, which holds the base commit")
		return base
	}
	base.state, base.unknown = repository.State(sha)
	return base
}

// ReadFile reads a file as the base commit has it. fs.ErrNotExist says that it has none of the name,
// any other error that this is not known.
func (b *baseFiles) ReadFile(name string) ([]byte, error) {
	if b.unknown != nil {
		return nil, b.unknown
	}
	return b.state.ReadFile(name)
}
