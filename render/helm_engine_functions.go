package render

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"sync"
	texttemplate "text/template"

	"github.com/Masterminds/sprig/v3"
	"helm.sh/helm/v3/pkg/chartutil"
	"sigs.k8s.io/yaml"
)

// engineNames are the functions that templates may name: those of charts and those of the template language.
var engineNames = sync.OnceValue(func() map[string]any {
	names := engineFunctions()
	for name := range strings.FieldsSeq("and or not len index slice print printf println html js urlquery call eq ge gt le lt ne") {
		names[name] = true
	}
	return names
})

// errHelmsEngine says that Helm's own engine is to print the templates.
var errHelmsEngine = errors.New("this is left to Helm's engine")

// engineFunctions are those that templates of charts have, but the rarest of them: a template that calls another one is
// left to Helm's engine. https://helm.sh/docs/chart_template_guide/function_list/
func engineFunctions() texttemplate.FuncMap {
	functions := sprig.TxtFuncMap()
	delete(functions, "env")
	delete(functions, "expandenv")
	late := func(string, any) (string, error) { return "", errHelmsEngine }
	functions["include"], functions["tpl"] = late, late
	functions["required"] = func(_ string, value any) (any, error) {
		if value == nil || value == "" {
			return nil, errHelmsEngine
		}
		return value, nil
	}
	functions["fail"] = func(string) (string, error) { return "", errHelmsEngine }
	functions["lookup"] = func(string, string, string, string) (map[string]any, error) { return map[string]any{}, nil }
	functions["getHostByName"] = func(string) string { return "" }
	functions["deepCopy"] = func(value any) any {
		copied, err := deepCopied(value)
		if err != nil {
			panic(err)
		}
		return copied
	}
	functions["mustDeepCopy"] = deepCopied
	functions["toYaml"] = func(value any) string {
		text, err := yaml.Marshal(value)
		if err != nil {
			return ""
		}
		return strings.TrimSuffix(string(text), "\n")
	}
	functions["toJson"] = func(value any) string {
		text, err := json.Marshal(value)
		if err != nil {
			return ""
		}
		return string(text)
	}
	functions["fromYaml"] = func(text string) map[string]any { return readMapping(text, yamlUnmarshal) }
	functions["fromJson"] = func(text string) map[string]any { return readMapping(text, json.Unmarshal) }
	functions["fromYamlArray"] = func(text string) []any { return readList(text, yamlUnmarshal) }
	functions["fromJsonArray"] = func(text string) []any { return readList(text, json.Unmarshal) }
	return functions
}

func yamlUnmarshal(text []byte, into any) error { return yaml.Unmarshal(text, into) }

// readMapping puts what is wrong with a text into what is read of it, as Helm does.
func readMapping(text string, read func([]byte, any) error) map[string]any {
	mapping := map[string]any{}
	if err := read([]byte(text), &mapping); err != nil {
		mapping["Error"] = err.Error()
	}
	return mapping
}

func readList(text string, read func([]byte, any) error) []any {
	list := []any{}
	if err := read([]byte(text), &list); err != nil {
		list = []any{err.Error()}
	}
	return list
}

// deepCopied copies a value as sprig does, but mappings, lists and files without its reflection, which takes most of the
// time of some charts: they copy all that a template sees.
func deepCopied(value any) (any, error) {
	if value == nil {
		return nil, errHelmsEngine // it breaks sprig's
	}
	return copiedTree(value)
}

func copiedTree(value any) (any, error) {
	switch value := value.(type) {
	case nil, string, bool, int, int64, float64:
		return value, nil
	case map[string]any:
		return copiedMapping(value)
	case chartutil.Values:
		return copiedMapping(value)
	case []any:
		if value == nil {
			return sprigDeepCopy(value)
		}
		list := make([]any, len(value))
		for i, item := range value {
			var err error
			if list[i], err = copiedTree(item); err != nil {
				return nil, err
			}
		}
		return list, nil
	}
	if files := reflect.ValueOf(value); !files.IsZero() && files.Type().ConvertibleTo(reflect.TypeFor[map[string][]byte]()) {
		copied := reflect.MakeMapWithSize(files.Type(), files.Len())
		for name, content := range files.Seq2() {
			copied.SetMapIndex(name, reflect.ValueOf(bytes.Clone(content.Bytes())))
		}
		return copied.Interface(), nil
	}
	return sprigDeepCopy(value)
}

func copiedMapping[M ~map[string]any](mapping M) (any, error) {
	if mapping == nil {
		return sprigDeepCopy(mapping)
	}
	copied := make(M, len(mapping))
	for key, value := range mapping {
		var err error
		if copied[key], err = copiedTree(value); err != nil {
			return nil, err
		}
	}
	return copied, nil
}

var sprigDeepCopy = sprig.TxtFuncMap()["mustDeepCopy"].(func(any) (any, error))
