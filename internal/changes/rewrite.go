package changes

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// A Rewrite is a commit's tree with other contents in some of its files. Everything else of the tree,
// modes too, is as it was.
type Rewrite struct {
	Base  string // SHA of the tree before
	Tree  string // SHA of the tree that results
	Files []RewrittenFile
}

// A RewrittenFile is one whose content changed.
type RewrittenFile struct {
	Name    string
	Mode    string // as git writes it: 100644, or 100755 for an executable
	Old     string // SHA of the blob before, "" for a new file
	New     string // SHA of the blob after, "" for a file that goes
	Content []byte
}

// Rewrite computes the tree of a commit with other contents of files; nil takes one away. A new file is in a
// folder that the commit has.
func (r *Repository) Rewrite(sha string, files map[string][]byte) (rewrite *Rewrite, err error) {
	defer recoverObjects(&err)
	state, err := r.State(sha)
	if err != nil {
		return nil, err
	}
	rewrite = &Rewrite{Base: state.tree.Hash.String()}
	hash, err := r.rewriteTree(rewrite, state.tree, "", files, slices.Sorted(maps.Keys(files)))
	if err != nil {
		return nil, err
	}
	rewrite.Tree = hash.String()
	return rewrite, nil
}

// rewriteTree writes a tree anew. The names are sorted, so that those of one folder stand together, and
// begin with its path.
func (r *Repository) rewriteTree(rewrite *Rewrite, tree *object.Tree, dir string, files map[string][]byte, names []string) (plumbing.Hash, error) {
	entries := slices.Clone(tree.Entries)
	for len(names) > 0 {
		name, _, inFolder := strings.Cut(strings.TrimPrefix(names[0], dir), "/")
		i := slices.IndexFunc(entries, func(e object.TreeEntry) bool { return e.Name == name })
		if i < 0 && (inFolder || files[names[0]] == nil) {
			return plumbing.ZeroHash, fmt.Errorf("%s is not in the commit: %w", names[0], fs.ErrNotExist)
		}
		if i < 0 {
			i = len(entries)
			entries = append(entries, object.TreeEntry{Name: name, Mode: filemode.Regular})
		}
		var err error
		count := 1
		gone := false
		if inFolder {
			prefix := dir + name + "/"
			for count < len(names) && strings.HasPrefix(names[count], prefix) {
				count++
			}
			gone, err = r.rewriteFolder(rewrite, &entries[i], prefix, files, names[:count])
		} else {
			gone, err = r.rewriteFile(rewrite, &entries[i], names[0], files[names[0]])
		}
		if err != nil {
			return plumbing.ZeroHash, err
		}
		if gone {
			entries = slices.Delete(entries, i, i+1)
		}
		names = names[count:]
	}
	if len(entries) == 0 && dir != "" {
		return plumbing.ZeroHash, nil
	}
	sort.Sort(object.TreeEntrySorter(entries))
	encoded := r.objects.NewEncodedObject()
	if err := (&object.Tree{Entries: entries}).Encode(encoded); err != nil {
		return plumbing.ZeroHash, err
	}
	return r.objects.SetEncodedObject(encoded)
}

// rewriteFolder says whether the folder is gone, since git keeps no empty ones.
func (r *Repository) rewriteFolder(rewrite *Rewrite, entry *object.TreeEntry, dir string, files map[string][]byte, names []string) (gone bool, err error) {
	if entry.Mode != filemode.Dir {
		return false, fmt.Errorf("%s is no folder of the commit: %w", dir, fs.ErrNotExist)
	}
	below, err := object.GetTree(r.objects, entry.Hash)
	if err != nil {
		return false, errorf("the folder %s of the commit is not in this checkout: %v; %s", dir, err, howToFetch)
	}
	entry.Hash, err = r.rewriteTree(rewrite, below, dir, files, names)
	return entry.Hash.IsZero(), err
}

func (r *Repository) rewriteFile(rewrite *Rewrite, entry *object.TreeEntry, name string, content []byte) (gone bool, err error) {
	if entry.Mode != filemode.Regular && entry.Mode != filemode.Executable {
		return false, fmt.Errorf("%s is no regular file of the commit: %w", name, fs.ErrNotExist)
	}
	file := RewrittenFile{Name: name, Mode: strings.TrimPrefix(entry.Mode.String(), "0"), Content: content}
	if !entry.Hash.IsZero() {
		file.Old = entry.Hash.String()
	}
	if content != nil {
		entry.Hash = plumbing.ComputeHash(plumbing.BlobObject, content)
		file.New = entry.Hash.String()
	}
	if file.New != file.Old {
		rewrite.Files = append(rewrite.Files, file)
	}
	return content == nil, nil
}
