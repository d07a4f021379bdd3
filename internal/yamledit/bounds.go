package yamledit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// MaxExpanded is how many bytes a document may have once its aliases are written out. The YAML
// packages bound how many nodes aliases repeat, not how long their text is.
const MaxExpanded = 16 << 20

// ErrExpands says that a document's aliases multiply it.
var ErrExpands = fmt.Errorf("the aliases stand for more than %d MiB, or for themselves", MaxExpanded>>20)

// Bounded says whether text, once its aliases are written out, is small enough for a reader that
// does so. A text with aliases that cannot be judged is not.
func Bounded(text []byte) (err error) {
	if !MayAlias(text) {
		return nil
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the YAML reader gave up: %v", r)
		}
	}()
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var document yaml.Node
		if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if settle(&document, 0) != nil || expands(&document) {
			return ErrExpands
		}
	}
}

// MayAlias says whether a text may hold an anchor and an alias.
func MayAlias(text []byte) bool { return mayHold(text, '*') && mayHold(text, '&') }

// beforeAlias are the bytes of ASCII after which a token may start that is no scalar.
const beforeAlias = "\x00 \t\r\n[]{},:?\"'"

// mayHold says whether aliases, or anchors, may stand in a text by their sign. Prose that tells of
// pointers and globs, such as descriptions of fields, mostly holds the sign in other places.
func mayHold(text []byte, sign byte) bool {
	for from := 0; ; {
		next := bytes.IndexByte(text[from:], sign)
		if next < 0 {
			return false
		}
		at := from + next
		from = at + 1
		starts := at == 0 || text[at-1] >= 0x80 || strings.IndexByte(beforeAlias, text[at-1]) >= 0
		if starts && from < len(text) && isAliasName(text[from]) {
			return true
		}
	}
}

// isAliasName says whether a name may start with a byte. In UTF-16 a zero stands before or after it.
func isAliasName(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == 0
}

// expands says whether a tree, whose own depth is bounded, is too large or too deep with its
// aliases written out.
func expands(root *yaml.Node) bool {
	m := measure{anchors: map[*yaml.Node]extent{}}
	whole := m.of(root)
	return m.aliases && (whole.size > MaxExpanded || whole.depth > maxDepth)
}

type extent struct {
	size  int64
	depth int
}

// endless is the extent of what holds itself.
var endless = extent{math.MaxInt64 / 2, maxDepth + 1}

// nodeSize is what a node takes beside its text, at least.
const nodeSize = 4

type measure struct {
	aliases bool
	anchors map[*yaml.Node]extent // of the nodes with an anchor
}

// of measures a node. An anchor stands before its aliases, so that it is known when they are met,
// unless they stand inside of it.
func (m *measure) of(n *yaml.Node) extent {
	if n.Kind == yaml.AliasNode {
		m.aliases = true
		if known, ok := m.anchors[n.Alias]; ok {
			return known
		}
		return endless
	}
	whole := extent{size: int64(len(n.Value)) + nodeSize}
	for _, below := range n.Content {
		part := m.of(below)
		whole.size = min(whole.size+part.size, endless.size)
		whole.depth = max(whole.depth, part.depth+1)
	}
	if n.Anchor != "" {
		m.anchors[n] = whole
	}
	return whole
}
