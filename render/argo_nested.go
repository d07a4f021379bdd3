package render

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/podmend/podmend/internal/yamledit"
)

// matrix combines each set of one generator with each of the next.
func (m *argoGenerators) matrix(settings map[string]any, at yamledit.Path) ([]parameterSet, *Error) {
	nested := nestedGenerators(map[string]any{"matrix": settings})[0]
	if len(nested) != 2 {
		return nil, m.fail(at, "the matrix has %d generators, and it takes two. Put one into another for more.", len(nested))
	}
	first, failed := m.parameters(nested[0], at.Join("generators", 0), nil)
	if failed != nil {
		return nil, failed
	}
	var sets []parameterSet
	for i := range first {
		second, failed := m.parameters(nested[1], at.Join("generators", 1), &first[i])
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
func (m *argoGenerators) merge(settings map[string]any, at yamledit.Path) ([]parameterSet, *Error) {
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
	var sets []parameterSet
	for i, generator := range nested {
		over, failed := m.parameters(generator, at.Join("generators", i), nil)
		if failed != nil {
			return nil, failed
		}
		by := map[string]*parameterSet{}
		for n := range over {
			if by[identity(&over[n])] != nil {
				return nil, m.fail(at.Join("generators", i), "two sets of parameters have the same %s. Make them differ.", strings.Join(keys, " and "))
			}
			by[identity(&over[n])] = &over[n]
		}
		if i == 0 {
			sets = over
			continue
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
