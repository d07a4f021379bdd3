package worker

import (
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	"github.com/podmend/podmend/render"
)

// slack is what a message may hold beside the objects.
const slack = 16 << 20

// A child is one running process and the pipes to it. It serves one request at a time.
type child struct {
	cmd      *exec.Cmd
	stdin    io.WriteCloser
	requests *gob.Encoder
	reader   *cappedReader
	answers  *gob.Decoder
	stderr   *tail
	group    *memoryGroup // nil where the system gives none
	used     atomic.Int64 // resident bytes, as last seen
	killed   atomic.Bool  // by this process
	wait     func() error // until it is gone and all that it printed is here
}

func start(program string, limits Limits) (*child, error) {
	cmd := exec.Command(program)
	cmd.Args = []string{"podmend", Command}
	// Nothing of the parent's environment: it may hold a token, and PATH would let a library
	// run programs.
	cmd.Env = []string{"PATH=", "HOME=/nonexistent", "GOTRACEBACK=none"}
	cmd.Dir = "/"
	group := newMemoryGroup(limits.Memory)
	isolate(cmd, group)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, errors.Join(err, group.remove())
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, errors.Join(err, stdin.Close(), group.remove())
	}
	c := &child{cmd: cmd, stdin: stdin, requests: gob.NewEncoder(stdin), stderr: &tail{}, group: group, wait: sync.OnceValue(cmd.Wait)}
	cmd.Stderr = c.stderr
	c.reader = &cappedReader{from: stdout, limit: limits.Output + slack}
	c.answers = gob.NewDecoder(c.reader)
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(err, stdin.Close(), group.remove())
	}
	return c, nil
}

// errEnded says why a child was ended before it answered.
type errEnded struct {
	kind    render.ErrorKind
	message string
	// crowded says that the children together used too much, not this one alone.
	crowded bool
}

func (e *errEnded) Error() string { return e.message }

// ask renders one target. crowded says whether this child must end because all together use too
// much. After an error the child is of no more use.
func (c *child) ask(ctx context.Context, asked request, crowded func() bool) (render.Result, error) {
	watched, stop := context.WithCancel(ctx)
	defer stop()
	var ended atomic.Pointer[errEnded]
	done := make(chan struct{})
	go func() {
		defer close(done)
		reason := c.watch(watched, asked.Limits, crowded)
		ended.Store(reason)
		if reason != nil || ctx.Err() != nil {
			c.kill()
		}
	}()
	var result render.Result
	c.reader.reset()
	err := c.requests.Encode(asked)
	if err == nil {
		err = c.answers.Decode(&result)
	}
	stop()
	<-done
	if reason := ended.Load(); reason != nil {
		return result, reason
	}
	if ctx.Err() != nil {
		return result, ctx.Err()
	}
	switch {
	case err == nil:
		return result, nil
	case errors.Is(err, errTooMuch):
		return result, &errEnded{kind: render.ErrOutputLimit, message: fmt.Sprintf(
			"the target renders more than the %d MiB that are taken. Split it, or render less of it.", asked.Limits.Output>>20)}
	case c.outOfMemory():
		return result, overMemory(asked.Limits)
	}
	return result, &errEnded{kind: render.ErrCrash, message: fmt.Sprintf(
		"the renderer ended in the midst of this target (%s). Look for endless recursion or extreme nesting in it; if there is none, please report it.", c.stderr.reason())}
}

// lastWords is how long a child that answers no more may take to end by itself.
const lastWords = 2 * time.Second

// outOfMemory says whether a child that answers no more ended for its memory, be it that the kernel
// refused it some, or ended it. Only when the child is gone is it known how it ended, and why.
func (c *child) outOfMemory() bool {
	end := time.AfterFunc(lastWords, c.kill)
	_ = c.wait() // its state and its last words tell more
	end.Stop()
	return c.group.exceeded() || c.stderr.outOfMemory() || !c.killed.Load() && endedBySystem(c.cmd.ProcessState)
}

// watch returns when the child uses too much, or nil when ctx ends.
func (c *child) watch(ctx context.Context, limits Limits, crowded func() bool) *errEnded {
	timeout := time.NewTimer(limits.Time)
	defer timeout.Stop()
	sample := time.NewTicker(20 * time.Millisecond)
	defer sample.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timeout.C:
			return &errEnded{kind: render.ErrTimeout, message: fmt.Sprintf(
				"rendering took longer than %v and was ended. Look for loops in it, or raise --timeout.", limits.Time)}
		case <-sample.C:
			used := residentMemory(c.cmd.Process.Pid)
			c.used.Store(used)
			switch {
			case used > limits.Memory:
				return overMemory(limits)
			case crowded():
				reason := overMemory(limits)
				reason.crowded = true
				return reason
			}
		}
	}
}

func overMemory(limits Limits) *errEnded {
	return &errEnded{kind: render.ErrMemory, message: fmt.Sprintf(
		"rendering used more than %d MiB of memory and was ended. Look for what it multiplies, or raise --memory-limit.", limits.Memory>>20)}
}

func (c *child) kill() {
	c.killed.Store(true)
	// An error means that the process is gone, which is what is wanted.
	_ = c.cmd.Process.Kill()
}

// end stops the process, and waits for it where something of it has to be taken away.
func (c *child) end() {
	_ = c.stdin.Close()
	c.kill()
	if c.group == nil {
		go c.wait() // the system takes away what this process does not outlive
		return
	}
	_ = c.wait()
	_ = c.group.remove() // what stays behind is an empty folder of the kernel's
}
