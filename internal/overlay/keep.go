package overlay

import (
	"bytes"
	"sync"
)

const (
	// maxContents bounds in bytes what Keeping keeps.
	maxContents = 32 << 20
	// maxContent bounds in bytes a file of it.
	maxContent = 1 << 20
)

// contents are those of files on the disk, by resolved name.
type contents struct {
	mutex sync.Mutex
	files map[string][]byte
	size  int
}

// Keeping returns a view that reads a file from the disk once, and gives the same content each time.
func (f *FS) Keeping() *FS {
	view := *f
	view.contents = &contents{files: map[string][]byte{}}
	return &view
}

// Fresh returns a view that sees what has become of files meanwhile, for whoever is about to write them.
func (f *FS) Fresh() *FS {
	view := *f
	view.contents = nil
	return &view
}

func (f *FS) readDisk(resolved string) ([]byte, error) {
	c := f.contents
	if c == nil {
		return f.disk.read(resolved)
	}
	c.mutex.Lock()
	content, known := c.files[resolved]
	c.mutex.Unlock()
	if known {
		return bytes.Clone(content), nil
	}
	content, err := f.disk.read(resolved)
	if err != nil || len(content) == 0 || len(content) > maxContent {
		return content, err
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.size += len(content); c.size <= maxContents {
		c.files[resolved] = bytes.Clone(content)
	}
	return content, nil
}
