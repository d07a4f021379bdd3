package yamledit

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// An Inner is a YAML text that stands in a scalar of another file, as a patch in a kustomization
// does. Positions of its File are those in the text; Outer gives those in the file around it.
type Inner struct {
	*File
	around *File
	doc    int
	path   Path
	// at holds the offset in the file around of each byte of the text, and of its end.
	at     []int
	indent string // of a block's lines
	style  yaml.Style
	// masked says that File has other letters in the place of actions of a template.
	masked bool
	// starts holds where the lines of a block start in the file around, by the offset of the
	// first byte behind their indentation.
	starts map[int]int
	// above is the text in which the text stands, nil for one that stands in the file around; doc and path
	// count in it.
	above *Inner
}

// Inner reads the scalar at a path as a YAML text. An alias leads to the text of its anchor.
func (f *File) Inner(doc int, p Path) (*Inner, bool) {
	p = f.Anchored(doc, p)
	found, ok := f.Find(doc, p)
	if !ok || found.Shared || found.Node.Kind != yaml.ScalarNode {
		return nil, false
	}
	i := &Inner{around: f, doc: doc, path: p, style: found.Node.Style, starts: map[int]int{}}
	var text []byte
	switch {
	case i.style&yaml.LiteralStyle != 0:
		text, ok = i.readBlock(found)
	case i.style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0:
		text, ok = i.readQuoted(found)
	default:
		text, ok = i.readPlain(found)
	}
	if !ok || strings.TrimRight(string(text), "\n") != strings.TrimRight(found.Node.Value, "\n") {
		if i.at, ok = aligned(found); !ok {
			return nil, false
		}
		text = []byte(found.Node.Value)
		i.starts = map[int]int{}
	}
	i.File = Parse(text)
	if masked := maskActions(text); masked != nil && !i.readable() {
		i.File, i.masked = Parse(masked), true
	}
	return i, true
}

func (i *Inner) readable() bool {
	for doc := range i.Docs {
		if _, err := i.Tree(doc); err != nil {
			return false
		}
	}
	return true
}

// maskActions puts letters in the place of the actions of a template, and a comment in that of an action on a
// line of its own, so that the rest can be read as YAML. It returns nil for a text without any.
func maskActions(text []byte) []byte {
	found := action.FindAllIndex(text, -1)
	if found == nil {
		return nil
	}
	masked := bytes.Clone(text)
	for _, at := range found {
		for n := at[0]; n < at[1]; n++ {
			masked[n] = 'x'
		}
		before := bytes.TrimLeft(text[bytes.LastIndexByte(text[:at[0]], '\n')+1:at[0]], " ")
		after, _, _ := bytes.Cut(text[at[1]:], []byte("\n"))
		if len(before) == 0 && len(bytes.TrimSpace(after)) == 0 {
			masked[at[0]] = '#'
		}
	}
	return masked
}

var action = regexp.MustCompile(`\{\{[^\n]*?\}\}`)

// Within stands in a path where it goes on in the text of a scalar, as that of InnerAt.
var Within = Step{List: true, Index: -1}

// InnerAt reads the scalar at a path that may begin with the index of its document; else it is in the first.
func (f *File) InnerAt(p Path) (*Inner, bool) {
	if at := slices.Index(p, Within); at >= 0 {
		above, ok := f.InnerAt(p[:at])
		if !ok {
			return nil, false
		}
		return above.within(p[at+1:])
	}
	if len(p) > 0 && p[0].List {
		if p[0].Index >= len(f.Docs) {
			return nil, false
		}
		return f.Inner(p[0].Index, p[1:])
	}
	return f.Inner(f.FirstDoc(), p)
}

// properties are the anchor and the tag before a scalar.
var properties = regexp.MustCompile(`^(?:[&!]\S*\s+)+`)

// within reads a literal block in the text of another.
func (i *Inner) within(p Path) (*Inner, bool) {
	below, ok := i.File.InnerAt(p)
	if !ok || i.above != nil || below.above != nil || i.style&yaml.LiteralStyle == 0 || below.style&yaml.LiteralStyle == 0 {
		return nil, false
	}
	composed := &Inner{
		File: below.File, around: i.around, doc: below.doc, path: below.path, indent: i.indent + below.indent,
		style: below.style, masked: below.masked, starts: map[int]int{}, above: i,
	}
	for _, at := range below.at {
		composed.at = append(composed.at, i.at[at])
	}
	for start, line := range below.starts {
		if outer, ok := i.starts[i.at[line]]; ok {
			composed.starts[i.at[start]] = outer
		}
	}
	return composed, true
}

