package yamledit

import (
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// readQuoted takes quotes off that hold no line break but escaped ones.
func (i *Inner) readQuoted(found Found) (text []byte, ok bool) {
	quote := byte('"')
	if i.style&yaml.SingleQuotedStyle != 0 {
		quote = '\''
	}
	raw := found.Text
	if len(raw) < 2 || raw[0] != quote || raw[len(raw)-1] != quote {
		return nil, false
	}
	for n := 1; n < len(raw)-1; {
		read, length := raw[n:n+1], 1
		switch {
		case raw[n] == '\n':
			return nil, false
		case quote == '\'' && raw[n] == '\'':
			length = 2
		case quote == '"' && raw[n] == '\\':
			if read, length, ok = unescaped(raw[n : len(raw)-1]); !ok {
				return nil, false
			}
		}
		for range len(read) {
			i.at = append(i.at, found.Value.Offset+n)
		}
		text = append(text, read...)
		n += length
	}
	i.at = append(i.at, found.Value.End-1)
	return text, true
}

// escapes are those of one letter in double quotes: https://yaml.org/spec/1.2.2/#57-escaped-characters
var escapes = map[byte]string{
	'0': "\x00", 'a': "\a", 'b': "\b", 't': "\t", '\t': "\t", 'n': "\n", 'v': "\v", 'f': "\f", 'r': "\r", 'e': "\x1b",
	' ': " ", '"': `"`, '/': "/", '\\': `\`, 'N': "\u0085", '_': "\u00a0", 'L': "\u2028", 'P': "\u2029",
}

// digits are how many hexadecimal digits follow the letter of an escape.
var digits = map[byte]int{'x': 2, 'u': 4, 'U': 8}

// unescaped reads the escape that raw starts with, and says how long it is.
func unescaped(raw string) (read string, length int, ok bool) {
	if len(raw) < 2 {
		return "", 0, false
	}
	if raw[1] == '\n' { // the line goes on behind the next one's indentation
		return "", len(raw) - len(strings.TrimLeft(raw[2:], " \t")), true
	}
	if read, ok := escapes[raw[1]]; ok {
		return read, 2, true
	}
	length = 2 + digits[raw[1]]
	if length == 2 || length > len(raw) {
		return "", 0, false
	}
	letter, err := strconv.ParseUint(raw[2:length], 16, 32)
	return string(rune(letter)), length, err == nil
}

// escaped writes text for double quotes.
func escaped(text string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`, "\r", `\r`).Replace(text)
}
