package yamledit

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
)

// Reasons of an EditError.
const (
	// NotFound: a path leads nowhere.
	NotFound = "not-found"
	// Conflict: the changes contradict each other.
	Conflict = "conflict"
	// SharedAnchor: the text also stands for other nodes, by an alias or a merge key,
	// that the changes do not mean.
	SharedAnchor = "shared-anchor"
	// ChangesMore: the edited text would not read as the intended tree.
	ChangesMore = "changes-more"
	// UnsupportedStyle: the text is written in a way that cannot be edited.
	UnsupportedStyle = "unsupported-style"
	// UnsupportedValue: a value cannot be written as YAML.
	UnsupportedValue = "unsupported-value"
	// Unreadable: Kubernetes could not read the document.
	Unreadable = "unreadable"
)

// An EditError says why there are no edits.
type EditError struct {
	Reason, Message string
}

func (e *EditError) Error() string {
	return e.Reason + ": " + e.Message
}

// Edits gives the edits that make all changes to one document, sorted and without
// overlap. They are proven: the edited text reads as ApplyTree says, for Kubernetes, and
// every other document stays as it is. Errors are *EditError.
func (f *File) Edits(doc int, changes []Change) ([]Edit, error) {
	tree, err := f.Tree(doc)
	if err != nil {
		return nil, &EditError{Reason: Unreadable, Message: err.Error()}
	}
	want, effective, err := intend(tree, changes)
	if err != nil || len(effective) == 0 {
		return nil, err
	}
	d := &f.Docs[doc]
	if d.Root == nil {
		return nil, notFound(nil, "is empty")
	}
	l := f.layoutOf(d)
	if l.err != nil {
		return nil, &EditError{Reason: UnsupportedStyle, Message: l.err.Error()}
	}
	if key, doubtful := doubtfulKey(d.Root); doubtful {
		return nil, &EditError{Reason: Unreadable, Message: "the key " + key + " stands in one mapping in two forms"}
	}
	var first error
	for _, way := range []splicing{{}, {keepLastBreak: true}, {override: true}} {
		edits, used, err := f.splice(d, effective, way)
		if err == nil {
			if err = f.verify(doc, edits, want); err == nil {
				return edits, nil
			}
			if used.shared || unknownAlias.MatchString(err.Error()) {
				err = &EditError{Reason: SharedAnchor, Message: "other places share this text through an anchor, " +
					"and not all of them are meant: " + err.Error()}
			}
		}
		if first == nil {
			first = err
		}
		if !used.lastBreak && !used.merged {
			break
		}
	}
	var known *EditError
	if !errors.As(first, &known) {
		first = &EditError{Reason: ChangesMore, Message: first.Error()}
	}
	return nil, first
}

// verify reads the edited text as Kubernetes and kustomize do.
func (f *File) verify(doc int, edits []Edit, want any) error {
	d := &f.Docs[doc]
	// Where a document starts does not depend on what is before the one above it, nor on what
	// is behind the one below.
	from, to := max(doc-1, 0), min(doc+1, len(f.Docs)-1)
	start, end := f.Docs[from].Start, f.Docs[to].End
	grown := 0
	near := make([]Edit, len(edits))
	for i, e := range edits {
		if e.Start < d.Start || e.End > d.End {
			return errors.New("the edit leaves its document")
		}
		grown += len(e.NewText) - (e.End - e.Start)
		near[i] = Edit{Start: e.Start - start, End: e.End - start, NewText: e.NewText}
	}
	text, err := Apply(f.Src[start:end], near)
	if err != nil {
		return err
	}
	parts := split(text)
	if len(parts) != to-from+1 || parts[doc-from].Start != d.Start-start || parts[doc-from].End != d.End-start+grown {
		return errors.New("the edit changes where documents start")
	}
	edited := textOf(text, &parts[doc-from])
	root, err := parseNode(edited)
	if err != nil {
		return fmt.Errorf("the edited text does not parse: %w", err)
	}
	if root != nil {
		if key, doubtful := doubtfulKey(root); doubtful {
			return fmt.Errorf("the key %s would stand in one mapping in two forms", key)
		}
	}
	got, err := readTree(edited)
	if err != nil {
		return fmt.Errorf("the edited text does not parse: %w", err)
	}
	if got, err = plainValue(got); err != nil {
		return err
	}
	if !reflect.DeepEqual(got, want) {
		return errors.New("the edited text would read as something else than intended")
	}
	if f.isJSON(d) && !isJSONText(edited) {
		return errors.New("the edited text is no JSON any more")
	}
	return nil
}

// tidy sorts the edits, joins those that touch, and drops those that change nothing.
func tidy(src []byte, edits []Edit) []Edit {
	sortEdits(edits)
	var out []Edit
	for _, e := range edits {
		if n := len(out); n > 0 && e.Start == out[n-1].End && e.Start >= out[n-1].Start {
			out[n-1].End = e.End
			out[n-1].NewText += e.NewText
			continue
		}
		out = append(out, e)
	}
	kept := out[:0]
	for _, e := range out {
		if !bytes.Equal(src[e.Start:e.End], []byte(e.NewText)) {
			kept = append(kept, e)
		}
	}
	return kept
}
