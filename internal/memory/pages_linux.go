package memory

import (
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	largePage = 2 << 20
	largeRoom = 32 << 20
)

// takeLargePages asks the kernel for large pages where the first objects will lie: else a short run spends
// a tenth of its time on taking each 4 KiB at its first use. A kernel that has none refuses, and all is as
// without it.
func takeLargePages() {
	room := make([]byte, largeRoom)
	start := uintptr(unsafe.Pointer(unsafe.SliceData(room)))
	aligned := -start % largePage
	_ = unix.Madvise(room[aligned:aligned+largeRoom-largePage], unix.MADV_HUGEPAGE)
	runtime.KeepAlive(room)
	runtime.GC() // gives the room free for what comes next
}
