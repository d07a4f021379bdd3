package render

import (
	"regexp"
	"strings"

	"github.com/podmend/podmend/internal/yamledit"
)

// switches lists the values that are true among those that the actions around a field name, or that stand below these.
func (v *valuesOf) switches(field *printedField, mentions []string) []valueCandidate {
	return v.likely(field.trace.Within, func(own yamledit.Path, node any) int {
		score := mentioned(own, mentions)
		if score == 0 || node != true {
			return 0
		}
		return score + 10*commonSuffix(field.path, own)
	})
}

// SwitchOff returns the changes of source that turn off the condition right around a field, where
// that is a value which is true. ok is false where there is none.
func (l *Locator) SwitchOff(result *Result, object *Object, path yamledit.Path) (changes []PlacedChange, ok bool) {
	field, ok := l.printed(object, path)
	if !ok {
		return nil, false
	}
	if source, ok := field.trace.switchOf(path); ok {
		return l.turnedOff(source)
	}
	chain, ok := l.conditionAround(field.file, field.start, path[len(path)-1].Key)
	if !ok {
		return nil, false
	}
	values := l.values(result, field.trace.Chart)
	candidate, ok := values.at(field, yamledit.Keys(chain...))
	if !ok || candidate.value != true {
		return nil, false
	}
	return l.changed(values, candidate, yamledit.Change{Op: yamledit.Set, Value: false})
}

// changed returns the changes of source that make a change of a whole value.
func (l *Locator) changed(values *valuesOf, candidate valueCandidate, change yamledit.Change) ([]PlacedChange, bool) {
	source, ok := values.source(candidate)
	if !ok {
		return nil, false
	}
	change.Path = source.Path
	return l.valueChanges(&source, change)
}

// EmptyValue returns the changes of source that empty the text for which the block right around a field asks, and which the block
// prints, such as a path: the chart prints the block's other branch then, or nothing. ok is false where there is none.
func (l *Locator) EmptyValue(result *Result, object *Object, path yamledit.Path) (changes []PlacedChange, ok bool) {
	field, ok := l.printed(object, path)
	if !ok || len(field.found.Path) < len(path) {
		return nil, false
	}
	chain, _, ok := l.valueOfBlock(field, "else", "end")
	if !ok {
		return nil, false
	}
	values := l.values(result, field.trace.Chart)
	candidate, ok := values.at(field, yamledit.Keys(chain...))
	if text, isText := candidate.value.(string); !ok || !isText || text == "" {
		return nil, false
	}
	return l.changed(values, candidate, yamledit.Change{Op: yamledit.Set, Value: ""})
}

func (l *Locator) turnedOff(source *ValueSource) ([]PlacedChange, bool) {
	return l.valueChanges(source, yamledit.Change{Op: yamledit.Set, Path: source.Path, Value: false})
}

// conditionAround returns the value of the if right around an offset, as keys from .Values; of several, the one that is called
// like the field. ok is false where the block holds more than the field.
func (l *Locator) conditionAround(file *TemplateFile, at int, called string) (chain []string, ok bool) {
	template := l.template(file)
	if template == nil {
		return nil, false
	}
	blocks := template.around(at)
	if len(blocks) == 0 || !template.branchEnds(at) {
		return nil, false
	}
	last := blocks[len(blocks)-1]
	if last.word != "if" || last.other {
		return nil, false
	}
	dot, known := dotWithin(blocks[:len(blocks)-1])
	match := allOf.FindStringSubmatch(last.action)
	if match == nil {
		return valueOfBlock(last.action, dot, known)
	}
	for _, value := range strings.Fields(match[1]) {
		if chain, ok = valueOfBlock("{{if "+value+"}}", dot, known); ok && strings.EqualFold(chain[len(chain)-1], called) {
			return chain, true
		}
	}
	return nil, false
}

// allOf matches a block with a condition of several values.
var allOf = regexp.MustCompile(`^\{\{-?\s*if\s+and((?:\s+\$?(?:\.[A-Za-z_][A-Za-z0-9_]*)+)+)\s*-?\}\}$`)
