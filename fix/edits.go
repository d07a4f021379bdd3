package fix

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
)

// Apply returns the new content of the files that the proposals edit, nil for those that they take
// away.
func Apply(files *overlay.FS, proposals []*Proposal) (map[string][]byte, error) {
	return newEditor(files, Budget{}).apply(proposals)
}

func (e *editor) apply(proposals []*Proposal) (map[string][]byte, error) {
	byFile, err := e.byFile(proposals)
	if err != nil {
		return nil, err
	}
	changed := map[string][]byte{}
	for file, edits := range byFile {
		content, err := Before(e.files, file)
		if err != nil {
			return nil, fmt.Errorf("read %s to edit it: %w", file, err)
		}
		if changed[file], err = yamledit.Apply(content, edits); err != nil {
			return nil, &yamledit.EditError{Reason: yamledit.Conflict, Message: fmt.Sprintf("in %s, %v", file, err)}
		}
		if len(changed[file]) == 0 {
			changed[file] = nil
		}
	}
	return changed, nil
}

// Before is the content of a file that edits touch: nothing of one that they make.
func Before(files *overlay.FS, name string) ([]byte, error) {
	content, err := files.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return []byte{}, nil
	}
	return content, err
}

// byFile computes the edits of all proposals together, by file: what one of them empties depends on
// the others.
func (e *editor) byFile(proposals []*Proposal) (map[string][]yamledit.Edit, error) {
	edits, err := e.joint(proposals)
	if err != nil {
		return nil, err
	}
	byFile := map[string][]yamledit.Edit{}
	for _, edit := range edits {
		byFile[edit.File] = append(byFile[edit.File], edit.Edit)
	}
	for _, edits := range byFile {
		slices.SortStableFunc(edits, func(a, b yamledit.Edit) int { return cmp.Or(a.Start-b.Start, a.End-b.End) })
	}
	return byFile, nil
}

// joint computes the edits of proposals together.
func (e *editor) joint(proposals []*Proposal) ([]FileEdit, error) {
	var changes []sourceChange
	var printed []printedChange
	var texts []FileEdit
	for _, proposal := range proposals {
		changes = append(changes, proposal.changes...)
		printed = append(printed, proposal.printed...)
		texts = append(texts, proposal.texts...)
	}
	edits, err := e.editsOf(changes)
	if err != nil {
		return nil, err
	}
	pulled, err := e.pulled(printed)
	if err != nil {
		return nil, err
	}
	return slices.Concat(edits, distinctTexts(slices.Concat(texts, pulled))), nil
}

// distinctTexts sorts edits, drops repeated ones, since many pod templates share one text, and joins
// deletions that overlap.
func distinctTexts(texts []FileEdit) []FileEdit {
	texts = slices.Clone(texts)
	slices.SortFunc(texts, func(a, b FileEdit) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End), strings.Compare(a.NewText, b.NewText))
	})
	var distinct []FileEdit
	for _, text := range slices.Compact(texts) {
		if last := len(distinct) - 1; last >= 0 {
			before := &distinct[last]
			if before.File == text.File && text.Start < before.End && before.NewText == "" && text.NewText == "" {
				before.End = max(before.End, text.End)
				continue
			}
		}
		distinct = append(distinct, text)
	}
	return distinct
}

// editsOf computes the joint edits for changes, sorted by file and offset.
func (e *editor) editsOf(changes []sourceChange) ([]FileEdit, error) {
	key := changesKey(changes)
	known, ok := e.computed[key]
	if !ok {
		known.edits, known.err = e.computeEdits(changes)
		if !errors.Is(known.err, errSpent) {
			e.computed[key] = known
		}
	}
	return slices.Clone(known.edits), known.err
}

func (e *editor) computeEdits(changes []sourceChange) ([]FileEdit, error) {
	type place struct {
		file, inside string
		doc          int
	}
	byDoc := map[place][]yamledit.Change{}
	seen := map[string]bool{}
	insides := map[string]yamledit.Path{}
	var places []place
	for _, change := range changes {
		if seen[change.key()] {
			continue
		}
		seen[change.key()] = true
		at := place{change.file, change.inside.String(), change.doc}
		insides[at.inside] = change.inside
		if byDoc[at] == nil {
			places = append(places, at)
		}
		byDoc[at] = append(byDoc[at], change.change)
	}
	slices.SortFunc(places, func(a, b place) int {
		return cmp.Or(strings.Compare(a.file, b.file), strings.Compare(a.inside, b.inside), cmp.Compare(a.doc, b.doc))
	})
	var edits []FileEdit
	for _, at := range places {
		if e.budget.spent() {
			return nil, errSpent
		}
		text, err := e.text(at.file, insides[at.inside])
		if err != nil {
			return nil, fmt.Errorf("edit %s: %w", at.file, err)
		}
		found, err := text.Edits(at.doc, yamledit.WithoutMoot(byDoc[at]))
		if err != nil {
			return nil, fmt.Errorf("edit %s: %w", at.file, err)
		}
		for _, edit := range found {
			edits = append(edits, FileEdit{at.file, edit})
		}
	}
	return edits, nil
}

func editRefusal(err error) *Refusal {
	var problem *yamledit.EditError
	var refused *refusedEdit
	switch {
	case errors.As(err, &refused):
		return &refused.Refusal
	case errors.Is(err, errSpent):
		return lateRefusal()
	case errors.As(err, &problem) && problem.Reason == yamledit.SharedAnchor:
		return &Refusal{SharedAnchor, "the text also stands for other places, by an anchor or a merge key, and not all of them are meant; " +
			"write out this place's own text first"}
	case errors.As(err, &problem) && problem.Reason == yamledit.Conflict:
		return &Refusal{NotEditable, "the field would have to become different things for different workloads that share it (" +
			problem.Message + "); change it by hand"}
	case problem != nil:
		return &Refusal{NotEditable, problem.Message + "; change it by hand"}
	}
	return &Refusal{NotEditable, err.Error() + "; change it by hand"}
}
