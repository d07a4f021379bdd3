package render

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

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
func (m *argoGenerators) parameters(generator map[string]any, at yamledit.Path, outer *parameterSet, selects bool) ([]parameterSet, *Error) {
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
			more, failed = m.matrix(settings, at, outer)
		case "merge":
			more, failed = m.merge(settings, at, outer)
		default:
			more, failed = m.givenParameters(kind, at)
		}
		if failed != nil {
			return nil, failed
		}
		sets, found = append(sets, more...), true
	}
	if !found {
		return nil, m.fail(at, "the generator is empty. Add one, such as list or git.")
	}
	if selector, ok := generator["selector"].(map[string]any); ok && selects {
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

// givenParameters are those that the configuration gives.
func (m *argoGenerators) givenParameters(kind string, at yamledit.Path) ([]parameterSet, *Error) {
	given := m.gitOps.given(kind)
	if given == nil {
		return nil, m.fail(at, "podmend does not know the generator %s. Give its parameters in gitops.generators of %s.", kind, ConfigFile)
	}
	elements, err := readParameters(given.Parameters)
	if err != nil {
		return nil, m.fail(at, "the parameters that %s gives cannot be read: %v.", ConfigFile, err)
	}
	values, _ := m.settingsAt(at)["values"].(map[string]any)
	var sets []parameterSet
	for _, element := range elements {
		set := parameterSet{values: element}
		if !m.read.Spec.GoTemplate {
			set.values = map[string]any{}
			for name, value := range flat(element) {
				set.values[name] = value
			}
		} else if name, ok := element["name"].(string); ok && kind == "clusters" && element["nameNormalized"] == nil {
			set.values = maps.Clone(element)
			set.values["nameNormalized"] = normalizedName(name)
		}
		if failed := m.addValues(&set, values, at.Join("values")); failed != nil {
			return nil, failed
		}
		sets = append(sets, set)
	}
	return sets, nil
}

func (m *argoGenerators) settingsAt(at yamledit.Path) map[string]any {
	var tree any
	if yaml.Unmarshal(m.set.YAML, &tree) != nil {
		return nil
	}
	settings, _ := yamledit.ValueAt(tree, at).(map[string]any)
	return settings
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

// matrix combines each set of one generator with each of the next.
func (m *argoGenerators) matrix(settings map[string]any, at yamledit.Path, outer *parameterSet) ([]parameterSet, *Error) {
	nested := nestedGenerators(map[string]any{"matrix": settings})[0]
	if len(nested) != 2 {
		return nil, m.fail(at, "the matrix has %d generators, and it takes two. Put one into another for more.", len(nested))
	}
	first, failed := m.parameters(nested[0], at.Join("generators", 0), outer, true)
	if failed != nil {
		return nil, failed
	}
	var sets []parameterSet
	for i := range first {
		second, failed := m.parameters(nested[1], at.Join("generators", 1), &first[i], true)
		if failed != nil {
			return nil, failed
		}
		for _, set := range second {
			if m.read.Spec.GoTemplate {
				set.values = mergeHelmValues(set.values, first[i].values)
			} else {
				for name, value := range set.values {
					if other, both := first[i].values[name]; both && other != value {
						return nil, m.fail(at, "both generators of the matrix give %q, and differ. Rename one.", name)
					}
				}
				set.values = bothOf(set.values, first[i].values)
			}
			from := bothOf(set.from, first[i].from)
			sets = append(sets, parameterSet{set.values, from})
		}
		if len(sets) > maxApplications {
			return nil, m.fail(at, "the matrix gives more than %d sets of parameters. Split the ApplicationSet.", maxApplications)
		}
	}
	return sets, nil
}

// merge puts the sets of further generators over those of the first, by the keys that they have in common.
func (m *argoGenerators) merge(settings map[string]any, at yamledit.Path, outer *parameterSet) ([]parameterSet, *Error) {
	nested := nestedGenerators(map[string]any{"merge": settings})[0]
	var keys []string
	for _, key := range listOf(settings["mergeKeys"]) {
		keys = append(keys, fmt.Sprint(key))
	}
	if len(nested) < 2 || len(keys) == 0 {
		return nil, m.fail(at, "a merge takes two or more generators and mergeKeys. Add them.")
	}
	identity := func(set *parameterSet) string {
		var parts []any
		for _, key := range keys {
			parts = append(parts, set.values[key])
		}
		text, _ := json.Marshal(parts)
		return string(text)
	}
	sets, failed := m.parameters(nested[0], at.Join("generators", 0), outer, true)
	if failed != nil {
		return nil, failed
	}
	for i, generator := range nested[1:] {
		over, failed := m.parameters(generator, at.Join("generators", i+1), outer, true)
		if failed != nil {
			return nil, failed
		}
		by := map[string]*parameterSet{}
		for n := range over {
			if by[identity(&over[n])] != nil {
				return nil, m.fail(at.Join("generators", i+1), "two sets of parameters have the same %s. Make them differ.", strings.Join(keys, " and "))
			}
			by[identity(&over[n])] = &over[n]
		}
		for n := range sets {
			other := by[identity(&sets[n])]
			if other == nil {
				continue
			}
			if m.read.Spec.GoTemplate {
				sets[n].values = mergeHelmValues(sets[n].values, other.values)
			} else {
				sets[n].values = bothOf(sets[n].values, other.values)
			}
			sets[n].from = bothOf(sets[n].from, other.from)
		}
	}
	return sets, nil
}
