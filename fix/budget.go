package fix

import (
	"errors"
	"fmt"
	"time"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// A Budget bounds the time for looking for fixes: what renders quickly can have more findings than
// can be proven in a day. The zero value is without end.
type Budget struct {
	end time.Time
}

// maxFields is how many fields of one pod template are mended for one control.
const maxFields = 1000

// NewBudget starts a budget.
func NewBudget(d time.Duration) Budget { return Budget{time.Now().Add(d)} }

func (b Budget) spent() bool { return !b.end.IsZero() && time.Now().After(b.end) }

var errSpent = errors.New("there was no time left")

// refuseLate refuses what could not be tried in time.
func refuseLate(proposals []*Proposal) {
	for _, proposal := range proposals {
		if proposal.Refusal == nil {
			proposal.Refusal = lateRefusal()
		}
	}
}

func lateRefusal() *Refusal {
	return &Refusal{OutOfTime, "the time for fixes ran out before this one was proven; apply the others and run podmend again, or name a part of the repository as PATH"}
}

// An editor computes edits. It parses each file once, and computes the same edits once.
type editor struct {
	files     *overlay.FS
	parsed    yamledit.Cache
	templates map[string]*render.Template
	computed  map[string]computedEdits // by changesKey
	budget    Budget
}

type computedEdits struct {
	edits []FileEdit
	err   error
}

func newEditor(files *overlay.FS, budget Budget) *editor {
	return &editor{files: files, templates: map[string]*render.Template{}, computed: map[string]computedEdits{}, budget: budget}
}

func (e *editor) parse(name string) (*yamledit.File, error) {
	file, err := e.parsed.Parse(name, e.files.ReadFile)
	if err != nil {
		return nil, fmt.Errorf("read %s to edit it: %w", name, err)
	}
	return file, nil
}
