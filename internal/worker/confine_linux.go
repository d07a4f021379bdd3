package worker

import (
	"bytes"
	"os"

	"golang.org/x/sys/unix"
)

// HideEnvironment keeps children, and every other process of this user, from reading the variables
// of this one in /proc. This process has a copy of its own already.
// https://man7.org/linux/man-pages/man5/proc_pid_environ.5.html
func HideEnvironment() {
	eraseEnvironment()
	// Forbids other processes of the user to look into this one; root may still. On an error things
	// are as they were, and a child is told no more of its parent than where its files are.
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
}

// eraseEnvironment overwrites the memory that /proc/self/environ shows.
// https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
func eraseEnvironment() {
	content, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return
	}
	// The name of the program, in parentheses, may hold anything.
	fields := bytes.Fields(content[bytes.LastIndexByte(content, ')')+1:])
	const first, start, end = 3, 50, 51 // as the manual counts fields
	if len(fields) <= end-first {
		return
	}
	from, to := numberIn(fields[start-first]), numberIn(fields[end-first])
	if from <= 0 || to <= from || to-from > 16<<20 {
		return
	}
	memory, err := os.OpenFile("/proc/self/mem", os.O_RDWR, 0)
	if err != nil {
		return
	}
	defer memory.Close()
	_, _ = memory.WriteAt(make([]byte, to-from), from)
}

// confine takes from this process, a child, what rendering never needs. It is a second wall: what
// libraries are asked to do stays inside anyway.
func confine() {
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
	_ = filterCalls()
}

// limitMemory lets the kernel refuse memory a quarter beyond the limit: between two samples a
// child could take much. The runtime maps more than it uses.
func limitMemory(limit int64) {
	if raceEnabled {
		return
	}
	most := uint64(limit + limit/4 + 256<<20)
	_ = unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: most, Max: most})
}
