package render

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/ignore"

	"github.com/podmend/podmend/internal/overlay"
)

// Helm's own limits. The size of a whole chart is limited by Helm for archives only; for folders
// it keeps a chart at the root of a large repository from filling the memory.
const (
	helmMaxFileSize  = 5 << 20
	helmMaxChartSize = 100 << 20
	helmMaxEntries   = 100_000
)

// A helmFile is a file of a chart, named relative to the chart's folder.
type helmFile struct {
	name  string
	data  []byte
	place helmPlace
}

// A helmWalk reads the files of a chart folder as Helm's directory loader does: in lexical
// order, through symbolic links, without what .helmignore lists.
type helmWalk struct {
	files *overlay.FS
	rules *ignore.Rules
	found []helmFile
	size  int
	// entries counts files and folders: links can make many of few.
	entries int
	// within holds the link-free folders that are being walked, to end loops of links.
	within []string
}

var helmBOM = []byte{0xEF, 0xBB, 0xBF}

// helmChartFiles reads the chart folder dir, which must be free of links.
func helmChartFiles(files *overlay.FS, dir string) ([]helmFile, *Error) {
	rules, failed := helmIgnoreRules(files, dir)
	if failed != nil {
		return nil, failed
	}
	walk := &helmWalk{files: files, rules: rules}
	if failed := walk.folder(dir, ""); failed != nil {
		return nil, failed
	}
	return walk.found, nil
}

func helmIgnoreRules(files *overlay.FS, dir string) (*ignore.Rules, *Error) {
	name := path.Join(dir, ignore.HelmIgnore)
	rules := ignore.Empty()
	content, err := files.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, helmReadError(name, err)
	default:
		if rules, err = ignore.Parse(bytes.NewReader(content)); err != nil {
			return nil, helmIgnoreError(name, content, err)
		}
	}
	rules.AddDefaults()
	return rules, nil
}

func helmIgnoreError(name string, content []byte, err error) *Error {
	number := 0
	for line := range strings.Lines(string(content)) {
		number++
		if _, lineErr := ignore.Parse(strings.NewReader(line)); lineErr != nil {
			return &Error{Kind: ErrChartMetadata, File: name, Line: number, Message: fmt.Sprintf("%v. Mend or remove the pattern; Helm renders nothing before.", lineErr)}
		}
	}
	return &Error{Kind: ErrChartMetadata, File: name, Message: fmt.Sprintf("%v. Mend the file; Helm renders nothing before.", err)}
}

// folder walks the link-free folder dir, which the chart sees as name.
func (w *helmWalk) folder(dir, name string) *Error {
	if slices.Contains(w.within, dir) {
		return &Error{
			Kind: ErrRecursion, File: dir,
			Message: fmt.Sprintf("the symbolic link %s leads to a folder that holds it. Take the link away, or list it in .helmignore.", name),
		}
	}
	w.within = append(w.within, dir)
	defer func() { w.within = w.within[:len(w.within)-1] }()
	entries, err := w.files.ReadDir(dir)
	if err != nil {
		return helmReadError(dir, err)
	}
	for _, entry := range entries {
		// Helm would read the repository's own folder, or a submodule's file, into a chart at its root.
		if strings.EqualFold(entry.Name(), ".git") {
			continue
		}
		if w.entries++; w.entries > helmMaxEntries {
			return &Error{
				Kind: ErrTooLarge, File: dir,
				Message: fmt.Sprintf("the chart up to this folder has more than %d files and folders. List in .helmignore what it does not need.", helmMaxEntries),
			}
		}
		if failed := w.entry(path.Join(dir, entry.Name()), path.Join(name, entry.Name()), entry); failed != nil {
			return failed
		}
	}
	return nil
}

func (w *helmWalk) entry(file, name string, entry fs.DirEntry) *Error {
	isDir := entry.IsDir()
	if entry.Type()&fs.ModeSymlink != 0 {
		resolved, err := w.files.Resolve(file)
		var info fs.FileInfo
		if err == nil {
			info, err = w.files.Stat(resolved)
		}
		if err != nil {
			if w.rules.Ignore(name, helmEntryInfo{}) || w.rules.Ignore(name, helmEntryInfo{dir: true}) {
				return nil
			}
			return helmReadError(file, err)
		}
		file, isDir = resolved, info.IsDir()
	}
	switch {
	case w.rules.Ignore(name, helmEntryInfo{dir: isDir}):
		return nil
	case isDir:
		return w.folder(file, name)
	}
	data, err := w.files.ReadFile(file)
	if err != nil {
		return helmReadError(file, err)
	}
	if len(data) > helmMaxFileSize {
		return helmTooLarge(file)
	}
	if w.size += len(data); w.size > helmMaxChartSize {
		return &Error{
			Kind: ErrTooLarge, File: file,
			Message: fmt.Sprintf("the files of the chart up to this one exceed %d MiB. List in .helmignore what the chart does not need.", helmMaxChartSize>>20),
		}
	}
	w.found = append(w.found, helmFile{name: name, data: bytes.TrimPrefix(data, helmBOM), place: helmPlace{file: file}})
	return nil
}

// helmEntryInfo is all that Helm's ignore rules ask of a file.
type helmEntryInfo struct {
	fs.FileInfo
	dir bool
}

func (i helmEntryInfo) IsDir() bool { return i.dir }

// helmArchiveFiles unpacks a packaged chart in memory.
func helmArchiveFiles(archive helmFile) ([]helmFile, *Error) {
	unpacked, err := loader.LoadArchiveFiles(bytes.NewReader(archive.data))
	if err != nil {
		return nil, archive.place.fail(ErrChartArchive, 0,
			fmt.Sprintf("cannot be unpacked: %v. Package the subchart again, for example with helm dependency build.", err))
	}
	var found []helmFile
	for _, file := range unpacked {
		found = append(found, helmFile{
			name: file.Name, data: file.Data,
			place: helmPlace{file: archive.place.file, inside: path.Join(archive.place.inside, file.Name)},
		})
	}
	return found, nil
}

// helmPackedFiles reads an archive and unpacks it in memory.
func helmPackedFiles(files *overlay.FS, archive string) ([]helmFile, *Error) {
	data, err := files.ReadFile(archive)
	if err != nil {
		return nil, helmReadError(archive, err)
	}
	return helmArchiveFiles(helmFile{data: data, place: helmPlace{file: archive}})
}
