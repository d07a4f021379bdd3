package render

import (
	"fmt"
	"reflect"

	"github.com/podmend/podmend/internal/late"
	"github.com/podmend/podmend/internal/yamledit"
)

// printing are functions behind a pipe that print a value as it is, for YAML.
const printing = `(?:\s*\|\s*(?:quote|squote|toYaml|trim|n?indent\s+\d+|int|int64|toString))*`

var (
	// plainValue matches an action that prints one value as it is.
	plainValue = late.Regexp(`^\{\{-?\s*(?:toYaml\s+|quote\s+)?\$?\.Values((?:\.[A-Za-z_][A-Za-z0-9_]*)+)` + printing + `\s*-?\}\}$`)
	// plainDot matches an action that prints the dot, or what it holds, as it is.
	plainDot = late.Regexp(`^\{\{-?\s*(?:toYaml\s+|quote\s+)?(\.|(?:\.[A-Za-z_][A-Za-z0-9_]*)+)` + printing + `\s*-?\}\}$`)
)

// certain returns the value behind a field that an action prints as it is: what the action names
// holds what was printed. ok is false where the action does more.
func (v *valuesOf) certain(l *Locator, field *printedField, value any) (candidate valueCandidate, ok bool) {
	chain, ok := l.namedValue(field)
	if !ok {
		return candidate, false
	}
	for cut := len(field.path); cut >= 0; cut-- {
		own := yamledit.Keys(chain...).Concat(field.path[cut:])
		if found, ok := v.at(field, own); ok && sameText(found.value, value) {
			return found, true
		}
		if cut == len(field.path) || !field.path[cut].List {
			continue
		}
		// A list may be printed behind other items.
		list, ok := v.at(field, own[:len(chain)])
		items, isList := list.value.([]any)
		if !ok || !isList {
			continue
		}
		match := -1
		for i := range items {
			if sameText(yamledit.ValueAt(items[i], field.path[cut+1:]), value) {
				if match >= 0 {
					return candidate, false
				}
				match = i
			}
		}
		if match >= 0 {
			list.path = list.path.Join(match).Concat(field.path[cut+1:])
			list.value = value
			return list, true
		}
	}
	return candidate, false
}

func sameText(a, b any) bool {
	if a == nil || b == nil {
		return false
	}
	return reflect.DeepEqual(a, b) || !isCollection(a) && !isCollection(b) && fmt.Sprint(a) == fmt.Sprint(b)
}

// at looks for a value, by its path from the chart's own values, in the strongest layer that sets it.
func (v *valuesOf) at(field *printedField, own yamledit.Path) (valueCandidate, bool) {
	for i := range v.layers {
		layer := &v.layers[i]
		path, ok := layer.pathTo(field.trace.Within)
		if !ok {
			continue
		}
		path = path.Concat(own)
		if value := yamledit.ValueAt(layer.tree, path); value != nil {
			return valueCandidate{layer: i, path: path, value: value}, true
		}
	}
	return valueCandidate{}, false
}

// namedValue returns the keys from .Values that the action of a field prints.
func (l *Locator) namedValue(field *printedField) ([]string, bool) {
	template := l.template(field.file)
	if template == nil {
		return nil, false
	}
	return template.printedValue(field.start, field.end)
}
