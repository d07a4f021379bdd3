package render

import (
	"strings"
)

// A templateToken is an action of a template with the text before it. Offsets count bytes of the
// template.
type templateToken struct {
	// text is what the template prints before the action: trimmed as {{- and -}} say.
	textStart, textEnd int
	// The action with its delimiters; empty after the last one.
	start, end int
	// word is the action's keyword, such as if or end; "" if it is a pipeline or a comment.
	word string
	// comment says that the action is one.
	comment bool
}

const templateSpace = " \t\r\n"

// templateTokens splits a template as text/template's lexer does. ok is false if that one would
// refuse it. See https://pkg.go.dev/text/template#hdr-Text_and_spaces
func templateTokens(source string) (tokens []templateToken, ok bool) {
	at := 0
	trimNext := false
	for {
		open := strings.Index(source[at:], "{{")
		token := templateToken{textStart: at, textEnd: len(source), start: len(source), end: len(source)}
		if open >= 0 {
			token.textEnd, token.start = at+open, at+open
		}
		if trimNext {
			token.textStart = token.textEnd - len(strings.TrimLeft(source[token.textStart:token.textEnd], templateSpace))
		}
		if open < 0 {
			return append(tokens, token), true
		}
		inside := token.start + len("{{")
		if rest := source[inside:]; len(rest) > 1 && rest[0] == '-' && strings.IndexByte(templateSpace, rest[1]) >= 0 {
			inside += 2
			token.textEnd = token.textStart + len(strings.TrimRight(source[token.textStart:token.textEnd], templateSpace))
		}
		close := actionEnd(source, inside)
		if close < 0 {
			return nil, false
		}
		token.comment = strings.HasPrefix(source[inside:], "/*")
		token.end = close + len("}}")
		trimNext = close >= inside+2 && source[close-1] == '-' && strings.IndexByte(templateSpace, source[close-2]) >= 0
		if !token.comment {
			token.word = actionWord(source[inside:close])
		}
		tokens = append(tokens, token)
		at = token.end
	}
}

// actionEnd returns the offset of the }} that ends the action whose inside starts at inside, -1 if
// there is none.
func actionEnd(source string, inside int) int {
	if strings.HasPrefix(source[inside:], "/*") {
		end := strings.Index(source[inside:], "*/")
		if end < 0 {
			return -1
		}
		inside += end + len("*/")
	}
	for i := inside; i < len(source); i++ {
		switch c := source[i]; c {
		case '}':
			if strings.HasPrefix(source[i:], "}}") {
				return i
			}
		case '`':
			end := strings.IndexByte(source[i+1:], '`')
			if end < 0 {
				return -1
			}
			i += 1 + end
		case '"', '\'':
			for i++; i < len(source) && source[i] != c; i++ {
				if source[i] == '\n' {
					return -1
				}
				if source[i] == '\\' {
					i++
				}
			}
			if i >= len(source) {
				return -1
			}
		}
	}
	return -1
}

// actionWord returns the keyword that an action starts with.
func actionWord(inside string) string {
	inside = strings.TrimLeft(inside, templateSpace)
	end := strings.IndexFunc(inside, func(r rune) bool { return r < 'a' || r > 'z' })
	if end < 0 {
		end = len(inside)
	}
	switch word := inside[:end]; word {
	case "if", "else", "end", "range", "with", "define", "block", "template", "break", "continue":
		return word
	}
	return ""
}
