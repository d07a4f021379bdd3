package yamledit

import (
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/podmend/podmend/internal/late"
)

// ordered turns plain data into what is written: mappings with sorted keys.
func ordered(v any) any {
	switch v := v.(type) {
	case map[string]any:
		o := &object{}
		for key, value := range v {
			o.pairs = append(o.pairs, pair{key, ordered(value)})
		}
		slices.SortFunc(o.pairs, func(a, b pair) int { return strings.Compare(a.key, b.key) })
		return o
	case []any:
		l := &list{}
		for _, value := range v {
			l.items = append(l.items, ordered(value))
		}
		return l
	}
	return v
}

// isNested says that the value needs lines of its own in block style.
func isNested(v any) bool {
	switch v := v.(type) {
	case *object:
		return len(v.pairs) > 0
	case *list:
		return len(v.items) > 0
	}
	return false
}

// A style is how a document is written.
type style struct {
	lineBreak string
	unit      int    // indentation of a mapping in a mapping
	step      string // indentation of a flow collection's lines
	compact   bool   // lists start in the column of their key
	json      bool
	tight     bool // JSON without white space
}

// line writes a value on one line.
func (st style) line(v any) string {
	comma, colon := ", ", ": "
	if st.tight {
		comma, colon = ",", ":"
	}
	switch v := v.(type) {
	case *object:
		parts := make([]string, len(v.pairs))
		for i, p := range v.pairs {
			parts[i] = st.scalar(p.key, true) + colon + st.line(p.value)
		}
		return "{" + strings.Join(parts, comma) + "}"
	case *list:
		parts := make([]string, len(v.items))
		for i, item := range v.items {
			parts[i] = st.line(item)
		}
		return "[" + strings.Join(parts, comma) + "]"
	}
	return st.scalar(v, true)
}

// spread writes a flow value over several lines; the first is not indented.
func (st style) spread(v any, indent string) string {
	if !isNested(v) {
		return st.line(v)
	}
	inner := indent + st.step
	var parts []string
	open, end := "{", "}"
	switch v := v.(type) {
	case *object:
		for _, p := range v.pairs {
			parts = append(parts, inner+st.scalar(p.key, true)+": "+st.spread(p.value, inner))
		}
	case *list:
		open, end = "[", "]"
		for _, item := range v.items {
			parts = append(parts, inner+st.spread(item, inner))
		}
	}
	return open + st.lineBreak + strings.Join(parts, ","+st.lineBreak) + st.lineBreak + indent + end
}

// block writes a nested value as lines in block style, each without the indentation of
// the whole.
func (st style) block(v any) []string {
	var lines []string
	switch v := v.(type) {
	case *object:
		for _, p := range v.pairs {
			lines = append(lines, st.entry(p.key, p.value)...)
		}
	case *list:
		for _, item := range v.items {
			lines = append(lines, st.listItem(item)...)
		}
	}
	return lines
}

func (st style) entry(key string, value any) []string {
	name := st.scalar(key, false) + ":"
	indent := strings.Repeat(" ", st.unit)
	if header, lines, ok := literal(value); ok {
		return append([]string{name + " " + header}, indented(lines, indent)...)
	}
	if !isNested(value) {
		return []string{name + " " + st.blockLine(value)}
	}
	if _, isList := value.(*list); isList && st.compact {
		indent = ""
	}
	return append([]string{name}, indented(st.block(value), indent)...)
}

// plainLines matches a text whose lines read the same in a literal block.
var plainLines = late.Regexp(`^[\pL\pN\pP\pS][ \pL\pN\pP\pS]*(\n *[\pL\pN\pP\pS][ \pL\pN\pP\pS]*)+\n?$`)

// literal writes a text of several lines as a literal block, if nothing of it would be read otherwise.
func literal(v any) (header string, lines []string, ok bool) {
	text, _ := v.(string)
	if !plainLines().MatchString(text) {
		return "", nil, false
	}
	header = "|-"
	if strings.HasSuffix(text, "\n") {
		header = "|"
	}
	return header, strings.Split(strings.TrimSuffix(text, "\n"), "\n"), true
}

func (st style) listItem(value any) []string {
	if !isNested(value) {
		return []string{"- " + st.blockLine(value)}
	}
	lines := indented(st.block(value), "  ")
	lines[0] = "- " + lines[0][2:]
	return lines
}

// blockLine writes a value that needs one line only, in block style.
func (st style) blockLine(v any) string {
	switch v.(type) {
	case *object, *list:
		return st.line(v)
	}
	return st.scalar(v, false)
}

func indented(lines []string, indent string) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = indent + line
	}
	return out
}

var (
	// plainText needs no look at its context: no indicator starts it or stands in it.
	plainText = late.Regexp(`^[\pL\p{Nd}_/.+][\pL\p{Nd}_/.+@=$%()~-]*( [\pL\p{Nd}_/.+@=$%()~-]+)*$`)
	// plainBlockText may also hold colons and indicators of flow collections.
	plainBlockText = late.Regexp(`^[\pL\p{Nd}_/.+][\pL\p{Nd}_/.+@=$%()~:,-]*( [\pL\p{Nd}_/.+@=$%()~:,-]+)*$`)
)

// scalar writes a scalar, quoted only if it would not be read back as the same string by
// YAML 1.1 and 1.2 alike.
func (st style) scalar(v any, flow bool) string {
	text, isText := v.(string)
	if !isText || st.json {
		return jsonText(v)
	}
	plain := plainText()
	if !flow {
		plain = plainBlockText()
	}
	if len(text) < 1000 && plain.MatchString(text) && !strings.HasSuffix(text, ":") && !strings.Contains(text, ": ") && readsAsText(text) {
		return text
	}
	return jsonText(text)
}

func readsAsText(text string) bool {
	if got, ok := keyText(&yaml.Node{Kind: yaml.ScalarNode, Value: text}); !ok || got != text {
		return false
	}
	tree, err := readTree([]byte(text))
	if got, ok := tree.(string); err != nil || !ok || got != text {
		return false
	}
	n, err := parseNode([]byte(text))
	return err == nil && n != nil && n.Kind == yaml.ScalarNode && n.ShortTag() == yaml.NodeTagString && n.Value == text
}
