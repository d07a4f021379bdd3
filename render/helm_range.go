package render

import (
	"slices"

	"github.com/podmend/podmend/internal/late"
	"github.com/podmend/podmend/internal/yamledit"
)

var (
	// plainRange matches a range over one value, with the variable for its keys if it names one.
	plainRange = late.Regexp(`^\{\{-?\s*range\s+(?:(?:\$([A-Za-z_]\w*)\s*,\s*)?\$[A-Za-z_]\w*\s*:=\s*)?(\$?\.Values)?((?:\.[A-Za-z_][A-Za-z0-9_]*)+)\s*-?\}\}$`)
	// printedVariable matches an action that prints a variable as it is.
	printedVariable = late.Regexp(`^\{\{-?\s*(?:quote\s+)?\$([A-Za-z_]\w*)(?:\s*\|\s*(?:quote|squote|trim|toString))*\s*-?\}\}$`)
)

// rangeAround returns the keys from .Values of what the innermost range around an offset goes through, and the variable for its
// keys. ok is false where that is not one value.
func (t *Template) rangeAround(at int) (of []string, variable string, ok bool) {
	blocks := t.around(at)
	for i, block := range slices.Backward(blocks) {
		if block.word != "range" || block.other {
			continue
		}
		match := plainRange().FindStringSubmatch(block.action)
		dot, known := dotWithin(blocks[:i])
		if match == nil || match[2] == "" && !known {
			return nil, "", false
		}
		if match[2] != "" {
			dot = nil
		}
		return slices.Concat(dot, chainOf(match[3])), match[1], true
	}
	return nil, "", false
}

// keyPrinted returns the entry of a mapping of values whose key a field is: a range goes through the mapping. ok is false
// where that is not certain.
func (v *valuesOf) keyPrinted(l *Locator, field *printedField, value any) (candidate valueCandidate, ok bool) {
	key, isText := value.(string)
	template := l.template(field.file)
	if template == nil || !isText {
		return candidate, false
	}
	match := printedVariable().FindStringSubmatch(template.Source[field.start:field.end])
	of, variable, ok := template.rangeAround(field.start)
	if match == nil || !ok || match[1] != variable {
		return candidate, false
	}
	return v.at(field, yamledit.Keys(of...).Join(key))
}

// itemAt returns the item of a list, or entry of a mapping, of values out of which a range prints an item of a list: that
// which a known value of one of the item's fields belongs to.
func (l *Locator) itemAt(object *Object, item yamledit.Path) (set *ValueSource, path yamledit.Path, ok bool) {
	printed, ok := l.printed(object, item)
	if !ok || len(item) == 0 || !item[len(item)-1].List || len(printed.found.Path) < len(item) {
		return nil, nil, false
	}
	span, offset, ok := printed.trace.source(printed.found.Key.Offset)
	if !ok {
		return nil, nil, false
	}
	template := l.template(&printed.trace.Files[span.File])
	if template == nil {
		return nil, nil, false
	}
	of, _, ok := template.rangeAround(offset)
	if !ok {
		return nil, nil, false
	}
	for i := range printed.trace.Set {
		set := &printed.trace.Set[i]
		if !set.Field.HasPrefix(item) {
			continue
		}
		for at := 0; at+len(of) < len(set.Path); at++ {
			if set.Path[at:at+len(of)].String() == yamledit.Keys(of...).String() {
				return set, set.Path[:at+len(of)+1], true
			}
		}
	}
	return nil, nil, false
}
