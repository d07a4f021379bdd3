package render

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"sync"
	"unicode"

	"github.com/podmend/podmend/internal/overlay"
)

// Masked stands for a rendered text that must not be printed.
const Masked = "(masked)"

// What is beyond these bounds, in bytes, counts as not found.
const (
	maxUnpacked = 64 << 20 // of one archive
	maxHeld     = 1 << 30  // of all files
	maxSearched = 32 << 30 // for the words of one target
)

// Literals answers whether a rendered text stands in source. What does not was computed, and may be
// a secret; it is not printed. It is safe for concurrent use.
type Literals struct {
	files *overlay.FS

	mutex    sync.Mutex
	contents map[string][]byte          // of source files, archives unpacked
	held     int                        // bytes of contents
	searched map[string]int             // bytes, by target id
	known    map[string]map[string]bool // by target id and word
}

// NewLiterals makes an answerer that searches files.
func NewLiterals(files *overlay.FS) *Literals {
	return &Literals{files: files, contents: map[string][]byte{}, known: map[string]map[string]bool{}, searched: map[string]int{}}
}

// Shown returns text if each word of it stands in a file that the target read, or is what the
// target's release is called, else Masked.
func (l *Literals) Shown(result *Result, text string) string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	known := l.known[result.Target.ID]
	if known == nil {
		known = map[string]bool{}
		for _, own := range []string{result.Target.ReleaseName, result.Target.Namespace, helmReleaseName, helmNamespace} {
			for _, word := range words(own) {
				known[word] = true
			}
		}
		l.known[result.Target.ID] = known
	}
	for _, word := range words(text) {
		stands, answered := known[word]
		if !answered {
			if l.searched[result.Target.ID] > maxSearched {
				return Masked
			}
			for _, name := range result.Reads {
				l.searched[result.Target.ID] += len(l.contents[name])
			}
			stands = l.stands(result.Reads, word)
			known[word] = stands
		}
		if !stands {
			return Masked
		}
	}
	return text
}

func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// Holds says whether a source file holds a word.
func (l *Literals) Holds(name, word string) bool {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.stands([]string{name}, word)
}

func (l *Literals) stands(reads []string, word string) bool {
	for _, name := range reads {
		content, read := l.contents[name]
		if !read {
			if l.held < maxHeld {
				content = l.content(name)
			}
			l.contents[name] = content
			l.held += len(content)
		}
		if bytes.Contains(content, []byte(word)) {
			return true
		}
	}
	return false
}

func (l *Literals) content(name string) []byte {
	content, err := l.files.ReadFile(name)
	if err != nil {
		return nil
	}
	packed, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return content
	}
	// Of a broken or oversized archive, what could be unpacked is searched.
	unpacked, _ := io.ReadAll(io.LimitReader(packed, maxUnpacked))
	return unpacked
}
