package worker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/render"
)

// A Pool renders in children, as many as ask at once. It implements render.Renderer.
type Pool struct {
	program string
	size    int
	limits  Limits

	// alone is held for reading while children render side by side, and for writing by a target that
	// is rendered while no other is.
	alone sync.RWMutex

	mutex    sync.Mutex
	children []*child // all that run
	idle     []*child
	end      time.Time // of the time for all targets; zero before the first
}

// NewPool makes a pool that keeps at most size children of a program, which are started when needed.
func NewPool(program string, size int, limits Limits) *Pool {
	return &Pool{program: program, size: max(size, 1), limits: limits.orDefault()}
}

// Render renders one target in a child. A child that hangs, crashes or takes too much is ended, and
// its target is an error. Render fails only if no child can be started, or if ctx ends.
func (p *Pool) Render(ctx context.Context, files *overlay.FS, target render.Target, detail render.Detail) (render.Result, error) {
	asked := request{Root: files.Dir(), Target: target, Detail: detail, Limits: p.limits}
	asked.Changed, asked.Gone = files.Changes()
	asked.Links = files.Links()
	p.alone.RLock()
	result, ended, err := p.once(ctx, asked)
	p.alone.RUnlock()
	if ended != nil && ended.crowded {
		// Others had a part in it: what a target may use does not depend on its neighbours.
		p.alone.Lock()
		p.Close()
		result, ended, err = p.once(ctx, asked)
		p.alone.Unlock()
	}
	if ended != nil {
		return failed(target, ended.kind, ended.message), nil
	}
	return result, err
}

func (p *Pool) once(ctx context.Context, asked request) (render.Result, *errEnded, error) {
	if p.late() {
		return render.Result{}, &errEnded{kind: render.ErrTimeout, message: fmt.Sprintf(
			"the time for all targets, %v, was over before this one. Check a part of the repository at a time: podmend check PATH.", p.limits.Run)}, nil
	}
	take := p.take
	if asked.Target.OwnProcess {
		take = p.begin
	}
	worker, err := take()
	if err != nil {
		return render.Result{}, nil, fmt.Errorf("start a process to render %s: %w", asked.Target.ID, err)
	}
	result, err := worker.ask(ctx, asked, func() bool { return p.crowded(worker) })
	if err == nil && !asked.Target.OwnProcess {
		p.giveBack(worker)
		return result, nil, nil
	}
	p.drop(worker)
	if err == nil {
		return result, nil, nil
	}
	var ended *errEnded
	if errors.As(err, &ended) {
		return render.Result{}, ended, nil
	}
	return render.Result{}, nil, err
}

// late says whether the time for all targets is over. It starts with the first.
func (p *Pool) late() bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	now := time.Now()
	if p.end.IsZero() {
		p.end = now.Add(p.limits.Run)
	}
	return now.After(p.end)
}

// crowded says whether this child is the one to end because all together use too much. Idle ones
// go first, then the largest.
func (p *Pool) crowded(asking *child) bool {
	p.mutex.Lock()
	var total int64
	for _, c := range p.children {
		total += c.used.Load()
	}
	if total <= p.limits.Total {
		p.mutex.Unlock()
		return false
	}
	spare := p.idle
	p.idle = nil
	largest := slices.MaxFunc(p.children, func(a, b *child) int { return int(a.used.Load() - b.used.Load()) })
	p.mutex.Unlock()
	for _, c := range spare {
		p.drop(c)
	}
	return len(spare) == 0 && largest == asking
}

// Ahead starts a child before it is needed: it gets ready while the caller still looks for targets. An
// error comes again when the child is needed.
func (p *Pool) Ahead() {
	if worker, err := p.begin(); err == nil {
		p.giveBack(worker)
	}
}

// Ready lets a child that waits read meanwhile what it needs for kustomizations.
func (p *Pool) Ready() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if last := len(p.idle) - 1; last >= 0 {
		// An error comes again when it is asked for something.
		_ = p.idle[last].requests.Encode(request{Ready: true})
	}
}

func (p *Pool) take() (*child, error) {
	p.mutex.Lock()
	if last := len(p.idle) - 1; last >= 0 {
		worker := p.idle[last]
		p.idle = p.idle[:last]
		p.mutex.Unlock()
		return worker, nil
	}
	p.mutex.Unlock()
	return p.begin()
}

// begin starts a child that has rendered nothing yet.
func (p *Pool) begin() (*child, error) {
	worker, err := start(p.program, p.limits)
	if err != nil {
		return nil, err
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.children = append(p.children, worker)
	return worker, nil
}

func (p *Pool) giveBack(worker *child) {
	p.mutex.Lock()
	if len(p.idle) < p.size {
		p.idle = append(p.idle, worker)
		p.mutex.Unlock()
		return
	}
	p.mutex.Unlock()
	p.drop(worker)
}

// drop ends a child that is in nobody's hands.
func (p *Pool) drop(worker *child) {
	p.mutex.Lock()
	p.children = slices.DeleteFunc(p.children, func(c *child) bool { return c == worker })
	p.mutex.Unlock()
	worker.end()
}

// Close ends the children that wait for work.
func (p *Pool) Close() {
	p.mutex.Lock()
	spare := p.idle
	p.idle = nil
	p.mutex.Unlock()
	for _, worker := range spare {
		p.drop(worker)
	}
}
