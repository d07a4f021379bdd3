package changes

import (
	"cmp"
	"errors"
	"io/fs"
	"slices"

	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/utils/merkletrie"
)

// Options say which states are compared.
type Options struct {
	Base string // the commit, branch or tag that the head is to be merged into
	Head string // the head's commit; "" is the work tree as it lies on the disk
	// Untracked are files of the work tree that git does not track and that belong to the head. Those
	// that are not named count on both sides.
	Untracked []string
	// Lstat describes a file of the work tree for those who have asked before; nil asks the disk.
	Lstat func(name string) (fs.FileInfo, error)
}

// A Comparison holds both states as changes to what lies on the disk.
type Comparison struct {
	Diff
	// HeadFiles and BaseFiles are what differs from the work tree, by name; nil: the file is not there.
	HeadFiles, BaseFiles map[string][]byte
	// HeadLinks and BaseLinks are the symbolic links that differ likewise, and where they lead.
	HeadLinks, BaseLinks map[string]string
	// Unseen are changed submodules and files too large to be read, which both states show as the work
	// tree has them.
	Unseen []string
}

// maxRenames bounds for how many added and removed files a similar one is looked for.
const maxRenames = 1000

// maxFile is the size in bytes of a file above which it is not read.
const maxFile = 32 << 20

// Compare compares the head with the merge base of it and options.Base.
func (r *Repository) Compare(options Options) (comparison *Comparison, err error) {
	defer recoverObjects(&err)
	baseTip, err := r.commit(options.Base)
	if err != nil {
		return nil, err
	}
	headTip, err := r.commit(cmp.Or(options.Head, "HEAD"))
	if err != nil {
		return nil, err
	}
	merge, err := r.mergeBase(headTip, baseTip)
	if err != nil {
		return nil, err
	}
	disk, err := r.workTree(options)
	if err != nil {
		return nil, err
	}
	base, err := merge.Tree()
	if err != nil {
		return nil, errorf("the files of the base commit %.12s are not in this checkout: %v; %s", merge.Hash, err, howToFetch)
	}
	comparison = &Comparison{Diff: Diff{Base: merge.Hash.String()}}
	head := disk
	if options.Head != "" {
		comparison.Head = headTip.Hash.String()
		if head, err = headTip.Tree(); err != nil {
			return nil, errorf("the files of the head commit %.12s are not in this checkout: %v; %s", headTip.Hash, err, howToFetch)
		}
	}
	if comparison.HeadFiles, comparison.HeadLinks, err = comparison.view(disk, head); err != nil {
		return nil, err
	}
	if comparison.BaseFiles, comparison.BaseLinks, err = comparison.view(disk, base); err != nil {
		return nil, err
	}
	slices.Sort(comparison.Unseen)
	comparison.Unseen = slices.Compact(comparison.Unseen)
	changed, err := diffTrees(base, head)
	if err == nil {
		changed, err = object.DetectRenames(changed, &object.DiffTreeOptions{DetectRenames: true, RenameScore: 50, RenameLimit: maxRenames})
	}
	if err != nil {
		return nil, errorf("the commits cannot be compared: %v; %s", err, howToFetch)
	}
	for _, change := range changed {
		file, err := fileOf(change)
		if err != nil {
			return nil, errorf("%s cannot be compared: %v; %s", nameOf(change), err, howToFetch)
		}
		comparison.Files = append(comparison.Files, file)
	}
	slices.SortFunc(comparison.Files, func(a, b File) int { return cmp.Compare(a.Name, b.Name) })
	return comparison, nil
}

// view lists the files and links by which one tree differs from what lies on the disk.
func (c *Comparison) view(disk, tree *object.Tree) (files map[string][]byte, links map[string]string, err error) {
	files, links = map[string][]byte{}, map[string]string{}
	changed, err := diffTrees(disk, tree)
	if err != nil {
		return nil, nil, errorf("the files of a commit cannot be listed: %v; fetch it whole (a partial clone lacks objects)", err)
	}
	for _, change := range changed {
		if !isText(change.From) || !isText(change.To) {
			c.Unseen = append(c.Unseen, nameOf(change))
			continue
		}
		if change.To.Name == "" {
			files[change.From.Name] = nil
			continue
		}
		content, err := contentOf(change.To)
		if errors.Is(err, errTooLarge) {
			c.Unseen = append(c.Unseen, nameOf(change))
			continue
		}
		if err != nil {
			return nil, nil, errorf("%s cannot be read from git: %v; fetch it whole (a partial clone lacks objects)", change.To.Name, err)
		}
		if isLink(change.To) {
			links[change.To.Name] = string(content)
		} else {
			files[change.To.Name] = content
		}
	}
	return files, links, nil
}

// isText says that git has a text of an entry, the file's or where the link leads, or that there is no entry.
func isText(entry object.ChangeEntry) bool { return entry.Name == "" || entry.TreeEntry.Mode.IsFile() }

func isLink(entry object.ChangeEntry) bool { return entry.TreeEntry.Mode == filemode.Symlink }

func nameOf(change *object.Change) string { return cmp.Or(change.To.Name, change.From.Name) }

func fileOf(change *object.Change) (File, error) {
	action, err := change.Action()
	if err != nil {
		return File{}, err
	}
	file := File{Name: nameOf(change), Status: Modified}
	switch {
	case action == merkletrie.Insert:
		file.Status = Added
	case action == merkletrie.Delete:
		file.Status = Removed
	case change.From.Name != change.To.Name:
		file.Status, file.OldName = Renamed, change.From.Name
	}
	if !isText(change.From) || !isText(change.To) {
		file.Opaque = true
		return file, nil
	}
	before, err := contentOf(change.From)
	if err == nil {
		var after []byte
		if after, err = contentOf(change.To); err == nil {
			file.Hunks, file.Opaque = hunks(before, after)
			if isLink(change.From) {
				file.OldLink = string(before)
			}
			if isLink(change.To) {
				file.Link = string(after)
			}
		}
	}
	if errors.Is(err, errTooLarge) {
		file.Opaque, err = true, nil
	}
	return file, err
}
