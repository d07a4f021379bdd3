package worker

import (
	"context"
	"encoding/gob"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/render"
)

// probeCommand makes the test program a process that tries something, or a child of some bad kind.
const probeCommand = "__probe"

// probe does what its arguments say and prints what came of it.
func probe(args []string) int {
	report := func(err error) int {
		if err != nil {
			fmt.Println("refused:", err)
			return 1
		}
		fmt.Println("done")
		return 0
	}
	switch args[0] {
	case "dial":
		confine()
		conn, err := (&net.Dialer{Timeout: time.Second}).Dial("tcp", args[1])
		if err == nil {
			err = conn.Close()
		}
		return report(err)
	case "write":
		confine()
		return report(os.WriteFile(args[1], []byte("x"), 0o600))
	case "remove":
		confine()
		return report(os.Remove(args[1]))
	case "run":
		confine()
		return report(exec.Command(args[1]).Run())
	case "read":
		confine()
		_, err := os.ReadFile(args[1])
		return report(err)
	case "hide":
		// A process of the same user that looks into its parent.
		HideEnvironment()
		fmt.Printf("own copy: %s\n", os.Getenv("PODMEND_TEST_TOKEN"))
		look := exec.Command("sh", "-c", "cat /proc/$PPID/environ; true")
		look.Env = []string{"PATH=" + os.Getenv("PATH")}
		seen, err := look.CombinedOutput()
		fmt.Printf("seen: %q\n", strings.Trim(string(seen), "\x00"))
		return report(err)
	case "endless":
		files, err := overlay.Open(args[1])
		if err != nil {
			return report(err)
		}
		_, err = NewPool(os.Args[0], 1, Limits{}).Render(context.Background(), files, target, render.Detail{})
		return report(err)
	case "garbage":
		fmt.Print(strings.Repeat("\xfe\x07 not an answer ", 1000))
		time.Sleep(time.Minute)
	case "flood":
		// An answer that never ends.
		for {
			if err := gob.NewEncoder(os.Stdout).Encode(strings.Repeat("x", 1<<20)); err != nil {
				return 1
			}
		}
	case "slow":
		// A runtime that is refused memory: its answers end before its words are read.
		_ = os.Stdout.Close()
		time.Sleep(200 * time.Millisecond)
		fmt.Fprintln(os.Stderr, "runtime/cgo: pthread_create failed: Resource temporarily unavailable")
		return 2
	case "ended":
		// A process that the kernel ends because the machine has no memory.
		if self, err := os.FindProcess(os.Getpid()); err == nil {
			_ = self.Kill()
		}
	case "gone":
		return 7
	case "panic":
		panic("secret of a chart")
	}
	return 2
}
