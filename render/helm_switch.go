package render

import (
	"regexp"
	"strings"

	"github.com/podmend/podmend/internal/yamledit"
)

// plainCondition matches {{ if .Values.some.switch }}.
var plainCondition = regexp.MustCompile(`^\{\{-?\s*if\s+\$?\.Values((?:\.[A-Za-z_][A-Za-z0-9_]*)+)\s*-?\}\}$`)

// SwitchOff returns the change of a values file that turns off the condition right around a field, where
// that is a value which is true. ok is false where there is none.
func (l *Locator) SwitchOff(result *Result, object *Object, path yamledit.Path) (file string, change yamledit.Change, ok bool) {
	field, ok := l.printed(object, path)
	if !ok || field.file.Inside != "" {
		return "", change, false
	}
	chain, ok := l.conditionAround(field.file, field.start)
	if !ok {
		return "", change, false
	}
	values := l.values(result)
	own := yamledit.Path{}
	for _, key := range chain {
		own = own.Join(key)
	}
	candidate, ok := values.at(field, own)
	if !ok || candidate.value != true {
		return "", change, false
	}
	source, ok := values.source(candidate)
	if !ok {
		return "", change, false
	}
	return l.valueChange(values, &source, yamledit.Change{Op: yamledit.Set, Path: candidate.path, Value: false})
}

// conditionAround returns the value of the if right around an offset, as keys from .Values.
func (l *Locator) conditionAround(file *TemplateFile, at int) (chain []string, ok bool) {
	text := l.text(file.File)
	if text == nil {
		return nil, false
	}
	source, _ := TemplateSource(text.Src)
	tokens, ok := templateTokens(source)
	if !ok {
		return nil, false
	}
	type block struct {
		action string
		other  bool // it has another branch
	}
	var open []block
	for _, token := range tokens {
		past := token.start > at
		switch token.word {
		case "if", "with", "range", "define", "block":
			if past {
				return nil, false // the block holds more than the field
			}
			open = append(open, block{action: source[token.start:token.end]})
		case "else":
			if past {
				return nil, false
			}
			if len(open) > 0 {
				open[len(open)-1].other = true
			}
		case "end":
			if len(open) == 0 {
				return nil, false
			}
			last := open[len(open)-1]
			if past {
				match := plainCondition.FindStringSubmatch(last.action)
				if match == nil || last.other {
					return nil, false
				}
				return strings.Split(strings.TrimPrefix(match[1], "."), "."), true
			}
			open = open[:len(open)-1]
		}
	}
	return nil, false
}
