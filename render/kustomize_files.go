package render

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
)

// virtualRoot is where kustomize sees the repository. It is deep, so that a path that climbs
// out of the repository does not end in a folder that exists.
var virtualRoot = strings.Repeat("/up", 64) + "/repository"

var errIsFolder = errors.New("is a directory")

var errReadOnly = errors.New("podmend never writes while it renders")

// kustomizeFiles shows kustomize the repository, and nothing else, under virtualRoot.
type kustomizeFiles struct {
	files *overlay.FS
	// served holds the content of files that kustomize gets in another form, by resolved name.
	served map[string][]byte
	// printed holds files that are not in the repository.
	printed map[string][]byte
	// cut says which resolved names hold nothing but resources, and may be served without the
	// bodies of CustomResourceDefinitions.
	cut map[string]bool
	// named are the fields that stay in those bodies.
	named func() *namedFields

	mutex   sync.Mutex
	didCut  bool
	refused *Error // the first read that failed for another reason than a missing file
}

var _ filesys.FileSystem = (*kustomizeFiles)(nil)

// virtualPath is the path under which kustomize sees a file of the repository.
func virtualPath(name string) string { return path.Join(virtualRoot, name) }

// name turns a path of kustomize's into a name in the repository.
func (k *kustomizeFiles) name(virtual string) (string, error) {
	if !path.IsAbs(virtual) {
		virtual = path.Join(virtualRoot, virtual)
	}
	virtual = path.Clean(virtual)
	if virtual == virtualRoot {
		return ".", nil
	}
	if name, ok := strings.CutPrefix(virtual, virtualRoot+"/"); ok {
		return name, nil
	}
	return "", k.check(plainPaths(virtual), overlay.ErrOutside)
}

// check remembers a read that the repository does not allow, since kustomize's own errors tell
// little about the reason.
func (k *kustomizeFiles) check(name string, err error) error {
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return err
	}
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if k.refused == nil {
		k.refused = readError(name, err)
	}
	return err
}

// CleanedAbs follows symbolic links, so that kustomize's load restriction judges where a file
// really is, as it does on disk.
func (k *kustomizeFiles) CleanedAbs(virtual string) (filesys.ConfirmedDir, string, error) {
	name, err := k.name(virtual)
	if k.printed[name] != nil {
		return filesys.ConfirmedDir(virtualPath(path.Dir(name))), path.Base(name), nil
	}
	if err == nil {
		var resolved string
		if resolved, err = k.files.Resolve(name); err == nil {
			var info fs.FileInfo
			if info, err = k.files.Stat(resolved); err == nil {
				if info.IsDir() {
					return filesys.ConfirmedDir(virtualPath(resolved)), "", nil
				}
				return filesys.ConfirmedDir(virtualPath(path.Dir(resolved))), path.Base(resolved), nil
			}
		}
		err = k.check(name, err)
	}
	return "", "", fmt.Errorf("evalsymlink failure on '%s' : %w", virtual,
		&fs.PathError{Op: "lstat", Path: virtual, Err: cause(err)})
}

func (k *kustomizeFiles) ReadFile(virtual string) ([]byte, error) {
	name, err := k.name(virtual)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: virtual, Err: err}
	}
	if printed := k.printed[name]; printed != nil {
		return printed, nil
	}
	content, err := k.files.ReadFile(name)
	if err != nil && k.IsDir(virtual) {
		// Without load restrictions kustomize tries to read folders first.
		return nil, &fs.PathError{Op: "read", Path: virtual, Err: errIsFolder}
	}
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: virtual, Err: cause(k.check(name, err))}
	}
	if err := yamledit.Bounded(content); errors.Is(err, yamledit.ErrExpands) {
		return nil, &fs.PathError{Op: "open", Path: virtual, Err: k.check(name, err)}
	}
	if served, ok := k.served[name]; ok {
		return served, nil
	}
	if k.cut[name] {
		short, shorter := cutCRDs(content, k.named())
		if shorter {
			k.mutex.Lock()
			k.didCut = true
			k.mutex.Unlock()
		}
		return short, nil
	}
	return content, nil
}

// IsDir and Exists follow links.
func (k *kustomizeFiles) IsDir(virtual string) bool {
	info, err := k.stat(virtual)
	return err == nil && info.IsDir()
}

// Exists says whether there is a file or folder.
func (k *kustomizeFiles) Exists(virtual string) bool {
	if name, err := k.name(virtual); err == nil && k.printed[name] != nil {
		return true
	}
	_, err := k.stat(virtual)
	return err == nil
}

func (k *kustomizeFiles) stat(virtual string) (fs.FileInfo, error) {
	name, err := k.name(virtual)
	if err != nil {
		return nil, err
	}
	return k.files.Stat(name)
}

// ReadDir lists the names in a folder.
func (k *kustomizeFiles) ReadDir(virtual string) ([]string, error) {
	name, err := k.name(virtual)
	if err != nil {
		return nil, err
	}
	entries, err := k.files.ReadDir(name)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i] = entry.Name()
	}
	return names, nil
}

// Open is refused: kustomize reads through ReadFile.
func (k *kustomizeFiles) Open(string) (filesys.File, error) { return nil, fs.ErrInvalid }

// Glob is refused: no build of kustomize globs.
func (k *kustomizeFiles) Glob(string) ([]string, error) { return nil, fs.ErrInvalid }

// Walk is refused: no build of kustomize walks.
func (k *kustomizeFiles) Walk(string, filepath.WalkFunc) error { return fs.ErrInvalid }

// Create is refused.
func (k *kustomizeFiles) Create(string) (filesys.File, error) { return nil, errReadOnly }

// Mkdir is refused.
func (k *kustomizeFiles) Mkdir(string) error { return errReadOnly }

// MkdirAll is refused.
func (k *kustomizeFiles) MkdirAll(string) error { return errReadOnly }

// RemoveAll is refused.
func (k *kustomizeFiles) RemoveAll(string) error { return errReadOnly }

// WriteFile is refused.
func (k *kustomizeFiles) WriteFile(string, []byte) error { return errReadOnly }

// plainPaths makes virtual paths in a text relative to the repository's root.
func plainPaths(text string) string {
	text = strings.ReplaceAll(text, virtualRoot+"/", "")
	text = strings.ReplaceAll(text, virtualRoot, ".")
	outside := strings.TrimSuffix(virtualRoot, "/repository")
	for climbs := "../"; outside != ""; climbs += "../" {
		text = strings.ReplaceAll(text, outside+"/", climbs)
		outside = strings.TrimSuffix(outside, "/up")
	}
	return text
}
