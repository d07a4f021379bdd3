package render

import (
	"bytes"
	"regexp"
)

var (
	crdWord = []byte("CustomResourceDefinition")
	crdKind = regexp.MustCompile(`^kind:[ \t]*["']?CustomResourceDefinition["']?[ \t]*(#.*)?\r?\n?$`)
)

// cutCRDs takes the bodies out of the CustomResourceDefinitions of a file: they are most of what
// a build parses and prints, and no pod template depends on them. What operations of patches name
// stays. A document that is not written in the plain form that generators of CRDs use stays whole.
func cutCRDs(content []byte, named *namedFields) (short []byte, shorter bool) {
	if !bytes.Contains(content, crdWord) || named != nil && named.wholly {
		return content, false
	}
	for _, doc := range documentTexts(content) {
		cut, ok := cutCRD(doc, named)
		if ok {
			doc, shorter = cut, true
		}
		short = append(short, doc...)
	}
	return short, shorter
}

// cutCRD cuts the blocks of spec and status. Everything else, comments and separators among it,
// stays as it is.
func cutCRD(doc []byte, named *namedFields) (short []byte, ok bool) {
	if !bytes.Contains(doc, crdWord) {
		return nil, false
	}
	isCRD := false
	blocks, ok := topBlocks(doc)
	for _, block := range blocks {
		isCRD = isCRD || block.key == "kind" && crdKind.Match(block.text)
	}
	if !ok || !isCRD {
		return nil, false
	}
	for _, block := range blocks {
		switch block.key {
		case "spec", "status":
			if named != nil && named.below[block.key] != nil {
				short = append(short, cutToNamed(block.text, named)...)
			}
		default:
			short = append(short, block.text...)
		}
	}
	return short, true
}

// headersOnly takes all out of a document but what says which objects it holds.
func headersOnly(doc []byte) []byte {
	blocks, ok := topBlocks(doc)
	if !ok {
		return doc
	}
	var short []byte
	for _, block := range blocks {
		switch block.key {
		case "", "apiVersion", "kind", "metadata", "items":
			short = append(short, block.text...)
		}
	}
	return short
}

// A topBlock is a key at the start of a line with all that stands below it. What stands before the
// first key, and separators, have none.
type topBlock struct {
	key  string
	text []byte
}

// topBlocks parts a document that is a mapping in block style.
func topBlocks(doc []byte) (blocks []topBlock, ok bool) {
	start, at, key := 0, 0, ""
	next := func(following string) {
		if at > start {
			blocks = append(blocks, topBlock{key, doc[start:at]})
		}
		start, key = at, following
	}
	for at < len(doc) {
		line := doc[at:]
		if end := bytes.IndexByte(line, '\n'); end >= 0 {
			line = line[:end+1]
		}
		switch first := line[0]; {
		case first == ' ' || first == '\n' || first == '\r' || first == '#':
		case startsDocument(line):
			next("")
		case first == '-' && key != "": // a list that is not indented
		case first >= 'a' && first <= 'z':
			name, _, found := bytes.Cut(line, []byte(":"))
			if !found {
				return nil, false
			}
			next(string(name))
		default:
			return nil, false
		}
		at += len(line)
	}
	next("")
	return blocks, true
}

// documentTexts splits a file before the lines that separate documents.
func documentTexts(content []byte) [][]byte {
	var docs [][]byte
	start, at := 0, 0
	for line := range bytes.Lines(content) {
		if at > start && startsDocument(line) {
			docs = append(docs, content[start:at])
			start = at
		}
		at += len(line)
	}
	return append(docs, content[start:])
}

// startsDocument says whether a line separates two YAML documents.
func startsDocument(line []byte) bool {
	rest, ok := bytes.CutPrefix(line, []byte("---"))
	return ok && (len(rest) == 0 || bytes.IndexByte([]byte(" \t\r\n"), rest[0]) >= 0)
}
