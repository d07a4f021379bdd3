package render

import (
	"crypto/sha256"
	"slices"
	"strconv"
	"strings"
)

// Marks are numbers in white space that charts do not hold. White space, so that trim takes them
// away together with the space around them, where any other text would stop it.
const (
	markStart = '\u200A'
	markZero  = '\u2000'
)

func writeMark(b *strings.Builder, number int) {
	b.WriteRune(markStart)
	for _, digit := range strconv.Itoa(number) {
		b.WriteRune(markZero + digit - '0')
	}
}

// holdsMarks says whether a text holds what could be taken for a mark.
func holdsMarks(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return markZero <= r && r <= markStart })
}

// A sourceMark stands at the start of a text of a template, after each of its line breaks and at
// its end.
type sourceMark struct {
	unit   int
	token  int // index of the token in the unit's file whose text it marks
	offset int // in the file
	// pieceEnd is where the next mark of the same text stands, -1 for the mark at the end of the
	// text, behind which the token's action prints.
	pieceEnd int
}

// A templateUnit is what is marked together: the template of a file or a named one.
type templateUnit struct {
	file        int
	define      string // "" for the template of a file
	first, last int    // its tokens
}

// A templateMarker marks the templates of a chart.
type templateMarker struct {
	files []markedFile
	units []templateUnit
	marks []sourceMark
	// twins are the names that are defined, each of which gets a marked twin: what reads the
	// output of a named template as a value must not see marks.
	twins map[string]bool
	// called are the names of those twins that what is marked prints.
	called map[string]bool
}

// twinPrefix starts the names of marked twins. No chart can name a template so by accident.
const twinPrefix = "podmend's twin of "

// twinsMark stands before the twins of a file, so that the text before is parsed as it is without them.
const twinsMark = "{{/* podmend's twins */}}"

// add takes a file in and returns its index. ok is false if it is not a template.
func (m *templateMarker) add(engineName, source string) (index int, ok bool) {
	key := contentDigest(sha256.Sum256([]byte(source)))
	file, known := readToMark.get(key)
	if !known {
		if file = readMarkedFile(engineName, source); file != nil {
			readToMark.put(key, file, len(source))
		}
	}
	if file == nil {
		return 0, false
	}
	m.files = append(m.files, *file)
	return len(m.files) - 1, true
}

// findDefines makes a unit of each named template of a file, which blocks define as well.
func (m *templateMarker) findDefines(index int) {
	var open []int
	for i, token := range m.files[index].tokens {
		switch token.word {
		case "if", "range", "with", "define", "block":
			open = append(open, i)
		case "end":
			if len(open) == 0 {
				return
			}
			first := open[len(open)-1]
			open = open[:len(open)-1]
			if start := m.files[index].tokens[first]; start.word == "define" || start.word == "block" {
				if name, ok := m.files[index].definedName(start); ok && name != "" {
					m.units = append(m.units, templateUnit{file: index, define: name, first: first + 1, last: i})
					m.twins[name] = true
				}
			}
		}
	}
}

// definedName reads the name in {{ define "name" }} and {{ block "name" . }}.
func (f *markedFile) definedName(token templateToken) (string, bool) {
	return quotedName(f.source[token.start:token.end])
}

// quotedName reads the first quoted name in an action.
func quotedName(action string) (string, bool) {
	quote := strings.IndexAny(action, "\"`")
	if quote < 0 {
		return "", false
	}
	prefix, err := strconv.QuotedPrefix(action[quote:])
	if err != nil {
		return "", false
	}
	name, err := strconv.Unquote(prefix)
	return name, err == nil
}

// follow finds the named templates that a file prints, and that these print.
func (m *templateMarker) follow(index int) {
	if m.called == nil {
		m.called = map[string]bool{}
	}
	m.followTokens(index, 0, len(m.files[index].tokens)-1)
}

func (m *templateMarker) followTokens(index, first, last int) {
	for token, call := range m.files[index].calls {
		if token < first || token > last || m.called[call.name] || !m.twins[call.name] {
			continue
		}
		m.called[call.name] = true
		for _, unit := range m.units {
			if unit.define == call.name {
				m.followTokens(unit.file, unit.first, unit.last)
			}
		}
	}
}

