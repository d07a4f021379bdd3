package render

import (
	"bytes"
	"regexp"
)

var crdKind = regexp.MustCompile(`(?m)^kind:[ \t]*["']?CustomResourceDefinition["']?[ \t]*(#.*)?\r?$`)

// cutCRDs takes the bodies out of the CustomResourceDefinitions of a file: they are most of what
// a build parses and prints, and no pod template depends on them. A document that is not written
// in the plain form that generators of CRDs use stays whole.
func cutCRDs(content []byte) (short []byte, shorter bool) {
	if !crdKind.Match(content) {
		return content, false
	}
	for _, doc := range documentTexts(content) {
		cut, ok := cutCRD(doc)
		if ok {
			doc, shorter = cut, true
		}
		short = append(short, doc...)
	}
	return short, shorter
}

// cutCRD drops the blocks of spec and status. Everything else, comments and separators among it,
// stays as it is.
func cutCRD(doc []byte) (short []byte, ok bool) {
	if !crdKind.Match(doc) {
		return nil, false
	}
	dropping := false
	for line := range bytes.Lines(doc) {
		switch first := line[0]; {
		case first == ' ' || first == '\n' || first == '\r' || first == '#':
		case startsDocument(line):
			dropping = false
		case first >= 'a' && first <= 'z':
			key, _, found := bytes.Cut(line, []byte(":"))
			if !found {
				return nil, false
			}
			dropping = string(key) == "spec" || string(key) == "status"
		default:
			return nil, false
		}
		if !dropping {
			short = append(short, line...)
		}
	}
	return short, true
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
