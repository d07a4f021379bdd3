// Package worker renders targets in child processes of the same program: what a chart or an
// overlay of a stranger does there costs at most one child.
package worker

import (
	"errors"
	"io"
	"time"

	"github.com/podmend/podmend/render"
)

// Command is the argument with which the program becomes a child.
const Command = "__render"

// Limits bound what targets may use. The zero value of each field means its default.
type Limits struct {
	Time         time.Duration // of one target; 60 s
	Run          time.Duration // of all targets together; 30 min
	Memory       int64         // bytes of one child; 2 GiB
	Total        int64         // bytes of all children; three quarters of what the machine has left
	Objects      int           // rendered objects of one target; 100,000
	PodTemplates int           // objects of one target that may hold pod templates; 10,000
	Output       int64         // bytes of all rendered objects of one target; 64 MiB
}

func (l Limits) orDefault() Limits {
	if l.Time == 0 {
		l.Time = 60 * time.Second
	}
	if l.Run == 0 {
		l.Run = 30 * time.Minute
	}
	if l.Memory == 0 {
		l.Memory = 2 << 30
	}
	if l.Total == 0 {
		l.Total = freeMemory() * 3 / 4
	}
	if l.Total == 0 {
		l.Total = 4 * l.Memory // where the system does not tell
	}
	l.Memory = min(l.Memory, l.Total)
	if l.Objects == 0 {
		l.Objects = 100_000
	}
	if l.PodTemplates == 0 {
		l.PodTemplates = 10_000
	}
	if l.Output == 0 {
		l.Output = 64 << 20
	}
	return l
}

// request asks a child to render one target.
type request struct {
	Ready   bool              // get ready for kustomizations, and answer nothing
	Root    string            // absolute path of the repository
	Changed map[string][]byte // files that differ from the disk
	Gone    []string          // files of the disk that are not there
	Links   map[string]string // symbolic links that are not on the disk
	Target  render.Target
	Detail  render.Detail
	Limits  Limits
}

// cappedReader ends a stream that sends more than limit bytes for one message.
type cappedReader struct {
	from  io.Reader
	limit int64
	left  int64
}

var errTooMuch = errors.New("the child sends more than it may")

func (r *cappedReader) reset() { r.left = r.limit }

func (r *cappedReader) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, errTooMuch
	}
	if int64(len(p)) > r.left {
		p = p[:r.left]
	}
	n, err := r.from.Read(p)
	r.left -= int64(n)
	return n, err
}
