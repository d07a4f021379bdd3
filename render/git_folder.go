package render

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/go-git/go-git/v5/plumbing/format/index"
)

// maxGitFile is how many bytes of a file in .git are read: an index of a million files has fewer.
const maxGitFile = 256 << 20

// readGitFile reads a regular file below a git directory.
func readGitFile(gitDir, name string) ([]byte, bool) {
	// A pipe in its place would wait for a writer.
	file, err := os.OpenFile(filepath.Join(gitDir, filepath.FromSlash(name)), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, false
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() || info.Size() > maxGitFile {
		return nil, false
	}
	content, err := io.ReadAll(io.LimitReader(file, maxGitFile))
	return content, err == nil
}

// trackedFiles lists git's index, sorted; nothing where there is no repository or its index cannot
// be read, so that only the rules decide.
func trackedFiles(gitDir string) (names []string) {
	if gitDir == "" {
		return nil
	}
	content, ok := readGitFile(gitDir, "index")
	if !ok {
		return nil
	}
	// The decoder panics on some indexes that git would not have written.
	defer func() {
		if recover() != nil {
			names = nil
		}
	}()
	var decoded index.Index
	if err := index.NewDecoder(bytes.NewReader(content)).Decode(&decoded); err != nil {
		return nil
	}
	names = make([]string, 0, len(decoded.Entries))
	for _, entry := range decoded.Entries {
		names = append(names, entry.Name)
	}
	slices.Sort(names)
	return names
}

// gitFolder returns the git directory of the work tree at dir of a repository, which a linked work
// tree or a submodule names in a file; "" if there is none.
// https://git-scm.com/docs/gitrepository-layout
func gitFolder(root, dir string) string {
	at := filepath.Join(root, filepath.FromSlash(dir))
	dotGit := filepath.Join(at, ".git")
	info, err := os.Stat(dotGit)
	if err != nil {
		return ""
	}
	if info.IsDir() {
		return dotGit
	}
	content, _ := readGitFile(at, ".git")
	target, ok := strings.CutPrefix(strings.TrimSpace(string(content)), "gitdir: ")
	if !ok {
		return ""
	}
	return against(at, target)
}

// commonFolder is what linked work trees share of their git directories.
func commonFolder(gitDir string) string {
	content, ok := readGitFile(gitDir, "commondir")
	if !ok {
		return gitDir
	}
	return against(gitDir, strings.TrimSpace(string(content)))
}

// against makes a name that is relative to dir absolute.
func against(dir, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(dir, filepath.FromSlash(name))
}
