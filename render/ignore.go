package render

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing/format/gitignore"

	"github.com/podmend/podmend/internal/gitdir"
	"github.com/podmend/podmend/internal/overlay"
)

// ignoreRules answers what .gitignore and .git/info/exclude leave out. As in git, a file that is
// tracked is not ignored, and a repository in the repository has rules and files of its own. What
// the user's own configuration of git ignores is not, so that all see the same.
// https://git-scm.com/docs/gitignore
type ignoreRules struct {
	files *overlay.FS
	trees []*gitTree // in the order in which they are entered, so outer ones first
}

// A gitTree is the work tree of a repository: the one that is walked, or a submodule in it.
type gitTree struct {
	dir    string // where it starts
	gitDir string // "" if there is none
	rules  []ignoreRule

	tracked func() []string // sorted names of the git index
}

type ignoreRule struct {
	pattern gitignore.Pattern
	file    string // that holds it
}

func newIgnoreRules(files *overlay.FS) *ignoreRules {
	r := &ignoreRules{files: files}
	r.addTree(".")
	return r
}

func (r *ignoreRules) addTree(dir string) {
	tree := &gitTree{dir: dir, gitDir: gitdir.Find(r.files.Dir(), dir)}
	tree.tracked = sync.OnceValue(func() []string {
		return r.files.Once("tracked by "+tree.gitDir, "", func(*overlay.FS) any { return trackedFiles(tree.gitDir) }).([]string)
	})
	if tree.gitDir != "" {
		if content, ok := gitdir.ReadFile(gitdir.Common(tree.gitDir), "info/exclude"); ok {
			tree.add(content, dir, path.Join(dir, ".git/info/exclude"))
		}
	}
	r.trees = append(r.trees, tree)
}

// treeOf is the innermost work tree that holds dir.
func (r *ignoreRules) treeOf(dir string) *gitTree {
	for _, tree := range slices.Backward(r.trees) {
		if tree.dir == "." || dir == tree.dir || strings.HasPrefix(dir, tree.dir+"/") {
			return tree
		}
	}
	return r.trees[0]
}

// enter adds the rules of the .gitignore in dir.
func (r *ignoreRules) enter(dir string, entries []fs.DirEntry) {
	has := func(name string) bool {
		return slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == name })
	}
	if dir != "." && has(".git") {
		r.addTree(dir)
	}
	if !has(".gitignore") {
		return
	}
	name := path.Join(dir, ".gitignore")
	content, err := r.files.ReadFile(name)
	if err != nil {
		return // git itself ignores rules that it cannot read
	}
	r.treeOf(dir).add(content, dir, name)
}

// add appends the rules of a file, which hold at and below dir.
func (t *gitTree) add(content []byte, dir, file string) {
	var domain []string
	if dir != "." {
		domain = strings.Split(dir, "/")
	}
	for line := range strings.Lines(string(content)) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		t.rules = append(t.rules, ignoreRule{gitignore.ParsePattern(line, domain), file})
	}
}

// ignoredBy names the file whose rule leaves a file or folder out, "" if none does or if it is
// tracked or holds what is.
func (r *ignoreRules) ignoredBy(name string, isDir bool) string {
	tree := r.treeOf(path.Dir(name))
	if tree.isTracked(name, isDir) {
		return ""
	}
	return tree.rule(strings.Split(name, "/"), isDir)
}

// isTracked says whether git tracks a file, or one in a folder. It is asked before the rules, which
// take longer.
func (t *gitTree) isTracked(name string, isDir bool) bool {
	tracked := t.tracked()
	if t.dir != "." {
		name = strings.TrimPrefix(name, t.dir+"/")
	}
	if isDir {
		name += "/"
	}
	i, _ := slices.BinarySearch(tracked, name)
	return i < len(tracked) && (tracked[i] == name || isDir && strings.HasPrefix(tracked[i], name))
}

// rule names the file of the last rule that matches, "" if that takes the path back in.
func (t *gitTree) rule(parts []string, isDir bool) string {
	for _, rule := range slices.Backward(t.rules) {
		switch rule.pattern.Match(parts, isDir) {
		case gitignore.Exclude:
			return rule.file
		case gitignore.Include:
			return ""
		}
	}
	return ""
}
