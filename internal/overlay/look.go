package overlay

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
)

// A Look is one question to a file system. What a renderer does depends on nothing but the answers to
// its looks.
type Look struct {
	Kind LookKind
	Name string // as it was asked
}

// A LookKind says what was asked.
type LookKind int8

// The kinds of looks.
const (
	Asked  LookKind = iota // what is there, and where links lead
	Read                   // the content of a file
	Listed                 // the names in a folder
)

// Watching returns a view that calls watch with each look, be there something or not. watch must be
// safe for concurrent use if the view is used concurrently.
func (f *FS) Watching(watch func(Look)) *FS {
	view := *f
	view.watch = watch
	return &view
}

func (f *FS) look(kind LookKind, name string) {
	if f.watch != nil {
		f.watch(Look{kind, name})
	}
}

// Answer returns a text that is the same as long as a look sees the same.
func (f *FS) Answer(look Look) string {
	resolved, err := f.resolve(look.Name)
	if err != nil {
		return "none: " + reason(err)
	}
	switch look.Kind {
	case Read:
		content, err := f.read(resolved)
		if err != nil {
			return resolved + ": " + reason(err)
		}
		return resolved + " holds " + digest(content)
	case Listed:
		entries, err := f.ReadDir(resolved)
		if err != nil {
			return resolved + ": " + reason(err)
		}
		var names []byte
		for _, entry := range entries {
			names = fmt.Appendf(names, "%q %v\n", entry.Name(), entry.Type())
		}
		return resolved + " lists " + digest(names)
	}
	info, err := f.Stat(resolved)
	if err != nil {
		return resolved + ": " + reason(err)
	}
	if info.IsDir() {
		return resolved + " is a folder"
	}
	return fmt.Sprintf("%s is %v of %d bytes", resolved, info.Mode().Type(), info.Size())
}

// reason is why there is no answer, without the name.
func reason(err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return "nothing is there"
	}
	return plainError(err).Error()
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
