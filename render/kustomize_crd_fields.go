package render

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
)

// namedFields are the fields of objects that operations of patches name, by key, and by number in
// lists.
type namedFields struct {
	wholly bool // with all that stands below
	below  map[string]*namedFields
}

// pointers finds what may be a JSON pointer into the body of an object. One that is not found costs
// no more than a build of full files: without its field, the operation fails.
var pointers = regexp.MustCompile(`(?:^|[\s"'])/((?:spec|status)[^\s"',\]}]*)`)

// maxPointer is how much of a pointer is read, far more than any manifest is deep.
const maxPointer = 4096

// unescaped are the tokens of a JSON pointer. https://www.rfc-editor.org/rfc/rfc6901#section-4
var unescaped = strings.NewReplacer("~1", "/", "~0", "~")

// namedFields reads the patches of a build.
func (b *kustomizeBuild) namedFields() *namedFields {
	named := &namedFields{}
	for _, k := range b.all {
		named.add(k.content)
		for _, ref := range k.refs {
			if ref.use != usePatch || ref.target == "" || ref.isDir {
				continue
			}
			if content, err := b.files.ReadFile(ref.target); err == nil {
				named.add(content)
			}
		}
	}
	// From a body of which nothing is left, nothing can be copied: the build fails. Of one that is left
	// in part, a copy may hold less than it should.
	named.wholly = len(named.below) > 0 && b.mayCopyFromCRDs()
	return named
}

// mayCopyFromCRDs says whether replacements or variables may read the body of a
// CustomResourceDefinition. What transformers do is not looked at.
func (b *kustomizeBuild) mayCopyFromCRDs() bool {
	mayBe := func(kind string) bool { return kind == "" || kind == string(crdWord) }
	reader := newCopies(b)
	for _, k := range b.all {
		if len(k.parsed.Transformers) > 0 {
			return true
		}
		for _, variable := range oldVars(&k.parsed) {
			if mayBe(variable.ObjRef.Kind) {
				return true
			}
		}
		for _, entry := range reader.entries(k) {
			if entry.Source != nil && mayBe(entry.Source.Kind) {
				return true
			}
		}
	}
	return false
}

func (n *namedFields) add(text []byte) {
	for _, found := range pointers.FindAllSubmatch(text, -1) {
		at := n
		pointer := found[1][:min(len(found[1]), maxPointer)]
		for token := range strings.SplitSeq(string(pointer), "/") {
			at = at.field(unescaped.Replace(token))
		}
		at.wholly = true
	}
}

func (n *namedFields) field(token string) *namedFields {
	if n.below == nil {
		n.below = map[string]*namedFields{}
	}
	if n.below[token] == nil {
		n.below[token] = &namedFields{}
	}
	return n.below[token]
}

// A blockLine is a line of a mapping or list in block style.
type blockLine struct {
	raw  []byte
	at   int // where the text starts
	text string
}

func (l *blockLine) isItem() bool { return l.text == "-" || strings.HasPrefix(l.text, "- ") }

// noText says that a line is empty or a comment, and says nothing of the structure.
func (l *blockLine) noText() bool { return l.text == "" || l.text[0] == '#' }

// entry parts a line of a mapping. end is where its value starts in raw.
func (l *blockLine) entry() (key, value string, end int, ok bool) {
	colon := strings.Index(l.text, ": ")
	if colon < 0 {
		if colon = len(l.text) - 1; colon < 0 || l.text[colon] != ':' {
			return "", "", 0, false
		}
	}
	value = strings.TrimSpace(l.text[colon+1:])
	if strings.HasPrefix(value, "#") {
		value = ""
	}
	return strings.Trim(l.text[:colon], `"'`), value, l.at + colon + 1, true
}

// cutToNamed takes out of a text in block style what is not named. Keys, the lengths of lists and
// values that stand on the line of their key stay: operations ask whether they are there, and other
// patches are merged into them. What this misreads fails to build, and is built from full files.
func cutToNamed(text []byte, named *namedFields) []byte {
	var lines []blockLine
	for raw := range bytes.Lines(text) {
		indented := bytes.TrimLeft(raw, " ")
		lines = append(lines, blockLine{raw, len(raw) - len(indented), string(bytes.TrimRight(indented, " \t\r\n"))})
	}
	return appendNode(nil, lines, named)
}

func appendNode(out []byte, lines []blockLine, named *namedFields) []byte {
	for len(lines) > 0 && lines[0].noText() {
		lines = lines[1:]
	}
	if len(lines) > 0 && lines[0].isItem() {
		return appendItems(out, lines, named)
	}
	for len(lines) > 0 {
		entry := &lines[0]
		key, value, end, ok := entry.entry()
		size := 1
		for size < len(lines) && belongs(&lines[size], entry.at, value == "") {
			size++
		}
		field, below := named.below[key], lines[1:size]
		switch {
		case entry.noText():
		case !ok || field != nil && (field.wholly || value != ""):
			out = appendRaw(out, lines[:size])
		case field != nil:
			out = appendNode(append(out, entry.raw...), below, field)
		default:
			if rest := emptied(value, below); rest != "" {
				out = append(append(out, entry.raw[:end]...), rest...)
			} else {
				out = append(out, entry.raw...)
			}
		}
		lines = lines[size:]
	}
	return out
}

// belongs says whether a line stands below an entry. A list may be as far right as its key.
func belongs(line *blockLine, at int, noValue bool) bool {
	return line.noText() || line.at > at || noValue && line.at == at && line.isItem()
}

// emptied is what stands for a value of more lines than one; "" if it is none.
func emptied(value string, below []blockLine) string {
	for i := range below {
		switch {
		case below[i].noText():
		case value != "":
			return ` ""` + "\n"
		case below[i].isItem():
			return " []\n"
		default:
			return " {}\n"
		}
	}
	return ""
}

func appendItems(out []byte, lines []blockLine, named *namedFields) []byte {
	at := lines[0].at
	for number := 0; len(lines) > 0; number++ {
		size := 1
		for size < len(lines) && (lines[size].noText() || lines[size].at > at) {
			size++
		}
		item := lines[:size]
		field := named.below[strconv.Itoa(number)]
		switch inner := strings.TrimLeft(strings.TrimPrefix(item[0].text, "-"), " "); {
		case field == nil:
			out = append(append(out, item[0].raw[:at]...), "- {}\n"...)
		case field.wholly || inner == "" || inner[0] == '-' || !strings.Contains(inner, ":"):
			out = appendRaw(out, item)
		default:
			first := &item[0]
			first.at, first.text = first.at+len(first.text)-len(inner), inner
			out = appendNode(out, item, field)
		}
		lines = lines[size:]
	}
	return out
}

func appendRaw(out []byte, lines []blockLine) []byte {
	for i := range lines {
		out = append(out, lines[i].raw...)
	}
	return out
}
