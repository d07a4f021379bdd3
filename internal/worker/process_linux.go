package worker

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// MemoryIsWatched says whether the memory limit can be kept on this system.
const MemoryIsWatched = true

// isolate makes the child end with its parent, whatever happens to that.
func isolate(cmd *exec.Cmd, group *memoryGroup) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if group != nil {
		cmd.SysProcAttr.UseCgroupFD, cmd.SysProcAttr.CgroupFD = true, int(group.dir.Fd())
	}
}

// residentMemory is what a process holds in memory, in bytes; 0 if it is gone.
// https://man7.org/linux/man-pages/man5/proc_pid_statm.5.html
func residentMemory(pid int) int64 {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	fields := bytes.Fields(content)
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(string(fields[1]), 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}

// endedBySystem says whether a process was killed. If nobody of this program did it, the kernel did,
// because the machine or the container around it ran out of memory.
func endedBySystem(state *os.ProcessState) bool {
	status, ok := state.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// freeMemory is how many bytes the machine, or the container around this process, can still give;
// 0 if it does not tell.
func freeMemory() int64 {
	free := int64(0)
	if content, err := os.ReadFile("/proc/meminfo"); err == nil {
		for line := range bytes.Lines(content) {
			if value, ok := bytes.CutPrefix(line, []byte("MemAvailable:")); ok {
				free = numberIn(bytes.TrimSuffix(bytes.TrimSpace(value), []byte(" kB"))) << 10
			}
		}
	}
	limits := []string{"/sys/fs/cgroup/memory/memory.limit_in_bytes"}
	if own := ownGroup(); own != "" {
		limits = append(limits, own+"/memory.max")
	}
	for _, name := range limits {
		content, err := os.ReadFile(name)
		if limit := numberIn(bytes.TrimSpace(content)); err == nil && limit > 0 {
			free = min(free, limit)
		}
	}
	return free
}

// numberIn is 0 for a text such as "max".
func numberIn(text []byte) int64 {
	n, err := strconv.ParseInt(string(bytes.TrimSpace(text)), 10, 64)
	if err != nil {
		return 0
	}
	return n
}
