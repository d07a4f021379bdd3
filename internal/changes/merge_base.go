package changes

import (
	"container/heap"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// What is known of a commit while a merge base is looked for.
const (
	ofFirst  = 1 << iota // an ancestor of the first, or itself
	ofSecond             // of the second
	beyond               // an ancestor of a commit that both have
)

// A frontier holds commits to look at, the newest first.
type frontier []*object.Commit

func (f frontier) Len() int           { return len(f) }
func (f frontier) Less(i, j int) bool { return f[i].Committer.When.After(f[j].Committer.When) }
func (f frontier) Swap(i, j int)      { f[i], f[j] = f[j], f[i] }
func (f *frontier) Push(commit any)   { *f = append(*f, commit.(*object.Commit)) }

func (f *frontier) Pop() any {
	last := len(*f) - 1
	commit := (*f)[last]
	*f = (*f)[:last]
	return commit
}

// mergeBase finds the newest commit that both have in their history, as git merge-base does. Parents
// that a shallow clone lacks are passed over.
// https://git-scm.com/docs/git-merge-base
func (r *Repository) mergeBase(first, second *object.Commit) (*object.Commit, error) {
	known := map[plumbing.Hash]int{}
	var open frontier
	reach := func(commit *object.Commit, as int) {
		if known[commit.Hash]&as != as {
			known[commit.Hash] |= as
			heap.Push(&open, commit)
		}
	}
	reach(first, ofFirst)
	reach(second, ofSecond)
	var both []*object.Commit
	cut := false
	for open.Len() > 0 && !allBeyond(open, known) {
		commit := heap.Pop(&open).(*object.Commit)
		as := known[commit.Hash]
		if as == ofFirst|ofSecond {
			both = append(both, commit)
			as |= beyond
		}
		for _, hash := range commit.ParentHashes {
			parent, err := object.GetCommit(r.objects, hash)
			if err != nil {
				cut = true
				continue
			}
			reach(parent, as)
		}
	}
	// Where clocks were wrong, an ancestor may have been met first.
	for _, commit := range both {
		if known[commit.Hash]&beyond == 0 {
			return commit, nil
		}
	}
	if cut {
		return nil, errorf("the history of this checkout is too short to show where %.12s left %.12s; %s", first.Hash, second.Hash, howToFetch)
	}
	return nil, errorf("%.12s and %.12s have no commit in common, so there is nothing to compare with; name another --base", first.Hash, second.Hash)
}

func allBeyond(open frontier, known map[plumbing.Hash]int) bool {
	for _, commit := range open {
		if known[commit.Hash]&beyond == 0 {
			return false
		}
	}
	return true
}
