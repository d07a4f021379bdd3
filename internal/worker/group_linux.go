package worker

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path"
	"strconv"
	"strings"
	"sync/atomic"
)

// A memoryGroup is a control group with a memory limit of its own, in which the kernel ends what
// takes more. https://docs.kernel.org/admin-guide/cgroup-v2.html#memory
type memoryGroup struct {
	name string
	dir  *os.File
}

var groups atomic.Int64

// ownGroup is the folder of the control group that this process is in, "" where there is none.
func ownGroup() string {
	content, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(content)) {
		if below, ok := strings.CutPrefix(strings.TrimSpace(line), "0::"); ok {
			return path.Join("/sys/fs/cgroup", below)
		}
	}
	return ""
}

// newMemoryGroup makes a group below the own one; nil where the system does not let this process.
// Then what is sampled counts.
func newMemoryGroup(limit int64) *memoryGroup {
	own := ownGroup()
	enabled, err := os.ReadFile(path.Join(own, "cgroup.subtree_control"))
	if own == "" || err != nil || !bytes.Contains(enabled, []byte("memory")) {
		return nil
	}
	name := path.Join(own, fmt.Sprintf("podmend-%d-%d", os.Getpid(), groups.Add(1)))
	if os.Mkdir(name, 0o755) != nil {
		return nil
	}
	group := &memoryGroup{name: name}
	if os.WriteFile(path.Join(name, "memory.max"), []byte(strconv.FormatInt(limit, 10)), 0) != nil {
		_ = group.remove()
		return nil
	}
	// Without these two, a child swaps before it is ended, or loses a thread only.
	_ = os.WriteFile(path.Join(name, "memory.swap.max"), []byte("0"), 0)
	_ = os.WriteFile(path.Join(name, "memory.oom.group"), []byte("1"), 0)
	if group.dir, err = os.Open(name); err != nil {
		_ = group.remove()
		return nil
	}
	return group
}

// exceeded says whether the kernel ended the process of the group for its memory.
func (g *memoryGroup) exceeded() bool {
	if g == nil {
		return false
	}
	events, err := os.ReadFile(path.Join(g.name, "memory.events"))
	if err != nil {
		return false
	}
	for line := range bytes.Lines(events) {
		if count, ok := bytes.CutPrefix(line, []byte("oom_kill ")); ok {
			return numberIn(count) > 0
		}
	}
	return false
}

func (g *memoryGroup) remove() error {
	if g == nil {
		return nil
	}
	var err error
	if g.dir != nil {
		err = g.dir.Close()
	}
	return errors.Join(err, os.Remove(g.name))
}
