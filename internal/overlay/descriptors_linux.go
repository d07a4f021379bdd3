package overlay

import "golang.org/x/sys/unix"

// Linux makes its table of open files larger step by step, and lets a process with threads wait some milliseconds for
// each step. Here that is done once, beside the start of the program.
func init() {
	go func() {
		if last, err := unix.FcntlInt(0, unix.F_DUPFD_CLOEXEC, maxFolders+64); err == nil {
			_ = unix.Close(last) // it is only to have been open
		}
	}()
}
