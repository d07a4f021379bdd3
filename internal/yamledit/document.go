package yamledit

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"sync"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// A File is the text of one YAML or JSON file and its documents.
type File struct {
	Src  []byte
	Docs []Document

	breaks []int // starts of lines as YAML counts them
	lines  []int // starts of lines as editors count them

	counting sync.Once
	runes    []int // characters before each block of the text
}

// A Document is one YAML document of a File. Documents count as YAML counts them:
// comments and directives before a "---" belong to the document that it starts, and
// an empty document between two "---" counts, with a Root that is nil. Text after a
// "..." and before the next "---" belongs to no tree, as Kubernetes ignores it.
type Document struct {
	// Start and End are the byte range in File.Src, from the document's leading
	// comments and its "---" line to the next document.
	Start, End int
	// Root is the document's content, nil if it is empty or broken. Node lines count
	// from the file's start, by YAML's line breaks; for people, use Find's positions.
	Root *yaml.Node
	// Err says why the document could not be read.
	Err *SyntaxError

	shape *shape
}

type shape struct {
	once   sync.Once
	layout *layout
	json   bool
}

// maxDepth is far beyond any manifest and far below what a stack holds.
const maxDepth = 1000

var byteOrderMark = []byte("\xef\xbb\xbf")

// Text is a file that is not read as YAML: it has no documents, only positions.
func Text(src []byte) *File {
	f := &File{Src: src}
	f.breaks, f.lines = lineStarts(src)
	return f
}

// Parse splits src into documents and parses each by itself, so that a broken one
// does not hide the others. It never fails: problems are in the documents.
func Parse(src []byte) *File {
	f := Text(src)
	if bytes.HasPrefix(src, []byte("\xff\xfe")) || bytes.HasPrefix(src, []byte("\xfe\xff")) {
		problem := &SyntaxError{Line: 1, Column: 1, Problem: "the file is UTF-16; save it as UTF-8"}
		f.Docs = []Document{{End: len(src), Err: problem, shape: new(shape)}}
		return f
	}
	line := 0
	for _, part := range split(src) {
		for line+1 < len(f.breaks) && f.breaks[line+1] <= part.Start {
			line++
		}
		part.shape = new(shape)
		f.parse(&part, line)
		f.Docs = append(f.Docs, part)
	}
	return f
}

// FirstDoc is the index of the first document that holds something, 0 if none does.
func (f *File) FirstDoc() int {
	for i := range f.Docs {
		if f.Docs[i].Root != nil {
			return i
		}
	}
	return 0
}

// parse reads one document whose first line is the given one, counted from 0.
func (f *File) parse(d *Document, line int) {
	if d.Err = f.unreadable(d); d.Err != nil {
		return
	}
	text := textOf(f.Src, d)
	root, err := parseNode(text)
	if err != nil {
		d.Err = f.syntaxError(text, line, err)
		return
	}
	if root == nil || isBare(root) {
		return
	}
	if deep := settle(root, line); deep != nil {
		at := f.Position(f.offset(deep), f.offset(deep))
		d.Err = &SyntaxError{Line: at.Line, Column: at.Column, Problem: "nested too deeply"}
		return
	}
	if expands(root) {
		at := f.Position(f.offset(root), f.offset(root))
		d.Err = &SyntaxError{Line: at.Line, Column: at.Column, Problem: ErrExpands.Error()}
		return
	}
	d.Root = root
}

// textOf is the document's text without a byte order mark, which the YAML reader
// takes off before it counts columns.
func textOf(src []byte, d *Document) []byte {
	text := src[d.Start:d.End]
	if d.Start == 0 {
		text = bytes.TrimPrefix(text, byteOrderMark)
	}
	return text
}

// settle moves the nodes' lines down by the lines before the document, and returns
// a node that is too deep to go on with.
func settle(root *yaml.Node, lines int) *yaml.Node {
	level := []*yaml.Node{root}
	for depth := 0; len(level) > 0; depth++ {
		if depth > maxDepth {
			return level[0]
		}
		var next []*yaml.Node
		for _, n := range level {
			n.Line += lines
			next = append(next, n.Content...)
		}
		level = next
	}
	return nil
}

// split finds the documents by lines that start with "---". YAML allows no such line
// inside a scalar, so each of them is a marker.
func split(src []byte) []Document {
	var docs []Document
	start, pos := 0, 0
	if bytes.HasPrefix(src, byteOrderMark) {
		pos = len(byteOrderMark)
	}
	// A prelude is what may come before the "---" of the document that it belongs to.
	prelude, preludeStart := true, 0
	for pos < len(src) {
		end := len(src)
		if i := bytes.IndexByte(src[pos:], '\n'); i >= 0 {
			end = pos + i + 1
		}
		line := src[pos:end]
		switch {
		case isMarker(line, "---"):
			if !prelude || preludeStart > start {
				cut := pos
				if prelude {
					cut = preludeStart
				}
				docs = append(docs, Document{Start: start, End: cut})
				start = cut
			}
			prelude = false
		case isMarker(line, "..."):
			prelude, preludeStart = true, end
		case prelude && !isPrelude(line):
			prelude = false
		}
		pos = end
	}
	return splitJSON(src, append(docs, Document{Start: start, End: len(src)}))
}

// splitJSON splits the parts that are several JSON objects one after the other, each of which
// is a document to Kubernetes.
func splitJSON(src []byte, parts []Document) []Document {
	var split []Document
	for _, part := range parts {
		ends := jsonEnds(textOf(src, &part))
		offset := part.End - len(textOf(src, &part))
		start := part.Start
		for i, end := range ends {
			next := offset + end
			if i == len(ends)-1 {
				next = part.End
			}
			split = append(split, Document{Start: start, End: next})
			start = next
		}
		if len(ends) == 0 {
			split = append(split, part)
		}
	}
	return split
}

// jsonEnds returns where each of two or more JSON objects ends in text, none if it is not that.
func jsonEnds(text []byte) []int {
	if start := bytes.TrimLeft(text, " \t\r\n"); len(start) == 0 || start[0] != '{' {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	var ends []int
	for {
		var object map[string]json.RawMessage
		if err := decoder.Decode(&object); errors.Is(err, io.EOF) && len(ends) > 1 {
			return ends
		} else if err != nil {
			return nil
		}
		ends = append(ends, int(decoder.InputOffset()))
	}
}

func isMarker(line []byte, marker string) bool {
	rest, ok := bytes.CutPrefix(line, []byte(marker))
	return ok && (len(rest) == 0 || rest[0] == ' ' || rest[0] == '\t' || rest[0] == '\r' || rest[0] == '\n')
}

func isPrelude(line []byte) bool {
	text := bytes.TrimSpace(line)
	return len(text) == 0 || text[0] == '#' || line[0] == '%'
}

// isBare says that the node has no text in the source: an empty value.
func isBare(n *yaml.Node) bool {
	return isEmptyScalar(n) && n.Anchor == "" && n.Style&yaml.TaggedStyle == 0
}

// isEmptyScalar says that the node has no text but perhaps an anchor or a tag.
func isEmptyScalar(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Value == "" && n.Style&^yaml.TaggedStyle == 0
}
