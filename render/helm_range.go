package render

import (
	"fmt"
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

// ItemChanges turns the deletion of an item of a list into changes of the values out of which a range prints it: of the item of
// a list, or entry of a mapping, that it is likest to. ok is false where no range is known to print it.
func (l *Locator) ItemChanges(result *Result, object *Object, item yamledit.Path) (changes []PlacedChange, ok bool) {
	printed, ok := l.printed(object, item)
	if !ok || !item.EndsInItem() || len(printed.found.Path) < len(item) {
		return nil, false
	}
	span, offset, ok := printed.trace.source(printed.found.Key.Offset)
	if !ok {
		return nil, false
	}
	template := l.template(&printed.trace.Files[span.File])
	if template == nil {
		return nil, false
	}
	of, _, ok := template.rangeAround(offset)
	if !ok {
		return nil, false
	}
	tree, err := printed.rendered.Tree(len(printed.rendered.Docs) - 1)
	if err != nil {
		return nil, false
	}
	values := l.values(result, printed.trace.Chart)
	candidate, ok := values.likest(printed, of, yamledit.ValueAt(tree, printed.path))
	if !ok {
		return nil, false
	}
	return l.changed(values, candidate, yamledit.Change{Op: yamledit.Delete})
}

// likest returns the item of a list, or entry of a mapping, of values that has most scalars in common with what was printed
// of it. ok is false where that is no other's too.
func (v *valuesOf) likest(field *printedField, of []string, printed any) (likest valueCandidate, ok bool) {
	all, found := v.at(field, yamledit.Keys(of...))
	if !found {
		return likest, false
	}
	texts := map[string]bool{}
	v.walk(printed, nil, func(_ yamledit.Path, node any) { texts[fmt.Sprint(node)] = !isCollection(node) })
	most := 0
	for _, candidate := range v.belongings(field, of, all) {
		common := 0
		if last := candidate.path[len(candidate.path)-1]; !last.List && texts[last.Key] {
			common++
		}
		v.walk(candidate.value, nil, func(_ yamledit.Path, node any) {
			if !isCollection(node) && texts[fmt.Sprint(node)] {
				common++
			}
		})
		if common > most {
			likest, most, ok = candidate, common, true
		} else if common == most {
			ok = false
		}
	}
	return likest, ok
}

// belongings are the items of a list, or the entries of a mapping, each in the strongest layer that sets it.
func (v *valuesOf) belongings(field *printedField, of []string, all valueCandidate) (found []valueCandidate) {
	if list, ok := all.value.([]any); ok {
		for i := range list {
			found = append(found, valueCandidate{layer: all.layer, path: all.path.Join(i), value: list[i]})
		}
		return found
	}
	own, known := yamledit.Keys(of...), map[string]bool{}
	for i := range v.layers {
		path, ok := v.layers[i].pathTo(field.trace.Within)
		entries, isMapping := yamledit.ValueAt(v.layers[i].tree, path.Concat(own)).(map[string]any)
		if !ok || !isMapping {
			continue
		}
		for _, key := range sortedKeys(entries) {
			if !known[key] && entries[key] != nil {
				found = append(found, valueCandidate{layer: i, path: path.Concat(own).Join(key), value: entries[key]})
			}
			known[key] = true
		}
	}
	return found
}
