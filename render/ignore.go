package render

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/go-git/go-git/v5/plumbing/format/gitignore"
	"github.com/go-git/go-git/v5/plumbing/format/index"

	"github.com/podmend/podmend/internal/overlay"
)

// ignoreRules answers what .gitignore files leave out. As in git, a file that is tracked is
// not ignored. https://git-scm.com/docs/gitignore
type ignoreRules struct {
	files    *overlay.FS
	patterns []gitignore.Pattern
	matcher  gitignore.Matcher

	tracked     []string // sorted names of the git index, read when first needed
	trackedRead bool
}

func newIgnoreRules(files *overlay.FS) *ignoreRules {
	return &ignoreRules{files: files, matcher: gitignore.NewMatcher(nil)}
}

// enter adds the rules of the .gitignore in dir.
func (r *ignoreRules) enter(dir string, entries []fs.DirEntry) {
	has := slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == ".gitignore" })
	if !has {
		return
	}
	content, err := r.files.ReadFile(path.Join(dir, ".gitignore"))
	if err != nil {
		return // git itself ignores rules that it cannot read
	}
	var domain []string
	if dir != "." {
		domain = strings.Split(dir, "/")
	}
	for line := range strings.Lines(string(content)) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		r.patterns = append(r.patterns, gitignore.ParsePattern(line, domain))
	}
	r.matcher = gitignore.NewMatcher(r.patterns)
}

// matches says whether a file or folder is ignored and holds nothing that is tracked.
func (r *ignoreRules) matches(name string, isDir bool) bool {
	if len(r.patterns) == 0 || !r.matcher.Match(strings.Split(name, "/"), isDir) {
		return false
	}
	if !r.trackedRead {
		r.tracked = trackedFiles(r.files.Dir())
		r.trackedRead = true
	}
	if _, tracked := slices.BinarySearch(r.tracked, name); tracked {
		return false
	}
	if isDir {
		i, _ := slices.BinarySearch(r.tracked, name+"/")
		return i >= len(r.tracked) || !strings.HasPrefix(r.tracked[i], name+"/")
	}
	return true
}

// maxIndexSize is how many bytes of git's index are read: enough for a million files.
const maxIndexSize = 256 << 20

// trackedFiles lists git's index of the work tree at dir, sorted; none where there is no
// repository or its index cannot be read, so that only .gitignore decides.
func trackedFiles(dir string) (names []string) {
	gitDir, err := gitFolder(dir)
	if err != nil {
		return nil
	}
	// A pipe in its place would wait for a writer.
	file, err := os.OpenFile(filepath.Join(gitDir, "index"), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() || info.Size() > maxIndexSize {
		return nil
	}
	// The decoder panics on some indexes that git would not have written.
	defer func() {
		if recover() != nil {
			names = nil
		}
	}()
	var decoded index.Index
	if err := index.NewDecoder(file).Decode(&decoded); err != nil {
		return nil
	}
	names = make([]string, 0, len(decoded.Entries))
	for _, entry := range decoded.Entries {
		names = append(names, entry.Name)
	}
	slices.Sort(names)
	return names
}

// gitFolder returns the git directory of the work tree at dir, which a linked work tree or a
// submodule names in a file. https://git-scm.com/docs/gitrepository-layout
func gitFolder(dir string) (string, error) {
	dotGit := filepath.Join(dir, ".git")
	info, err := os.Stat(dotGit)
	if err != nil {
		return "", err
	}
	if info.IsDir() {
		return dotGit, nil
	}
	if !info.Mode().IsRegular() {
		return "", errors.New(".git is neither a folder nor a file")
	}
	content, err := os.ReadFile(dotGit)
	if err != nil {
		return "", err
	}
	target, ok := strings.CutPrefix(strings.TrimSpace(string(content)), "gitdir: ")
	if !ok {
		return "", errors.New(".git names no folder")
	}
	if !filepath.IsAbs(target) {
		target = filepath.Join(dir, target)
	}
	return target, nil
}
