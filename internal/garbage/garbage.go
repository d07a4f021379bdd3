// Package garbage sets when memory is collected. It is imported for that, so that it is set before
// other packages make their tables: a collection in the midst of those is a fifth of a start.
package garbage

import "runtime/debug"

// Rendering makes garbage quickly and lives shortly: collecting it late saves a third of the time, and
// the limit makes it early again before memory gets scarce.
var (
	_ = debug.SetGCPercent(400)
	_ = debug.SetMemoryLimit(768 << 20)
)
