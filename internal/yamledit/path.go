// Package yamledit finds nodes of YAML and JSON files by path and splices bytes at
// their positions, so that every byte outside an edit stays as it was.
package yamledit

import (
	"regexp"
	"strconv"
	"strings"
)

// A Step leads from a node to one of its children: a key of a mapping, or the index
// of a list item.
type Step struct {
	Key   string
	Index int
	List  bool // Index counts, Key does not
}

// A Path leads from the root of a document to a node.
type Path []Step

// NewPath makes a path of keys (string) and list indexes (int). It panics on any other type.
func NewPath(steps ...any) Path {
	return Path(nil).Join(steps...)
}

// Keys makes a path of keys alone.
func Keys(keys ...string) Path {
	path := make(Path, len(keys))
	for i, key := range keys {
		path[i] = Step{Key: key}
	}
	return path
}

// Keys writes the keys of a path without its list indexes.
func (p Path) Keys() string {
	var keys []string
	for _, step := range p {
		if !step.List {
			keys = append(keys, step.Key)
		}
	}
	return strings.Join(keys, ".")
}

// Join returns a new path that goes on from p by keys (string) and list indexes (int).
// It panics on any other type.
func (p Path) Join(steps ...any) Path {
	joined := make(Path, len(p), len(p)+len(steps))
	copy(joined, p)
	for _, step := range steps {
		switch step := step.(type) {
		case string:
			joined = append(joined, Step{Key: step})
		case int:
			joined = append(joined, Step{Index: step, List: true})
		default:
			panic("yamledit: a path step is a string or an int")
		}
	}
	return joined
}

// EndsInItem says whether a path leads to an item of a list.
func (p Path) EndsInItem() bool { return len(p) > 0 && p[len(p)-1].List }

// Concat returns a new path that goes on from p along q.
func (p Path) Concat(q Path) Path {
	joined := make(Path, 0, len(p)+len(q))
	return append(append(joined, p...), q...)
}

// HasPrefix says whether p starts with q.
func (p Path) HasPrefix(q Path) bool {
	if len(q) > len(p) {
		return false
	}
	for i := range q {
		if p[i] != q[i] {
			return false
		}
	}
	return true
}

var plainKey = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// String prints the path as people write it:
// spec.containers[0].securityContext or metadata.annotations["example.com/x"].
func (p Path) String() string {
	var b strings.Builder
	for _, step := range p {
		switch {
		case step.List:
			b.WriteString("[" + strconv.Itoa(step.Index) + "]")
		case plainKey.MatchString(step.Key):
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(step.Key)
		default:
			b.WriteString("[" + strconv.Quote(step.Key) + "]")
		}
	}
	return b.String()
}
