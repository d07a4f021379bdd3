package yamledit

import (
	"bytes"
	"sort"
	"unicode/utf8"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// A Position is a byte range of the file, and its lines and columns as editors and
// git count them: from 1, lines end with LF or CRLF (with CR in a file that has no LF), columns are characters, and a
// byte order mark has no column. EndColumn is the one after the last character.
type Position struct {
	Offset, End        int
	Line, Column       int
	EndLine, EndColumn int
}

// Position gives the lines and columns of a byte range.
func (f *File) Position(offset, end int) Position {
	p := Position{Offset: offset, End: end}
	p.Line, p.Column = f.lineColumn(offset)
	p.EndLine, p.EndColumn = f.lineColumn(end)
	return p
}

func (f *File) lineColumn(offset int) (line, column int) {
	i := f.lineAt(offset)
	return i + 1, f.runesBefore(max(offset, f.lines[i])) - f.runesBefore(f.lines[i]) + 1
}

// runeBlock is how many bytes of a file have one count of characters.
const runeBlock = 4096

// runesBefore counts the characters before an offset: a whole repository may stand on one line,
// which is not to be read again for each place in it.
func (f *File) runesBefore(offset int) int {
	f.counting.Do(func() {
		f.runes = []int{0}
		for start := 0; start+runeBlock <= len(f.Src); start += runeBlock {
			f.runes = append(f.runes, f.runes[len(f.runes)-1]+runeStarts(f.Src[start:start+runeBlock]))
		}
	})
	block := offset / runeBlock
	return f.runes[block] + runeStarts(f.Src[block*runeBlock:offset])
}

func runeStarts(text []byte) (n int) {
	for _, c := range text {
		if utf8.RuneStart(c) {
			n++
		}
	}
	return n
}

// lineAt is the index of the editor line that holds the offset.
func (f *File) lineAt(offset int) int {
	return max(sort.SearchInts(f.lines, offset+1)-1, 0)
}

// lineStarts finds where lines start, as YAML counts them (CR, NEL, LS and PS end a
// line too) and as editors do.
func lineStarts(src []byte) (breaks, lines []int) {
	first := 0
	if bytes.HasPrefix(src, byteOrderMark) {
		first = len(byteOrderMark)
	}
	same := true
	breaks = append(make([]int, 0, 1+bytes.Count(src, []byte("\n"))), first)
	for i := first; i < len(src); i++ {
		// Most bytes are told by one comparison.
		if c := src[i]; c > '\r' && c < 0xc2 {
			continue
		}
		n := breakAt(src, i)
		if n == 0 {
			continue
		}
		same = same && src[i+n-1] == '\n'
		breaks = append(breaks, i+n)
		i += n - 1
	}
	if same {
		return breaks, breaks
	}
	end := byte('\n')
	if bytes.IndexByte(src, end) < 0 {
		end = '\r'
	}
	lines = []int{first}
	for i := first; i < len(src); i++ {
		if src[i] == end {
			lines = append(lines, i+1)
		}
	}
	return breaks, lines
}

// breakAt is the length of the YAML line break at an offset, 0 if there is none.
func breakAt(src []byte, i int) int {
	if i >= len(src) {
		return 0
	}
	switch src[i] {
	case '\n':
		return 1
	case '\r':
		if i+1 < len(src) && src[i+1] == '\n' {
			return 2
		}
		return 1
	case 0xc2:
		if i+1 < len(src) && src[i+1] == 0x85 {
			return 2
		}
	case 0xe2:
		if i+2 < len(src) && src[i+1] == 0x80 && (src[i+2] == 0xa8 || src[i+2] == 0xa9) {
			return 3
		}
	}
	return 0
}

// offset is where the node's text starts, its anchor and tag included.
func (f *File) offset(n *yaml.Node) int {
	if n.Line < 1 || n.Line > len(f.breaks) {
		return len(f.Src)
	}
	at := f.breaks[n.Line-1]
	if n.Column > runeBlock {
		return f.afterRunes(f.runesBefore(at) + n.Column - 1)
	}
	for column := 1; column < n.Column && at < len(f.Src); column++ {
		if f.Src[at] < utf8.RuneSelf {
			at++
			continue
		}
		_, size := utf8.DecodeRune(f.Src[at:])
		at += size
	}
	return at
}

// afterRunes is where the character starts before which there are count others.
func (f *File) afterRunes(count int) int {
	block := sort.SearchInts(f.runes, count+1) - 1
	count -= f.runes[block]
	for at := block * runeBlock; at < len(f.Src); at++ {
		if !utf8.RuneStart(f.Src[at]) {
			continue
		}
		if count == 0 {
			return at
		}
		count--
	}
	return len(f.Src)
}

// column is the character column of an offset, counted from 0 as YAML does.
func (f *File) column(offset int) int {
	i := max(sort.SearchInts(f.breaks, offset+1)-1, 0)
	start := f.breaks[i]
	if offset-start > runeBlock {
		return f.runesBefore(offset) - f.runesBefore(start)
	}
	return utf8.RuneCount(f.Src[start:max(offset, start)])
}
