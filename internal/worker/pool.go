package worker

import (
	"context"
	"errors"
	"fmt"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/render"
)

// A Pool renders in children, as many as ask at once. It implements render.Renderer.
type Pool struct {
	program string
	limits  Limits
	idle    chan *child
}

// NewPool makes a pool of at most size children of a program, which are started when needed.
func NewPool(program string, size int, limits Limits) *Pool {
	return &Pool{program: program, limits: limits.orDefault(), idle: make(chan *child, max(size, 1))}
}

// Render renders one target in a child. A child that hangs, crashes or takes too much is ended, and
// its target is an error. Render fails only if no child can be started, or if ctx ends.
func (p *Pool) Render(ctx context.Context, files *overlay.FS, target render.Target, podTemplatesOnly bool) (render.Result, error) {
	worker, err := p.take()
	if err != nil {
		return render.Result{}, fmt.Errorf("start a process to render %s: %w", target.ID, err)
	}
	asked := request{Root: files.Dir(), Target: target, PodTemplatesOnly: podTemplatesOnly, Limits: p.limits}
	asked.Changed, asked.Gone = files.Changes()
	result, err := worker.ask(ctx, asked)
	var ended *errEnded
	switch {
	case err == nil:
		p.giveBack(worker)
		return result, nil
	case errors.As(err, &ended):
		worker.end()
		return failed(target, ended.kind, ended.message), nil
	default:
		worker.end()
		return render.Result{}, err
	}
}

func (p *Pool) take() (*child, error) {
	select {
	case worker := <-p.idle:
		return worker, nil
	default:
		return start(p.program, p.limits)
	}
}

func (p *Pool) giveBack(worker *child) {
	select {
	case p.idle <- worker:
	default:
		worker.end()
	}
}

// Close ends the children that wait for work.
func (p *Pool) Close() {
	for {
		select {
		case worker := <-p.idle:
			worker.end()
		default:
			return
		}
	}
}
