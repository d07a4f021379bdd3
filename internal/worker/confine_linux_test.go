package worker

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func probing(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, append([]string{probeCommand}, args...)...)
	cmd.Env = append(os.Environ(), "PODMEND_TEST_TOKEN=tok-3n")
	return cmd
}

// A child cannot open a socket, run a program or change a file, whatever a library does in it.
func TestChildrenAreConfined(t *testing.T) {
	if filterMissing(t) {
		t.Skip("this kernel or machine has no filter for system calls")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skip(err)
	}
	defer listener.Close()
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"dial", listener.Addr().String()},
		{"write", filepath.Join(dir, "new")},
		{"write", file},
		{"remove", file},
		{"run", "/bin/true"},
	} {
		out, err := probing(t, args...).CombinedOutput()
		if err == nil || !strings.Contains(string(out), "operation not permitted") {
			t.Errorf("%v: %s, %v; want it refused", args, out, err)
		}
	}
	if out, err := probing(t, "read", file).CombinedOutput(); err != nil {
		t.Errorf("reading: %s, %v", out, err)
	}
}

func filterMissing(t *testing.T) bool {
	t.Helper()
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_GET_ACTION_AVAIL, 0, 0)
	return errno == unix.ENOSYS
}

// The parent's variables may hold a token: nobody reads them in /proc, be it root or not.
func TestEnvironmentIsHidden(t *testing.T) {
	out, err := probing(t, "hide").CombinedOutput()
	if err != nil {
		t.Fatalf("%s, %v", out, err)
	}
	if !strings.Contains(string(out), "own copy: tok-3n") {
		t.Errorf("the process lost its own variables: %s", out)
	}
	if _, seen, _ := strings.Cut(string(out), "seen:"); strings.Contains(seen, "tok-3n") {
		t.Errorf("a process of the same user sees the token: %s", out)
	}
}

// A parent that is killed takes its children along, even those in an endless loop.
func TestChildrenEndWithTheirParent(t *testing.T) {
	files := chart(t, endless)
	parent := probing(t, "endless", files.Dir())
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	var children []int
	if !within(10*time.Second, func() bool {
		children = childrenOf(parent.Process.Pid)
		return len(children) > 0
	}) {
		t.Fatal("no child was started")
	}
	time.Sleep(200 * time.Millisecond)
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait()
	for _, pid := range children {
		if !within(5*time.Second, func() bool { return !runs(pid) }) {
			t.Errorf("process %d outlives its parent", pid)
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

func within(limit time.Duration, holds func() bool) bool {
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if holds() {
			return true
		}
	}
	return holds()
}

func stat(pid string) []string {
	content, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	if err != nil {
		return nil
	}
	return strings.Fields(string(content[strings.LastIndexByte(string(content), ')')+1:]))
}

func childrenOf(parent int) (pids []int) {
	entries, _ := os.ReadDir("/proc")
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if fields := stat(entry.Name()); err == nil && len(fields) > 1 && fields[1] == strconv.Itoa(parent) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// runs says that a process is neither gone nor waiting to be collected.
func runs(pid int) bool {
	fields := stat(strconv.Itoa(pid))
	return len(fields) > 0 && fields[0] != "Z" && fields[0] != "X"
}

func TestMemoryGroup(t *testing.T) {
	group := newMemoryGroup(1 << 30)
	if group == nil {
		t.Skip("no control group can be made here, so that memory is sampled")
	}
	if group.exceeded() {
		t.Error("a new group was exceeded")
	}
	if err := group.remove(); err != nil {
		t.Error(err)
	}
}
