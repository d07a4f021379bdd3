package check

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/podmend/podmend/render"
)

// On a pull request, what exempts in source counts only if the base commit has it too: else whoever
// adds a violation allows it as well.

const afterMerge = "is not in the base commit, and takes effect after the merge."

// standing keeps the comments of a file that the base commit holds as often, at such a line. It
// warns of the others, and remembers what they say.
func (e *exempter) standing(name string, content []byte, comments []ignoreComment) []ignoreComment {
	if e.Base == nil || len(comments) == 0 {
		return comments
	}
	base, err := e.Base.ReadFile(name)
	old := map[string]int{}
	for _, comment := range commentsIn(name, base) {
		old[comment.place(base)]++
	}
	return slices.DeleteFunc(comments, func(comment ignoreComment) bool {
		place := comment.place(content)
		old[place]--
		if old[place] >= 0 {
			return false
		}
		e.fresh[name] = append(e.fresh[name], comment.text)
		e.warn(name, comment.line, "this podmend:ignore "+notInBase(err))
		return true
	})
}

// notInBase says why something does not count. The error is that of reading the base commit.
func notInBase(err error) string {
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return afterMerge
	}
	return "does not count here: " + err.Error() + "."
}

// place is what a comment says and about which line, wherever in the file that line stands.
func (c *ignoreComment) place(src []byte) string {
	switch {
	case c.head:
		return c.text + "\x00head"
	case c.of == 0:
		return c.text
	}
	lines := slices.Collect(bytes.Lines(src))
	return c.text + "\x00" + strings.TrimSpace(string(lines[c.of-1]))
}

// baseAnnotations returns what the annotations of the base commit declare, by target id. It renders
// those targets again of which a file differs; what does not render as the base has it has none.
func (e *exempter) baseAnnotations(files Reader) (map[string]map[string]bool, error) {
	old := map[string]map[string]bool{}
	// What else is rendered has no say in how the base renders a target.
	alike := map[string]*rendering{} // by the files that differ
	for id, result := range e.results {
		declares := declaredBy(result)
		if len(declares) == 0 {
			continue
		}
		changed := map[string][]byte{}
		for _, name := range result.Reads {
			is, _ := files.ReadFile(name)
			was, err := e.Base.ReadFile(name)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
			if !bytes.Equal(is, was) {
				changed[name] = was
			}
		}
		if len(changed) == 0 {
			old[id] = declares
			continue
		}
		files := strings.Join(slices.Sorted(maps.Keys(changed)), "\x00")
		if alike[files] == nil {
			alike[files] = &rendering{changed: changed}
		}
		alike[files].targets = append(alike[files].targets, result.Target)
	}
	if e.Rerender == nil {
		return old, nil
	}
	for _, again := range alike {
		slices.SortFunc(again.targets, func(a, b render.Target) int { return strings.Compare(a.ID, b.ID) })
		rendered, err := e.Rerender(again.changed, again.targets)
		if err != nil {
			return old, err
		}
		for i := range rendered {
			old[rendered[i].Target.ID] = declaredBy(&rendered[i])
		}
	}
	return old, nil
}

// A rendering is that of targets with other files.
type rendering struct {
	changed map[string][]byte
	targets []render.Target
}

// declaredBy returns the identities of all that the annotations of a target's objects declare.
func declaredBy(result *render.Result) map[string]bool {
	declares := map[string]bool{}
	for i := range result.Objects {
		for _, ignore := range annotationsOf(&result.Objects[i]) {
			declares[ignore.identity()] = true
		}
	}
	return declares
}
