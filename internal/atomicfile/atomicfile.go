// Package atomicfile replaces files so that each is whole at any time, old or new.
package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// A Replacement is the new content of a file, which may not exist yet.
type Replacement struct {
	Name    string // absolute, without symbolic links
	Content []byte // nil takes the file away
}

// Write creates or replaces one file.
func Write(name string, content []byte, mode fs.FileMode) error {
	if info, err := os.Stat(name); err == nil {
		if !info.Mode().IsRegular() {
			return writeInPlace(name, content)
		}
		mode = info.Mode().Perm()
	}
	staged, err := stage(name, content, mode)
	if err != nil {
		return err
	}
	if err := os.Rename(staged, name); err != nil {
		return errors.Join(err, os.Remove(staged))
	}
	return nil
}

// writeInPlace serves devices and pipes such as /dev/stdout, which cannot be replaced.
func writeInPlace(name string, content []byte) error {
	file, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Close())
}

// newMode is the mode of a file that was not there before.
const newMode = 0o644

// ReplaceAll replaces all files or none: everything is written beside its file first, and what
// was replaced is put back if a later one fails. Modes and, where possible, owners are kept.
func ReplaceAll(replacements []Replacement) (err error) {
	var staged []string
	defer func() {
		for _, name := range staged {
			if removeErr := os.Remove(name); removeErr != nil && !errors.Is(removeErr, fs.ErrNotExist) {
				err = errors.Join(err, removeErr)
			}
		}
	}()
	nexts, backups := make([]string, len(replacements)), make([]string, len(replacements))
	for i, replacement := range replacements {
		info, err := os.Lstat(replacement.Name)
		if errors.Is(err, fs.ErrNotExist) && replacement.Content != nil {
			next, err := stage(replacement.Name, replacement.Content, newMode)
			if err != nil {
				return err
			}
			staged, nexts[i] = append(staged, next), next
			continue
		}
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() {
			return fmt.Errorf("%s is not a regular file", replacement.Name)
		}
		if err := writable(replacement.Name); err != nil {
			return err
		}
		next, err := stage(replacement.Name, replacement.Content, info.Mode().Perm())
		if err != nil {
			return err
		}
		staged, nexts[i] = append(staged, next), next
		keepOwner(next, info)
		old, err := os.ReadFile(replacement.Name)
		if err != nil {
			return err
		}
		if backups[i], err = stage(replacement.Name, old, info.Mode().Perm()); err != nil {
			return err
		}
		staged = append(staged, backups[i])
		keepOwner(backups[i], info)
	}
	for i, replacement := range replacements {
		if err := replacement.put(nexts[i]); err != nil {
			for j := range i {
				err = errors.Join(err, replacements[j].restore(backups[j]))
			}
			return err
		}
	}
	return nil
}

// put lets what is staged take the file's place.
func (r *Replacement) put(staged string) error {
	if r.Content == nil {
		return os.Remove(r.Name)
	}
	return os.Rename(staged, r.Name)
}

// restore puts the file back, or takes a new one away.
func (r *Replacement) restore(backup string) error {
	if backup == "" {
		return os.Remove(r.Name)
	}
	return os.Rename(backup, r.Name)
}

// writable asks for the right to write, which renaming over a file does not need.
func writable(name string) error {
	file, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return file.Close()
}

// stage writes content to a new file beside name and returns its name.
func stage(name string, content []byte, mode fs.FileMode) (string, error) {
	file, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".podmend-*")
	if err != nil {
		return "", err
	}
	_, err = file.Write(content)
	if err == nil {
		err = file.Chmod(mode)
	}
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return "", errors.Join(err, os.Remove(file.Name()))
	}
	return file.Name(), nil
}
