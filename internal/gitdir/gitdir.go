// Package gitdir finds and reads the directory in which git keeps a repository.
package gitdir

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// maxFile is how many bytes of a file in .git are read: an index of a million files has fewer.
const maxFile = 256 << 20

// ReadFile reads a regular file below a git directory.
func ReadFile(gitDir, name string) ([]byte, bool) {
	// A pipe in its place would wait for a writer.
	file, err := os.OpenFile(filepath.Join(gitDir, filepath.FromSlash(name)), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, false
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil, false
	}
	content, err := io.ReadAll(io.LimitReader(file, maxFile))
	return content, err == nil
}

// Find returns the git directory of the work tree at dir of a repository, which a linked work
// tree or a submodule names in a file; "" if there is none.
// https://git-scm.com/docs/gitrepository-layout
func Find(root, dir string) string {
	at := filepath.Join(root, filepath.FromSlash(dir))
	dotGit := filepath.Join(at, ".git")
	info, err := os.Stat(dotGit)
	if err != nil {
		return ""
	}
	if info.IsDir() {
		return dotGit
	}
	content, _ := ReadFile(at, ".git")
	target, ok := strings.CutPrefix(strings.TrimSpace(string(content)), "gitdir: ")
	if !ok {
		return ""
	}
	return against(at, target)
}

// Common is what linked work trees share of their git directories.
func Common(gitDir string) string {
	content, ok := ReadFile(gitDir, "commondir")
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
