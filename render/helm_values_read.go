package render

import (
	"bytes"
	"reflect"
	"slices"

	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

// A readFile is values that were read, with their text.
type readFile struct {
	text   []byte
	values map[string]any
}

// A textEntry is the text of an entry of a mapping.
type textEntry struct {
	key  string
	text []byte
}

// readFiles holds 8 MiB of values files, the first that was read under each key: a fix tries many edits of one, and most of
// it stays the same.
var readFiles = contentCache[readFile]{most: 8 << 20}

// readValues reads the text of a values file. The key tells it from others: of a text that differs in a few entries from
// the one that was read first under that key, these entries alone are read. The caller may change the values.
func readValues(key contentDigest, text []byte) (map[string]any, error) {
	known, ok := readFiles.get(key)
	if ok {
		if bytes.Equal(known.text, text) {
			return copyTree(known.values).(map[string]any), nil
		}
		if values := known.edited(text); values != nil {
			return values, nil
		}
	}
	values := map[string]any{}
	if err := yaml.Unmarshal(text, &values); err != nil {
		return values, err
	}
	if !ok {
		readFiles.put(key, readFile{text, copyTree(values).(map[string]any)}, len(text))
	}
	return values, nil
}

// maxReadAlone is how many entries are read by themselves: with more, all are read as fast.
const maxReadAlone = 8

// edited reads a text of which most entries are known. It returns nil where it is not certain that the others are what
// they look like.
func (r *readFile) edited(text []byte) map[string]any {
	known, entries := textEntries(r.text), textEntries(text)
	if entries == nil || len(known) != len(r.values) || !bytes.Equal(heading(r.text, known), heading(text, entries)) {
		return nil
	}
	was := map[string][]byte{}
	for _, entry := range known {
		was[entry.key] = entry.text
	}
	values := map[string]any{}
	alone := 0
	for _, entry := range entries {
		before, there := was[entry.key]
		value, read := r.values[entry.key]
		if there && !read {
			return nil // YAML takes the key for something else
		}
		if there && bytes.Equal(before, entry.text) {
			values[entry.key] = copyTree(value)
			continue
		}
		if alone++; alone > maxReadAlone {
			return nil
		}
		if there {
			if again, ok := readEntry(textEntry{entry.key, before}); !ok || !reflect.DeepEqual(again, value) {
				return nil
			}
		}
		value, read = readEntry(entry)
		if !read {
			return nil
		}
		values[entry.key] = value
	}
	if len(values) != len(entries) {
		return nil // a key stands twice
	}
	return values
}

// heading is the text before the first entry.
func heading(text []byte, entries []textEntry) []byte {
	end := len(text)
	for _, entry := range entries {
		end -= len(entry.text)
	}
	return text[:end]
}

func readEntry(entry textEntry) (value any, ok bool) {
	values := map[string]any{}
	if yaml.Unmarshal(entry.text, &values) != nil || len(values) != 1 {
		return nil, false
	}
	value, ok = values[entry.key]
	return value, ok
}

// textEntries splits the text of a mapping where lines begin with plain keys; before the first, there may be comments
// and the start of the document. It returns nil for texts with aliases, which carry what stands in one entry into
// others, and with several documents.
func textEntries(text []byte) []textEntry {
	if yamledit.MayAlias(text) {
		return nil
	}
	var entries []textEntry
	start, at, started := -1, 0, false
	for line := range bytes.Lines(text) {
		key, ok := entryKey(line)
		switch {
		case ok && start >= 0:
			entries[len(entries)-1].text = text[start:at:at]
			fallthrough
		case ok:
			entries = append(entries, textEntry{key: key})
			start = at
		case start < 0 && !started && string(bytes.TrimSpace(line)) == "---" && line[0] == '-':
			started = true
		case bytes.HasPrefix(line, []byte("---")), bytes.HasPrefix(line, []byte("...")):
			return nil
		case start < 0 && line[0] != '#' && len(bytes.TrimSpace(line)) > 0:
			return nil
		}
		at += len(line)
	}
	if start >= 0 {
		entries[len(entries)-1].text = text[start:]
	}
	return entries
}

// entryKey returns the key that a line begins with.
func entryKey(line []byte) (key string, ok bool) {
	end := slices.IndexFunc(line, func(c byte) bool { return !isKeyByte(c) })
	if end <= 0 || !isKeyStart(line[0]) || line[end] != ':' || end+1 < len(line) && bytes.IndexByte([]byte(" \r\n"), line[end+1]) < 0 {
		return "", false
	}
	return string(line[:end]), true
}

func isKeyByte(c byte) bool { return isKeyStart(c) || c == '-' || c == '.' || c == '/' }

func isKeyStart(c byte) bool {
	return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
