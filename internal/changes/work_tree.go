package changes

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/format/index"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// A leaf is one file of a tree that is to be written.
type leaf struct {
	name string
	mode filemode.FileMode
	hash plumbing.Hash
}

// workTree writes the tree of what lies on the disk: the tracked files as they are, and those of
// options.Untracked.
func (r *Repository) workTree(options Options) (*object.Tree, error) {
	listed, err := r.objects.Index()
	if err != nil {
		return nil, errorf("the index of git cannot be read: %v; run git status to see what is wrong", err)
	}
	lstat := options.Lstat
	if lstat == nil {
		lstat = func(name string) (fs.FileInfo, error) { return os.Lstat(r.path(name)) }
	}
	var leaves []leaf
	for _, entry := range listed.Entries {
		if entry.Stage != 0 {
			return nil, errorf("%s has a conflict that is not resolved; finish the merge first", entry.Name)
		}
		leaf, there, err := r.onDisk(entry, lstat)
		if err != nil {
			return nil, err
		}
		if there {
			leaves = append(leaves, leaf)
		}
	}
	for _, name := range options.Untracked {
		content, err := os.ReadFile(r.path(name))
		if err != nil {
			continue // whoever reads it says so
		}
		hash, err := r.write(plumbing.BlobObject, content)
		if err != nil {
			return nil, err
		}
		leaves = append(leaves, leaf{name, filemode.Regular, hash})
	}
	slices.SortFunc(leaves, func(a, b leaf) int { return strings.Compare(a.name, b.name) })
	hash, err := r.writeTree(leaves, 0)
	if err != nil {
		return nil, err
	}
	return object.GetTree(r.objects, hash)
}

// path is where a file of the work tree lies.
func (r *Repository) path(name string) string { return filepath.Join(r.dir, filepath.FromSlash(name)) }

// onDisk is a tracked file as it lies on the disk.
func (r *Repository) onDisk(entry *index.Entry, lstat func(name string) (fs.FileInfo, error)) (found leaf, there bool, err error) {
	found = leaf{entry.Name, entry.Mode, entry.Hash}
	if entry.Mode == filemode.Submodule || entry.SkipWorktree {
		return found, true, nil
	}
	name := r.path(entry.Name)
	info, err := lstat(entry.Name)
	switch {
	case err != nil:
		return found, false, nil
	case info.Mode()&os.ModeSymlink != 0:
		target, err := os.Readlink(name)
		if err != nil {
			return found, false, nil
		}
		found.mode = filemode.Symlink
		found.hash, err = r.write(plumbing.BlobObject, []byte(target))
		return found, true, err
	case !info.Mode().IsRegular():
		return found, false, nil
	case entry.Mode != filemode.Symlink && uint32(info.Size()) == entry.Size && info.ModTime().Equal(entry.ModifiedAt):
		return found, true, nil
	}
	content, err := os.ReadFile(name)
	if err != nil {
		return found, true, nil // whoever reads it says so
	}
	if entry.Mode == filemode.Symlink {
		found.mode = filemode.Regular
	}
	// Git may be set to write CRLF where the repository has LF.
	if plain := bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n")); plumbing.ComputeHash(plumbing.BlobObject, plain) == entry.Hash {
		return found, true, nil
	}
	found.hash, err = r.write(plumbing.BlobObject, content)
	return found, true, err
}

// writeTree writes the tree of leaves, which are sorted and share the first bytes of their names.
func (r *Repository) writeTree(leaves []leaf, shared int) (plumbing.Hash, error) {
	var tree object.Tree
	for len(leaves) > 0 {
		name, _, isDir := strings.Cut(leaves[0].name[shared:], "/")
		if !isDir {
			tree.Entries = append(tree.Entries, object.TreeEntry{Name: name, Mode: leaves[0].mode, Hash: leaves[0].hash})
			leaves = leaves[1:]
			continue
		}
		prefix := leaves[0].name[:shared] + name + "/"
		end := 0
		for end < len(leaves) && strings.HasPrefix(leaves[end].name, prefix) {
			end++
		}
		hash, err := r.writeTree(leaves[:end], len(prefix))
		if err != nil {
			return plumbing.ZeroHash, err
		}
		tree.Entries = append(tree.Entries, object.TreeEntry{Name: name, Mode: filemode.Dir, Hash: hash})
		leaves = leaves[end:]
	}
	sort.Sort(object.TreeEntrySorter(tree.Entries))
	encoded := r.objects.NewEncodedObject()
	if err := tree.Encode(encoded); err != nil {
		return plumbing.ZeroHash, err
	}
	return r.objects.SetEncodedObject(encoded)
}

func (r *Repository) write(kind plumbing.ObjectType, content []byte) (plumbing.Hash, error) {
	object := r.objects.NewEncodedObject()
	object.SetType(kind)
	writer, err := object.Writer()
	if err != nil {
		return plumbing.ZeroHash, err
	}
	if _, err := io.Copy(writer, bytes.NewReader(content)); err != nil {
		return plumbing.ZeroHash, err
	}
	if err := writer.Close(); err != nil {
		return plumbing.ZeroHash, err
	}
	return r.objects.SetEncodedObject(object)
}
