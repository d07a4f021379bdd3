//go:build unix

package atomicfile

import (
	"io/fs"
	"os"
	"syscall"
)

// keepOwner gives a file the owner of the one that it replaces. Only root may, and for anybody
// else the file is theirs already or becomes theirs, as with an editor.
func keepOwner(name string, of fs.FileInfo) {
	if stat, ok := of.Sys().(*syscall.Stat_t); ok && os.Geteuid() == 0 {
		os.Lchown(name, int(stat.Uid), int(stat.Gid)) //nolint:errcheck // best effort, see above
	}
}
