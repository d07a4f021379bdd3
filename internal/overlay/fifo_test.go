//go:build unix

package overlay

import (
	"errors"
	"path/filepath"
	"syscall"
	"testing"
)

// Opening a FIFO for reading waits for a writer; a repository must not be able to hang podmend.
func TestFIFOIsRefusedWithoutWaiting(t *testing.T) {
	files, root := repository(t)
	if err := syscall.Mkfifo(filepath.Join(root, "pipe.yaml"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := files.ReadFile("pipe.yaml"); !errors.Is(err, ErrNotRegular) {
		t.Errorf("ReadFile = %v, want %v", err, ErrNotRegular)
	}
}
