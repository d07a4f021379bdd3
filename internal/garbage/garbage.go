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
	_ = debug.SetGCPercent(first)
	_ = runtime.AddCleanup(new([64]byte), func(percent int) { debug.SetGCPercent(percent) }, later)
)

// The first collection is at 4 MiB * first / 100, which short runs do not reach. It cleans up, and so
// sets what holds from then on.
const (
	first = 1600
	later = 400
)
