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
	values := readLayers(l.files, result.Layers)
	own := yamledit.Path{}
	for _, key := range chain {
		own = own.Join(key)
	}
	within := field.trace.Within
	for i := range values.layers {
		layer := &values.layers[i]
		if len(layer.Within) > len(within) {
			continue
		}
		var prefix yamledit.Path
		for _, name := range within[len(layer.Within):] {
			prefix = prefix.Join(name)
		}
		at := prefix.Concat(own)
		switch valueIn(layer.tree, at) {
		case nil:
			continue
		case true:
			set := &ValueSource{File: layer.File, Path: at, Inside: layer.Inside != ""}
			if set.Inside || layer.Vendor != "" {
				parent := values.parentOf(i)
				if parent == nil {
					return "", change, false
				}
				set.Parent = parent.File
				for _, name := range layer.Within[len(parent.Within):] {
					set.Below = set.Below.Join(name)
				}
			}
			return l.valueChange(values, set, yamledit.Change{Op: yamledit.Set, Path: at, Value: false})
		}
		return "", change, false
	}
	return "", change, false
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
