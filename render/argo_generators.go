package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
)

// argoGenerators give the sets of parameters of an ApplicationSet.
type argoGenerators struct {
	files   *overlay.FS
	gitOps  *GitOps
	set     *Object
	locator *Locator
	read    argoSet
}

// parameters gives the sets of a generator, of which a matrix may fill in texts by those of another.
func (m *argoGenerators) parameters(generator map[string]any, at yamledit.Path, outer *parameterSet) ([]parameterSet, *Error) {
	if outer != nil {
		filled, failed := m.filled(generator, at, outer.values)
		if failed != nil {
			return nil, failed
		}
		generator = filled.(map[string]any)
	}
	var sets []parameterSet
	found := false
	for _, kind := range sortedKeys(generator) {
		settings, ok := generator[kind].(map[string]any)
		if kind == "selector" || !ok && generator[kind] != nil {
			continue
		}
		var more []parameterSet
		var failed *Error
		switch at := at.Join(kind); kind {
		case "list":
			more, failed = m.list(settings, at)
		case "git":
			more, failed = m.git(settings, at)
		case "matrix":
			more, failed = m.matrix(settings, at)
		case "merge":
			more, failed = m.merge(settings, at)
		default:
			more, failed = m.givenParameters(kind, settings, at)
		}
		if failed != nil {
			return nil, failed
		}
		sets, found = append(sets, more...), true
	}
	if !found {
		return nil, m.fail(at, "the generator is empty. Add one, such as list or git.")
	}
	if selector, ok := generator["selector"].(map[string]any); ok {
		sets = slices.DeleteFunc(sets, func(set parameterSet) bool { return !selected(selector, flat(set.values)) })
	}
	return sets, nil
}

// filled puts parameters into the texts of a generator.
func (m *argoGenerators) filled(node any, at yamledit.Path, parameters map[string]any) (any, *Error) {
	switch node := node.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, value := range node {
			if key == "template" {
				out[key] = value
				continue
			}
			var failed *Error
			if texts, ok := value.(map[string]any); ok && key == "values" && len(at) > 0 && takesValues[at[len(at)-1].Key] {
				if out[key], failed = m.filledValues(texts, at.Join(key), parameters); failed != nil {
					return nil, failed
				}
				continue
			}
			if out[key], failed = m.filled(value, at.Join(key), parameters); failed != nil {
				return nil, failed
			}
		}
		return out, nil
	case []any:
		out := make([]any, len(node))
		for i := range node {
			var failed *Error
			if out[i], failed = m.filled(node[i], at.Join(i), parameters); failed != nil {
				return nil, failed
			}
		}
		return out, nil
	case string:
		text, err := m.replace(node, parameters)
		if err != nil {
			return nil, m.fail(at, "the generator cannot be filled in: %v. Mend it.", err)
		}
		return text, nil
	}
	return node, nil
}

// takesValues are the generators that have values, in which their own parameters may stand.
var takesValues = map[string]bool{"git": true, "clusters": true, "clusterDecisionResource": true, "scmProvider": true, "pullRequest": true, "plugin": true}

// filledValues puts parameters into the values of a generator. Those that hold others are filled in by the
// generator itself.
func (m *argoGenerators) filledValues(values map[string]any, at yamledit.Path, parameters map[string]any) (any, *Error) {
	out := map[string]any{}
	options := append(slices.DeleteFunc(slices.Clone(m.read.Spec.GoTemplateOptions), func(option string) bool {
		return strings.HasPrefix(option, "missingkey=")
	}), "missingkey=error")
	for key, value := range values {
		text, isText := value.(string)
		filled, err := m.replaceWith(text, parameters, options)
		switch {
		case !isText || err != nil && missesKey(err):
			out[key] = value
		case err != nil:
			return nil, m.fail(at.Join(key), "the value cannot be filled in: %v. Mend it.", err)
		default:
			out[key] = filled
		}
	}
	return out, nil
}

// missesKey says whether a template asks for a parameter that there is not.
func missesKey(err error) bool {
	return strings.Contains(err.Error(), "map has no entry for key") || strings.Contains(err.Error(), "can't evaluate field")
}

// list gives the elements that are written out.
func (m *argoGenerators) list(settings map[string]any, at yamledit.Path) ([]parameterSet, *Error) {
	var sets []parameterSet
	for i, item := range listOf(settings["elements"]) {
		element, ok := item.(map[string]any)
		if !ok {
			return nil, m.fail(at.Join("elements", i), "the element is no mapping. Mend it.")
		}
		set := parameterSet{element, map[string]Place{}}
		if !m.read.Spec.GoTemplate {
			set.values = map[string]any{}
			for key, value := range element {
				if below, ok := value.(map[string]any); ok && key == "values" {
					for name, value := range below {
						set.values["values."+name] = fmt.Sprint(value)
					}
					continue
				}
				text, ok := value.(string)
				if !ok {
					return nil, m.fail(at.Join("elements", i, key), "the parameter %s is no text, and without goTemplate it must be one. Put it in quotes.", key)
				}
				set.values[key] = text
			}
		}
		m.placeAll(element, at.Join("elements", i), "", set.from)
		sets = append(sets, set)
	}
	if text, _ := settings["elementsYaml"].(string); text != "" {
		elements, err := readParameters(text)
		if err != nil {
			return nil, m.fail(at.Join("elementsYaml"), "elementsYaml cannot be read: %v. It must be a list of mappings.", err)
		}
		for _, element := range elements {
			sets = append(sets, parameterSet{values: element})
		}
	}
	return sets, nil
}

// placeAll notes where the scalars below a node of the ApplicationSet stand.
func (m *argoGenerators) placeAll(node any, at yamledit.Path, name string, into map[string]Place) {
	switch node := node.(type) {
	case map[string]any:
		for key, value := range node {
			m.placeAll(value, at.Join(key), strings.TrimPrefix(name+"."+key, "."), into)
		}
	case []any:
	default:
		if places := m.placesOf(at); len(places) > 0 {
			into[name] = places[len(places)-1]
		}
	}
}

// addValues adds the values of a generator, in which its parameters may stand.
func (m *argoGenerators) addValues(set *parameterSet, values map[string]any, at yamledit.Path) *Error {
	if set.from == nil {
		set.from = map[string]Place{}
	}
	below := map[string]any{}
	for _, name := range sortedKeys(values) {
		text, err := m.replace(fmt.Sprint(values[name]), set.values)
		if err != nil {
			return m.fail(at.Join(name), "the value cannot be filled in: %v. Mend it.", err)
		}
		below[name] = text
		if !strings.Contains(fmt.Sprint(values[name]), "{{") {
			m.placeAll(values[name], at.Join(name), "values."+name, set.from)
		}
		if !m.read.Spec.GoTemplate {
			set.values["values."+name] = text
		}
	}
	if m.read.Spec.GoTemplate && len(below) > 0 {
		set.values["values"] = below
	}
	return nil
}