// value is the text in the file around, as it reads after an edit.
func (i *Inner) value(text []byte) (string, bool) {
	file := Parse(text)
	if i.above != nil {
		above, ok := file.Inner(i.above.doc, i.above.path)
		if !ok {
			return "", false
		}
		file = above.File
	}
	found, ok := file.Find(i.doc, i.path)
	if !ok {
		return "", false
	}
	return found.Node.Value, true
}

// readBlock takes the indentation off the lines of a literal block.
func (i *Inner) readBlock(found Found) (text []byte, ok bool) {
	src, offset := i.around.Src, found.Value.Offset
	header, _, multiline := strings.Cut(found.Text, "\n")
	style := properties.ReplaceAllString(header, "")
	if !multiline || !strings.HasPrefix(style, "|") {
		return nil, false
	}
	offset += len(header) + 1
	end := found.Value.End
	for line := range strings.Lines(string(src[offset:end])) {
		content := strings.TrimRight(line, "\r\n")
		if i.indent == "" && strings.TrimLeft(content, " ") != "" {
			// Where the header says how deep a block is, its first line may be deeper.
			first := strings.TrimLeft(found.Node.Value, "\n")
			own := len(first) - len(strings.TrimLeft(first, " "))
			i.indent = content[:max(len(content)-len(strings.TrimLeft(content, " "))-own, 0)]
		}
		kept, indented := strings.CutPrefix(content, i.indent)
		if !indented {
			if strings.TrimLeft(content, " ") != "" {
				return nil, false
			}
			kept = ""
		}
		start := offset + len(content) - len(kept)
		i.starts[start] = offset
		for n := range len(kept) {
			i.at = append(i.at, start+n)
		}
		text = append(text, kept...)
		if len(line) > len(content) {
			i.at = append(i.at, offset+len(content))
			text = append(text, '\n')
		}
		offset += len(line)
	}
	i.at = append(i.at, offset)
	return text, i.indent != ""
}

func (i *Inner) readPlain(found Found) (text []byte, ok bool) {
	for n := range len(found.Text) + 1 {
		i.at = append(i.at, found.Value.Offset+n)
	}
	return []byte(found.Text), i.style == 0
}

// Outer gives the place in the file around of a place in the text.
func (i *Inner) Outer(p Position) Position {
	return i.around.Position(i.at[p.Offset], i.at[p.End])
}

// Edits gives the edits of the file around that make changes to a document of the text.
func (i *Inner) Edits(doc int, changes []Change) ([]Edit, error) {
	inner, err := i.File.Edits(doc, changes)
	if err != nil {
		return nil, err
	}
	edits := make([]Edit, len(inner))
	for n, edit := range inner {
		edits[n] = i.outer(edit)
	}
	want, err := Apply(i.Src, inner)
	if err != nil {
		return nil, err
	}
	text, err := Apply(i.around.Src, edits)
	if err != nil {
		return nil, err
	}
	got, ok := i.value(text)
	if masked := maskActions([]byte(got)); i.masked && masked != nil {
		got = string(masked)
	}
	if !ok || strings.TrimSpace(got) != strings.TrimSpace(string(want)) {
		return nil, &EditError{Reason: UnsupportedStyle, Message: "the text inside of " + i.path.String() + " is written in a way that cannot be edited"}
	}
	return edits, nil
}

func (i *Inner) outer(edit Edit) Edit {
	start, end := i.at[edit.Start], i.at[edit.End]
	text := edit.NewText
	switch {
	case i.style&yaml.LiteralStyle != 0:
		text = i.indented(text)
		line, first := i.starts[start]
		next, whole := i.starts[end]
		switch {
		case !first || text != "" || edit.Start == edit.End:
		case edit.End == len(i.Src):
			// The last lines go with their indentation.
			start = line
			if end < len(i.around.Src) && i.around.Src[end] == '\n' {
				end++
			}
		case whole:
			// Whole lines too: the next one may be empty, without any.
			start, end = line, next
		}
	case i.style&yaml.DoubleQuotedStyle != 0:
		text = escaped(text)
	case i.style&yaml.SingleQuotedStyle != 0:
		text = strings.ReplaceAll(text, "'", "''")
	}
	return Edit{Start: start, End: end, NewText: text}
}

// indented puts the block's indentation before each line of new text but the first.
func (i *Inner) indented(text string) string {
	lines := strings.Split(text, "\n")
	for n := 1; n < len(lines); n++ {
		if lines[n] != "" || n == len(lines)-1 {
			lines[n] = i.indent + lines[n]
		}
	}
	return strings.Join(lines, "\n")
}