// marked returns the text of a file: with marks, if it is one whose body is wanted, and with marked twins of those of its
// named templates that are called.
func (m *templateMarker) marked(index int, body bool) string {
	file := &m.files[index]
	var b strings.Builder
	if body {
		unit := len(m.units)
		m.units = append(m.units, templateUnit{file: index, last: len(file.tokens) - 1})
		m.writeBody(&b, unit)
	} else {
		b.WriteString(file.source)
	}
	before := twinsMark
	for unit := range m.units {
		if m.units[unit].file == index && m.called[m.units[unit].define] {
			b.WriteString(before + "{{define " + strconv.Quote(twinPrefix+m.units[unit].define) + "}}")
			m.writeBody(&b, unit)
			b.WriteString("{{end}}")
			before = ""
		}
	}
	return b.String()
}

// writeBody writes the texts of a unit with marks and its actions, those that print named
// templates with the names of the twins. Blocks are printed by name, and behind a file's template defined for others.
func (m *templateMarker) writeBody(b *strings.Builder, unit int) {
	u := m.units[unit]
	file := &m.files[u.file]
	var open []bool // of each block that is open, whether it is a named template
	named := 0      // how many named templates are open: their text is not printed here
	var blocks strings.Builder
	for i := u.first; i <= u.last; i++ {
		token := &file.tokens[i]
		if named > 0 {
			b.WriteString(file.source[token.textStart:token.textEnd])
		} else {
			m.writeText(b, unit, i)
		}
		if i == u.last && u.define != "" {
			return // the action is the end of the named template
		}
		call, isCall := file.calls[i]
		isCall = isCall && named == 0 && m.twins[call.name]
		switch {
		case isCall && token.word == "block":
			b.WriteString("{{template " + strconv.Quote(twinPrefix+call.name) + file.source[call.end:token.end])
			end := m.blockEnd(u.file, i)
			blocks.WriteString("{{define " + strconv.Quote(call.name) + "}}")
			for inside := i + 1; inside <= end; inside++ {
				token := &file.tokens[inside]
				blocks.WriteString(file.source[token.textStart:token.textEnd] + file.source[token.start:token.end])
			}
			i = end
			continue
		case isCall:
			b.WriteString(file.source[token.start:call.start])
			b.WriteString(strconv.Quote(twinPrefix + call.name))
			b.WriteString(file.source[call.end:token.end])
		default:
			b.WriteString(file.source[token.start:token.end])
		}
		switch token.word {
		case "if", "range", "with", "define", "block":
			isNamed := token.word == "define" || token.word == "block"
			open = append(open, isNamed)
			if isNamed {
				named++
			}
		case "end":
			if len(open) > 0 {
				if open[len(open)-1] {
					named--
				}
				open = open[:len(open)-1]
			}
		}
	}
	b.WriteString(blocks.String())
}

// blockEnd returns the index of the action that ends the block that a token of a file opens.
func (m *templateMarker) blockEnd(index, token int) int {
	at := slices.IndexFunc(m.units, func(unit templateUnit) bool { return unit.file == index && unit.define != "" && unit.first == token+1 })
	return m.units[at].last
}

func (m *templateMarker) writeText(b *strings.Builder, unit, index int) {
	file := &m.files[m.units[unit].file]
	token := &file.tokens[index]
	for at := token.textStart; at < token.textEnd; {
		end := token.textEnd
		if line := strings.IndexByte(file.source[at:end], '\n'); line >= 0 {
			end = at + line + 1
		}
		m.write(b, sourceMark{unit: unit, token: index, offset: at, pieceEnd: end})
		b.WriteString(file.source[at:end])
		at = end
	}
	m.write(b, sourceMark{unit: unit, token: index, offset: token.textEnd, pieceEnd: -1})
}

func (m *templateMarker) write(b *strings.Builder, mark sourceMark) {
	writeMark(b, len(m.marks))
	m.marks = append(m.marks, mark)
}
