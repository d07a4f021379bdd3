package main

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// watchMemory samples the memory of a process and its children until peak is asked for.
func watchMemory(pid int) (peak func() int64) {
	stop, done := make(chan struct{}), make(chan int64)
	go func() {
		var most int64
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				most = max(most, treeMemory(pid))
			case <-stop:
				done <- most
				return
			}
		}
	}()
	return func() int64 {
		close(stop)
		return <-done
	}
}

// treeMemory is the resident memory of a process and those below it, in bytes. Processes that end
// meanwhile count for nothing.
func treeMemory(pid int) int64 {
	var size, resident int64
	if text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid)); err == nil {
		_, _ = fmt.Sscan(string(text), &size, &resident)
	}
	sum := resident * int64(os.Getpagesize())
	tasks, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	for _, task := range tasks {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/children", pid, task.Name()))
		for _, child := range strings.Fields(string(text)) {
			var below int
			if _, err := fmt.Sscan(child, &below); err == nil {
				sum += treeMemory(below)
			}
		}
	}
	return sum
}
