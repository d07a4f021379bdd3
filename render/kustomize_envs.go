package render

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/podmend/podmend/internal/yamledit"
)

// An envLine is a line KEY=value of a file of variables, which generators read.
// https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.2/api/kv/kv.go
type envLine struct {
	number, column int
	key, value     string
	start, end     int // of the value
}

func envLines(content []byte) []envLine {
	var found []envLine
	at, number := 0, 0
	for line := range bytes.Lines(content) {
		number++
		text := strings.TrimSuffix(strings.TrimSuffix(string(line), "\n"), "\r")
		end := at + len(text)
		if number == 1 {
			text = strings.TrimPrefix(text, "\ufeff")
		}
		text = strings.TrimLeftFunc(text, unicode.IsSpace)
		if key, value, ok := strings.Cut(text, "="); ok && text[0] != '#' {
			column := 1 + utf8.RuneCount(line[:end-at-len(text)])
			found = append(found, envLine{number, column, key, value, end - len(value), end})
		}
		at += len(line)
	}
	return found
}

// envPlace finds a key in files of variables.
func (c *copies) envPlace(k *kustomization, sources []string, key string) (Place, bool) {
	for _, source := range sources {
		for i := range k.refs {
			ref := &k.refs[i]
			if ref.field != "configMapGenerator" || ref.value != source || ref.target == "" || ref.isDir {
				continue
			}
			content, err := c.build.files.ReadFile(ref.target)
			if err != nil {
				continue
			}
			for _, line := range envLines(content) {
				if line.key == key {
					return Place{File: ref.target, Line: line.number, Prefix: key + "="}, true
				}
			}
		}
	}
	return Place{}, false
}

// envAt reads the line of a place in a file of variables.
func (l *Locator) envAt(place *Place) (envLine, bool) {
	content, err := l.files.ReadFile(place.File)
	if err != nil {
		return envLine{}, false
	}
	for _, line := range envLines(content) {
		if line.number == place.Line && line.key+"=" == place.Prefix {
			return line, true
		}
	}
	return envLine{}, false
}

// atEnv describes a place in a file of variables.
func (l *Locator) atEnv(place *Place) Origin {
	line, ok := l.envAt(place)
	width := utf8.RuneCountInString(line.key + "=" + line.value)
	return Origin{
		File: place.File, Line: place.Line, Column: line.column, EndLine: place.Line, EndColumn: line.column + width,
		Via: ViaManifest, Exact: ok, Place: line.key,
	}
}

// envChange changes a value in a file of variables.
func (l *Locator) envChange(from *Place, change yamledit.Change) ([]PlacedChange, bool) {
	line, ok := l.envAt(from)
	if !ok {
		return nil, false
	}
	text := yamledit.Edit{Start: line.start, End: line.end, NewText: fmt.Sprint(change.Value)}
	return []PlacedChange{{Place: *from, Change: change, Copied: true, Text: &text}}, true
}
