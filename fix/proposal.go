// Package fix proposes edits that mend findings at their source, and proves them by rendering
// and checking again.
package fix

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// A Proposal is the edits that mend one finding, or a group that must be mended together.
type Proposal struct {
	ID       string
	Findings []string // ids, sorted
	// Refusal says why the proposal was not proven; nil if it was.
	Refusal *Refusal
	Notes   []string
	Targets []string // ids of the targets that render differently with it, sorted
	Edits   []FileEdit
	// Alternatives are other ways to mend the findings. They are not proven.
	Alternatives []Alternative
	// Unproven holds the ids of targets that may read an edited file and could not be rendered
	// before it either: the proof says nothing of them. Sorted.
	Unproven []string

	aloneProven bool
	changes     []sourceChange
	printed     []printedChange
	// another says that there is another way, which is likelier to change more.
	another bool
	texts   []FileEdit // edits of source that is no YAML
	intents []intent
	// variables says that one of texts is of a file of variables, of which a ConfigMap is generated.
	variables bool

	overlays []overlayPatch
	// with makes the same proposal with those patches alone that are kept, nil where there are none.
	with func(kept []overlayPatch) *Proposal
	// stays says of findings why they stay in some targets, by id.
	stays map[string]*Refusal
	// needless says that another proposal mends the findings too, and took them over.
	needless bool
}

// Patches says whether the edits add patches to kustomizations or releases, and leave the origins as they are.
func (p *Proposal) Patches() bool { return len(p.overlays) > 0 }

// AloneProven says that the edits hold without those of any other proposal. What was refused since does not.
func (p *Proposal) AloneProven() bool { return p.aloneProven && p.Refusal == nil }

// name gives a proposal the ID that its findings make.
func (p *Proposal) name() {
	sum := sha256.Sum256([]byte(strings.Join(p.Findings, "\x00")))
	p.ID = "fix-" + hex.EncodeToString(sum[:6])
}

// An Alternative is another way to mend the findings of a proposal.
type Alternative struct {
	Notes []string
	Edits []FileEdit
}

// A FileEdit is an edit of one file.
type FileEdit struct {
	File string
	yamledit.Edit
}

// A Refusal says why no proposal was proven, and what a person can do.
type Refusal struct {
	Reason  Reason
	Message string
}

// sourceChange is one change of a document of a source file.
type sourceChange struct {
	file   string
	doc    int
	change yamledit.Change
	// inside leads to the scalar of the file whose text doc and change are about; empty for the
	// file itself.
	inside yamledit.Path
	patch  bool // the text is a patch
	copied bool // a replacement copies the value from there, so that the object there changes too
	// through are other objects that hold what is copied.
	through []render.Place
	// list is set where change sets a whole list of values.
	list *render.WholeList
}

// printedChange is one change of an object that templates printed.
type printedChange struct {
	object *render.Object
	change yamledit.Change
}

// intent is what a proposal means to change in one rendered object.
type intent struct {
	target  string
	object  int // index in the target's result
	control string
	mends   []string        // rendered paths of the fields that it mends
	paths   []yamledit.Path // the same
	changes []yamledit.Change
	// findings are the ids of what it mends.
	findings []string
	// below are the targets of which the patch is meant to mend the object here too, since this target
	// includes them; empty where it has an edit of its own.
	below []string
}
