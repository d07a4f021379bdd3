// Package memory sets how memory is taken and collected. It is imported for that, so that it is set
// before other packages make their tables: a collection in the midst of those is a fifth of a start.
package memory

import (
	"runtime"
	"runtime/debug"
)

// Rendering makes garbage quickly and lives shortly: collecting it late saves a third of the time, and
// the limit makes it early again before memory gets scarce.
var (
	_ = debug.SetMemoryLimit(768 << 20)
	_ = debug.SetGCPercent(400)
)

// ballast counts as memory in use without taking any, since nothing is written into it: little is
// collected below 120 MiB, which short runs do not reach.
var ballast []byte

func init() {
	// Samples of allocations, which nobody reads, take a fiftieth of a start.
	runtime.MemProfileRate = 0
	ballast = make([]byte, 24<<20) // first, or it would lie in the large pages
	takeLargePages()
	runtime.KeepAlive(ballast)
}
