// Package garbage sets when memory is collected. It is imported for that, so that it is set before
// other packages make their tables: a collection in the midst of those is a fifth of a start.
package garbage

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
	ballast = make([]byte, 24<<20)
	runtime.KeepAlive(ballast)
}
