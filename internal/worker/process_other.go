//go:build !linux

package worker

import "os/exec"

// MemoryIsWatched says whether the memory limit can be kept on this system.
const MemoryIsWatched = false

func isolate(*exec.Cmd) {}

func residentMemory(int) int64 { return 0 }
