package overlay

import (
	"io/fs"
	"time"
)

// memoryInfo describes what exists only in the overlay.
type memoryInfo struct {
	name string
	size int64
	mode fs.FileMode
}

func (i memoryInfo) Name() string { return i.name }
func (i memoryInfo) Size() int64  { return i.size }
func (i memoryInfo) IsDir() bool  { return i.mode.IsDir() }
func (i memoryInfo) Sys() any     { return nil }

func (i memoryInfo) Mode() fs.FileMode {
	if i.mode == 0 {
		return 0o644
	}
	return i.mode
}

// ModTime is the zero time: nothing that renders depends on it.
func (i memoryInfo) ModTime() time.Time { return time.Time{} }
