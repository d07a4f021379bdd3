package render

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

// A parameterSet are the parameters of one Application. from holds where those stand that are written out,
// by their name with dots.
type parameterSet struct {
	values map[string]any
	from   map[string]Place
}

func readParameters(text string) (sets []map[string]any, err error) {
	if err := yamledit.Bounded([]byte(text)); err != nil {
		return nil, err
	}
	if err := yaml.Unmarshal([]byte(text), &sets); err != nil {
		_, problem := helmYAMLError(err)
		return nil, fmt.Errorf("%s", problem)
	}
	return sets, nil
}

// flat writes parameters by their names with dots.
func flat(parameters map[string]any) map[string]string {
	out := map[string]string{}
	var walk func(name string, node any)
	walk = func(name string, node any) {
		switch node := node.(type) {
		case map[string]any:
			for key, value := range node {
				walk(strings.TrimPrefix(name+"."+key, "."), value)
			}
		case []any:
			for i, value := range node {
				walk(name+"."+strconv.Itoa(i), value)
			}
		default:
			out[name] = fmt.Sprint(node)
		}
	}
	walk("", parameters)
	return out
}

// selected says whether a label selector takes parameters.
func selected(selector map[string]any, parameters map[string]string) bool {
	labels, _ := selector["matchLabels"].(map[string]any)
	for key, value := range labels {
		if got, ok := parameters[key]; !ok || got != fmt.Sprint(value) {
			return false
		}
	}
	for _, item := range listOf(selector["matchExpressions"]) {
		expression, _ := item.(map[string]any)
		key, _ := expression["key"].(string)
		got, there := parameters[key]
		among := slices.ContainsFunc(listOf(expression["values"]), func(value any) bool { return fmt.Sprint(value) == got })
		var ok bool
		switch expression["operator"] {
		case "In":
			ok = there && among
		case "NotIn":
			ok = !there || !among
		case "Exists":
			ok = there
		case "DoesNotExist":
			ok = !there
		case "Gt", "Lt":
			ok = there && compares(got, expression)
		}
		if !ok {
			return false
		}
	}
	return true
}

// compares says whether a number is greater or less than that of an expression, as it asks.
func compares(got string, expression map[string]any) bool {
	values := listOf(expression["values"])
	if len(values) != 1 {
		return false
	}
	number, err := strconv.ParseInt(got, 10, 64)
	bound, boundErr := strconv.ParseInt(fmt.Sprint(values[0]), 10, 64)
	if err != nil || boundErr != nil {
		return false
	}
	if expression["operator"] == "Gt" {
		return number > bound
	}
	return number < bound
}

// pathParameters are those that tell of a folder, and of a file in it.
func (m *argoGenerators) pathParameters(set *parameterSet, settings map[string]any, dir, file string) {
	prefix, _ := settings["pathParamPrefix"].(string)
	tell := map[string]any{"path": dir, "basename": path.Base(dir), "basenameNormalized": normalizedName(path.Base(dir))}
	if file != "" {
		tell["filename"], tell["filenameNormalized"] = path.Base(file), normalizedName(path.Base(file))
	}
	segments := strings.Split(dir, "/")
	if m.read.Spec.GoTemplate {
		var list []any
		for _, segment := range segments {
			list = append(list, segment)
		}
		tell["segments"] = list
		into := set.values
		if prefix != "" {
			into = map[string]any{}
			set.values[prefix] = into
		}
		into["path"] = tell
		return
	}
	name := strings.TrimPrefix(prefix+".path", ".")
	for key, value := range tell {
		if key == "path" {
			set.values[name] = value
		} else {
			set.values[name+"."+key] = value
		}
	}
	for i, segment := range segments {
		set.values[fmt.Sprintf("%s[%d]", name, i)] = segment
	}
}

// bothOf are two mappings as one; the second wins.
func bothOf[V any](a, b map[string]V) map[string]V {
	all := maps.Clone(a)
	if all == nil {
		all = map[string]V{}
	}
	maps.Copy(all, b)
	return all
}
