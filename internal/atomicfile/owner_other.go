//go:build !unix

package atomicfile

import "io/fs"

// keepOwner does nothing where files have no numeric owner.
func keepOwner(string, fs.FileInfo) {}
