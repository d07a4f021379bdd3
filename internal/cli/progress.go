package cli

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// progress draws a bar on a terminal once a run has lasted a second.
type progress struct {
	out   io.Writer
	start time.Time
	last  time.Time
	drawn bool
}

func newProgress(env *Env) *progress {
	p := &progress{start: time.Now()}
	if env.StderrTerminal && env.Getenv("TERM") != "dumb" {
		p.out = env.Stderr
	}
	return p
}

func (p *progress) update(done, total int) {
	now := time.Now()
	if p.out == nil || now.Sub(p.start) < time.Second || now.Sub(p.last) < 100*time.Millisecond {
		return
	}
	const width = 30
	filled := width * done / max(total, 1)
	fmt.Fprintf(p.out, "\r[%s%s] %d of %d targets", strings.Repeat("#", filled), strings.Repeat(".", width-filled), done, total)
	p.last, p.drawn = now, true
}

// clear takes the bar away, so that the report starts on an empty line.
func (p *progress) clear() {
	if p.drawn {
		fmt.Fprint(p.out, "\r\x1b[2K")
	}
}
