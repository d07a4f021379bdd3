package worker

import (
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os/exec"
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
}

func start(program string, limits Limits) (*child, error) {
	cmd := exec.Command(program)
	cmd.Args = []string{"podmend", Command}
	// Nothing of the parent's environment: it may hold a token, and PATH would let a library
	// run programs.
	cmd.Env = []string{"PATH=", "HOME=/nonexistent", "GOTRACEBACK=none"}
	cmd.Dir = "/"
	isolate(cmd)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, errors.Join(err, stdin.Close())
	}
	c := &child{cmd: cmd, stdin: stdin, requests: gob.NewEncoder(stdin), stderr: &tail{}}
	cmd.Stderr = c.stderr
	c.reader = &cappedReader{from: stdout, limit: limits.Output + slack}
	c.answers = gob.NewDecoder(c.reader)
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(err, stdin.Close())
	}
	return c, nil
}

// errEnded says why a child was ended before it answered.
type errEnded struct {
	kind    render.ErrorKind
	message string
}

func (e *errEnded) Error() string { return e.message }

// ask renders one target. After an error the child is of no more use.
func (c *child) ask(ctx context.Context, asked request) (render.Result, error) {
	watched, stop := context.WithCancel(ctx)
	defer stop()
	var ended atomic.Pointer[errEnded]
	done := make(chan struct{})
	go func() {
		defer close(done)
		reason := c.watch(watched, asked.Limits)
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
	case errors.Is(err, errTooMuch):
		return result, &errEnded{render.ErrOutputLimit, fmt.Sprintf(
			"the target renders more than the %d MiB that are taken. Split it, or render less of it.", asked.Limits.Output>>20)}
	case err != nil:
		return result, &errEnded{render.ErrCrash, fmt.Sprintf(
			"the renderer ended in the midst of this target (%s). Look for endless recursion or extreme nesting in it; if there is none, please report it.", c.stderr.reason())}
	}
	return result, nil
}

// watch returns when the child uses too much, or nil when ctx ends.
func (c *child) watch(ctx context.Context, limits Limits) *errEnded {
	timeout := time.NewTimer(limits.Time)
	defer timeout.Stop()
	sample := time.NewTicker(20 * time.Millisecond)
	defer sample.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timeout.C:
			return &errEnded{render.ErrTimeout, fmt.Sprintf(
				"rendering took longer than %v and was ended. Look for loops in it, or raise the limit.", limits.Time)}
		case <-sample.C:
			if used := residentMemory(c.cmd.Process.Pid); used > limits.Memory {
				return &errEnded{render.ErrMemory, fmt.Sprintf(
					"rendering used more than %d MiB of memory and was ended. Look for what it multiplies, or raise the limit.", limits.Memory>>20)}
			}
		}
	}
}

func (c *child) kill() {
	// An error means that the process is gone, which is what is wanted.
	_ = c.cmd.Process.Kill()
}

// end stops the process and waits for it.
func (c *child) end() {
	_ = c.stdin.Close()
	c.kill()
	_ = c.cmd.Wait()
}
