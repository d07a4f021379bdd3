package changes

import (
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/storer"
)

// commit finds the commit that a name stands for: HEAD, a branch, a tag, a SHA or the beginning of
// one, and behind it ^, ^2, ~ or ~3 as git takes them.
// https://git-scm.com/docs/gitrevisions
func (r *Repository) commit(revision string) (*object.Commit, error) {
	name, steps := revision, ""
	if i := strings.IndexAny(revision, "^~"); i >= 0 {
		name, steps = revision[:i], revision[i:]
	}
	hash, known := r.hash(name)
	if !known {
		return nil, errorf("no commit of this checkout is called %s; check the spelling, or %s", name, howToFetch)
	}
	commit, err := r.peel(hash)
	if err != nil {
		return nil, errorf("the commit %s is not in this checkout; %s", name, howToFetch)
	}
	for steps != "" {
		count := strings.IndexAny(steps[1:]+"^", "^~")
		step, number := steps[0], steps[1:1+count]
		steps = steps[1+count:]
		n := 1
		if number != "" {
			if n, err = strconv.Atoi(number); err != nil {
				return nil, errorf("%s is no name of a commit; write a branch, a tag, a SHA, or HEAD~1", revision)
			}
		}
		if commit, err = ancestor(commit, step, n); err != nil {
			return nil, errorf("the commit %s is not in this checkout; %s", revision, howToFetch)
		}
	}
	return commit, nil
}

// ancestor follows ^n, the nth parent, or ~n, n times the first one.
func ancestor(commit *object.Commit, step byte, n int) (*object.Commit, error) {
	if step == '^' {
		if n == 0 {
			return commit, nil
		}
		return commit.Parent(n - 1)
	}
	for range n {
		var err error
		if commit, err = commit.Parent(0); err != nil {
			return nil, err
		}
	}
	return commit, nil
}

func (r *Repository) hash(name string) (plumbing.Hash, bool) {
	for _, rule := range append(slices.Clone(plumbing.RefRevParseRules), "refs/remotes/origin/%s") {
		full := plumbing.ReferenceName(strings.Replace(rule, "%s", name, 1))
		if full.Validate() != nil && full != plumbing.HEAD {
			continue
		}
		if reference, err := storer.ResolveReference(r.objects, full); err == nil {
			return reference.Hash(), true
		}
	}
	if plumbing.IsHash(name) {
		return plumbing.NewHash(name), true
	}
	prefix, err := hex.DecodeString(name[:len(name)/2*2])
	if err != nil || len(name) < 4 {
		return plumbing.ZeroHash, false
	}
	found, err := r.disk.HashesWithPrefix(prefix)
	if err != nil {
		return plumbing.ZeroHash, false
	}
	var match []plumbing.Hash
	for _, hash := range found {
		if _, err := r.peel(hash); err == nil && strings.HasPrefix(hash.String(), name) {
			match = append(match, hash)
		}
	}
	if len(match) != 1 {
		return plumbing.ZeroHash, false
	}
	return match[0], true
}

// peel follows an annotated tag to its commit.
func (r *Repository) peel(hash plumbing.Hash) (*object.Commit, error) {
	if tag, err := object.GetTag(r.objects, hash); err == nil {
		return tag.Commit()
	}
	return object.GetCommit(r.objects, hash)
}
