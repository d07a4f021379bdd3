//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// fifo makes a named pipe, which hangs whoever opens it: fifo NAME
func fifo(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: fifo NAME")
	}
	ts.Check(syscall.Mkfifo(ts.MkAbs(args[0]), 0o644))
}

// largest is the most memory that a process or one of its children had, in bytes.
func largest(state *os.ProcessState) int64 {
	if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
		return int64(usage.Maxrss) << 10
	}
	return 0
}

// strike signals podmend at growing times after its start, and asserts each time that it ends, that
// no child is left and that each file is whole, old or new: strike SIGNAL OLD NEW ARG...
// OLD and NEW are texts of which each file *.yaml of the folder holds one.
func strike(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 4 {
		ts.Fatalf("usage: strike INT|TERM|KILL OLD NEW ARG...")
	}
	signals := map[string]syscall.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "KILL": syscall.SIGKILL}
	before := snapshot(ts)
	for wait := 5 * time.Millisecond; wait < 2*time.Second; wait = wait * 6 / 5 {
		restore(ts, before)
		cmd := program(context.Background(), ts, args[3:]...)
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		ts.Check(cmd.Start())
		done := make(chan error, 1)
		go func() { done <- cmd.Wait() }()
		var err error
		ended := false
		select {
		case err = <-done:
			ended = true
		case <-time.After(wait):
		}
		children := childrenOf(cmd.Process.Pid)
		if !ended {
			if err := cmd.Process.Signal(signals[args[0]]); !errors.Is(err, os.ErrProcessDone) {
				ts.Check(err)
			}
			select {
			case err = <-done:
			case <-time.After(20 * time.Second):
				_ = cmd.Process.Kill()
				ts.Fatalf("%v after its start, SIG%s does not end podmend", wait, args[0])
			}
		}
		wholeFiles(ts, args[0], args[1], args[2])
		gone(ts, children)
		if ended && exitStatusOf(err) != "4" {
			ts.Logf("podmend was done after %v", wait)
			return
		}
	}
}

func wholeFiles(ts *testscript.TestScript, signal, old, changed string) {
	for name, content := range snapshot(ts) {
		staged := strings.Contains(name, ".podmend-")
		if staged && signal != "KILL" {
			ts.Fatalf("%s is left after SIG%s", name, signal)
		}
		if staged || !strings.HasSuffix(name, ".yaml") {
			continue
		}
		text := string(content)
		if !strings.Contains(text, old) && !strings.Contains(text, changed) || !strings.HasSuffix(text, "# end\n") {
			ts.Fatalf("%s is neither old nor new:\n%s", name, text)
		}
	}
}

// restore brings the files back and takes others away.
func restore(ts *testscript.TestScript, files map[string][]byte) {
	now := snapshot(ts)
	maps.DeleteFunc(now, func(name string, _ []byte) bool { _, known := files[name]; return known })
	for name := range now {
		ts.Check(os.Remove(name))
	}
	for name, content := range files {
		ts.Check(os.WriteFile(name, content, 0o644))
	}
}

func childrenOf(parent int) (pids []int) {
	out, err := exec.Command("ps", "-eo", "pid=,ppid=").Output()
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) == 2 && fields[1] == strconv.Itoa(parent) {
			pid, _ := strconv.Atoi(fields[0])
			pids = append(pids, pid)
		}
	}
	return pids
}

// gone asserts that processes end soon.
func gone(ts *testscript.TestScript, pids []int) {
	for _, pid := range pids {
		end := time.Now().Add(10 * time.Second)
		for syscall.Kill(pid, 0) == nil && !isZombie(pid) {
			if time.Now().After(end) {
				ts.Fatalf("the child %d outlives podmend", pid)
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
}

func isZombie(pid int) bool {
	out, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
	return err != nil || strings.HasPrefix(strings.TrimSpace(string(out)), "Z")
}
