package yamledit

import (
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// aligned finds the bytes of a scalar in its source where these are not written out one by one: in folded blocks,
// quotes over several lines and escapes. White space stands where it is met; Edits checks what comes out of that.
func aligned(found Found) (at []int, ok bool) {
	raw, pos := found.Text, len(properties.FindString(found.Text))
	end := len(raw)
	double, single := found.Node.Style&yaml.DoubleQuotedStyle != 0, found.Node.Style&yaml.SingleQuotedStyle != 0
	switch {
	case double || single:
		pos, end = pos+1, end-1
	case found.Node.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		header := strings.IndexByte(raw[pos:], '\n')
		if header < 0 {
			return nil, false
		}
		pos += header + 1
	}
	value := found.Node.Value
	for n := 0; n < len(value); n++ {
		if isSpace(value[n]) {
			at = append(at, found.Value.Offset+pos)
			continue
		}
		for pos < end && spaceWidth(raw[pos:end], double) > 0 {
			pos += spaceWidth(raw[pos:end], double)
		}
		at = append(at, found.Value.Offset+pos)
		if pos+1 < end && (double && raw[pos] == '\\' || single && raw[pos] == '\'') {
			pos++
		}
		if pos >= end || raw[pos] != value[n] {
			return nil, false
		}
		pos++
	}
	return append(at, found.Value.Offset+pos), true
}

func isSpace(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }

// spaceWidth is how many bytes a text begins with that stand for white space, in double quotes escapes among them.
func spaceWidth(text string, double bool) int {
	switch {
	case isSpace(text[0]):
		return 1
	case double && len(text) > 1 && text[0] == '\\' && strings.IndexByte("nrt \t\n", text[1]) >= 0:
		return 2
	}
	return 0
}
