package yamledit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"sigs.k8s.io/kustomize/kyaml/yaml"
	k8syaml "sigs.k8s.io/yaml"
)

// A SyntaxError says why a document cannot be read, and where in the file.
type SyntaxError struct {
	Line, Column int // as an editor counts, from 1
	Problem      string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d: %s", e.Line, e.Problem)
}

// errTrailing is a second document in a text that Kubernetes reads as one, and then drops.
var errTrailing = errors.New("text after the end of the document, which Kubernetes does not read; put --- before it")

// parseNode reads the one document of text. The YAML package panics on some input.
func parseNode(text []byte) (root *yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			root, err = nil, fmt.Errorf("the YAML reader gave up: %v", r)
		}
	}()
	var doc, more yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&doc); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch err := decoder.Decode(&more); {
	case err == nil && len(more.Content) > 0 && !isBare(more.Content[0]):
		return nil, errTrailing
	case err != nil && !errors.Is(err, io.EOF):
		return nil, err
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	return doc.Content[0], nil
}

// unreadable finds bytes that no YAML text has; the YAML package names no line for them.
func (f *File) unreadable(d *Document) *SyntaxError {
	text := f.Src[d.Start:d.End]
	for i := 0; i < len(text); {
		if c := text[i]; c >= ' ' && c < 0x7f || c == '\n' || c == '\t' || c == '\r' {
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		problem := ""
		switch {
		case r == utf8.RuneError && size == 1:
			problem = "the text is not UTF-8"
		case r < ' ' || r >= 0x7f && r < 0xa0 && r != 0x85 || r == 0xfffe || r == 0xffff:
			problem = fmt.Sprintf("control character U+%04X is not allowed", r)
		}
		if problem != "" {
			at := f.Position(d.Start+i, d.Start+i)
			return &SyntaxError{Line: at.Line, Column: at.Column, Problem: problem}
		}
		i += size
	}
	return nil
}

var (
	lineOfError  = regexp.MustCompile(`(?:^|.*: )line (\d+): (.*)$`)
	unknownAlias = regexp.MustCompile(`unknown anchor '(.*)' referenced`)
)

// The parser's problems, unlike the scanner's, are told with lines counted from 0.
var parserProblems = []string{
	"did not find expected <stream-start>", "did not find expected <document start>",
	"did not find expected node content", "did not find expected '-' indicator",
	"did not find expected key", "did not find expected ',' or ']'",
	"did not find expected ',' or '}'", "found undefined tag handle", "found duplicate %",
	"found incompatible YAML document",
}

// tokenProblems are those where people look at the start of the broken token, for a
// missing quote or colon, and not at its end.
var tokenProblems = []string{
	"found unexpected end of stream", "found unexpected document indicator", "could not find expected ':'",
}

// syntaxError finds the line of the problem in the text of the document that starts
// after the given number of YAML lines.
//
// The YAML packages tell no line if it is the first, so the text is read again behind an
// empty line. yaml.v3 tells where the broken token or the enclosing collection starts;
// yaml.v2, which sigs.k8s.io/yaml uses, tells where the problem is. Both count the lines
// of the scanner's problems from 1 and those of the parser's from 0.
func (f *File) syntaxError(text []byte, before int, first error) *SyntaxError {
	problem := strings.TrimPrefix(first.Error(), "yaml: ")
	if m := lineOfError.FindStringSubmatch(problem); m != nil {
		problem = m[2]
	}
	if errors.Is(first, errTrailing) {
		return f.problemAt(before+trailingLine(text), problem)
	}
	line := 1 // in the document, from 1
	if m := unknownAlias.FindStringSubmatch(problem); m != nil {
		line = aliasLine(text, m[1])
	} else {
		padded := append([]byte("\n"), text...)
		_, err := parseNode(padded)
		n, ok := lineIn(err, problem)
		if !startsWithAny(problem, tokenProblems) {
			if at, told := lineIn(readError(padded), problem); told {
				n, ok = at, true
			}
		}
		if ok && !startsWithAny(problem, parserProblems) {
			n--
		}
		line = max(n, 1)
	}
	// At the end of the text, the line that is told may be the one behind it.
	filled, _ := lineStarts(bytes.TrimRight(text, " \t\r\n"))
	return f.problemAt(before+min(line, len(filled)), problem)
}

func startsWithAny(problem string, starts []string) bool {
	for _, p := range starts {
		if strings.HasPrefix(problem, p) {
			return true
		}
	}
	return false
}

func readError(text []byte) (err error) {
	defer func() {
		if recover() != nil {
			err = nil
		}
	}()
	if Bounded(text) == nil {
		_, err = k8syaml.YAMLToJSON(text)
	}
	return err
}

// lineIn takes the line from an error if it tells of the same problem.
func lineIn(err error, problem string) (int, bool) {
	if err == nil {
		return 0, false
	}
	m := lineOfError.FindStringSubmatch(err.Error())
	if m == nil || m[2] != problem {
		return 0, false
	}
	n, err := strconv.Atoi(m[1])
	return n, err == nil && n > 0
}

// aliasLine finds the first use of an alias, counted from 1.
func aliasLine(text []byte, name string) int {
	use := regexp.MustCompile(`(?m)^[^#\n]*(?:^|[\s\[{,])(\*` + regexp.QuoteMeta(name) + `)(?:[\s,\]}]|$)`)
	at := use.FindSubmatchIndex(text)
	if at == nil {
		return 1
	}
	breaks, _ := lineStarts(text[:at[2]])
	return len(breaks)
}

// problemAt tells a problem at a YAML line, counted from 1, at its first character.
func (f *File) problemAt(line int, problem string) *SyntaxError {
	line = min(max(line, 1), len(f.breaks))
	at := f.breaks[line-1]
	for at < len(f.Src) && (f.Src[at] == ' ' || f.Src[at] == '\t') {
		at++
	}
	pos := f.Position(at, at)
	return &SyntaxError{Line: pos.Line, Column: pos.Column, Problem: problem}
}

// trailingLine is the first line of text behind the end of its first document, counted from 1.
func trailingLine(text []byte) int {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var doc yaml.Node
	line := 1
	for range 2 {
		if decoder.Decode(&doc) == nil && len(doc.Content) > 0 {
			line = doc.Content[0].Line
		}
	}
	return line
}
