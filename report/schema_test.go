package report

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

const schemaFile = "../docs/report.schema.json"

func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func validate(t *testing.T, schema *jsonschema.Schema, text []byte) error {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(doc)
}

func TestReportsFollowTheSchema(t *testing.T) {
	schema := compiledSchema(t)
	manyReport, _ := many()
	for name, r := range map[string]*Report{
		"full": sample(t), "clean": clean(), "empty": empty(), "errors": onlyErrors(), "many": manyReport,
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := WriteJSON(&out, r); err != nil {
				t.Fatal(err)
			}
			if err := validate(t, schema, out.Bytes()); err != nil {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestSchemaRefuses(t *testing.T) {
	schema := compiledSchema(t)
	for name, breakIt := range map[string]func(r *Report){
		"another schema":       func(r *Report) { r.Schema = "podmend/v2" },
		"another severity":     func(r *Report) { r.Findings[0].Severity = "critical" },
		"another level":        func(r *Report) { r.Policy.Level = "privileged" },
		"another kind":         func(r *Report) { r.Targets[0].Kind = "jsonnet" },
		"another via":          func(r *Report) { r.Findings[0].Origin.Via = "magic" },
		"an error without one": func(r *Report) { r.Targets[0].Status = TargetError },
		"an exemption missing": func(r *Report) { r.Findings[0].Status = StatusExempt },
		"a bad hash":           func(r *Report) { r.Source.Files["x"] = "abc" },
		"a negative offset":    func(r *Report) { r.Proposals[0].Edits[0].Start = -1 },
	} {
		t.Run(name, func(t *testing.T) {
			r := sample(t)
			breakIt(r)
			text, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			if validate(t, schema, text) == nil {
				t.Error("the schema accepts it")
			}
		})
	}
}

func TestSchemaAcceptsFieldsOfLaterVersions(t *testing.T) {
	text, err := json.Marshal(sample(t))
	if err != nil {
		t.Fatal(err)
	}
	text = bytes.Replace(text, []byte(`{"schema":`), []byte(`{"later":1,"schema":`), 1)
	text = bytes.ReplaceAll(text, []byte(`"control":`), []byte(`"later":{"a":[]},"control":`))
	if err := validate(t, compiledSchema(t), text); err != nil {
		t.Error(err)
	}
}

// TestSchemaDescribesEveryField holds the schema and the structs against each other.
func TestSchemaDescribesEveryField(t *testing.T) {
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Defs map[string]struct {
			Required   []string
			Properties map[string]map[string]any
		} `json:"$defs"`
	}
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	structs := map[string]reflect.Type{}
	collectStructs(reflect.TypeFor[Report](), structs)
	if got, want := slices.Sorted(maps.Keys(schema.Defs)), slices.Sorted(maps.Keys(structs)); !slices.Equal(got, want) {
		t.Fatalf("the schema defines %q, the structs are %q", got, want)
	}
	for name, typ := range structs {
		def := schema.Defs[name]
		fields := map[string]reflect.Type{}
		for i := range typ.NumField() {
			name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			fields[name] = typ.Field(i).Type
		}
		if got, want := slices.Sorted(maps.Keys(def.Properties)), slices.Sorted(maps.Keys(fields)); !slices.Equal(got, want) {
			t.Errorf("%s: the schema has %q, the struct %q", name, got, want)
		}
		for field, property := range def.Properties {
			if description, _ := property["description"].(string); !strings.HasSuffix(description, ".") {
				t.Errorf("%s.%s: the schema describes it in no sentence", name, field)
			}
			if got, want := schemaType(property), goType(fields[field]); got != want {
				t.Errorf("%s.%s: the schema says %s, the struct %s", name, field, got, want)
			}
		}
		for _, field := range def.Required {
			if fields[field] == nil {
				t.Errorf("%s: %s is required and no field", name, field)
			}
		}
	}
}

func collectStructs(typ reflect.Type, into map[string]reflect.Type) {
	switch typ.Kind() {
	case reflect.Pointer, reflect.Slice:
		collectStructs(typ.Elem(), into)
	case reflect.Struct:
		into[typ.Name()] = typ
		for i := range typ.NumField() {
			collectStructs(typ.Field(i).Type, into)
		}
	}
}

func goType(typ reflect.Type) string {
	if typ == nil {
		return "nothing"
	}
	switch typ.Kind() {
	case reflect.Pointer:
		return "null or " + goType(typ.Elem())
	case reflect.Slice:
		return "array of " + goType(typ.Elem())
	case reflect.Struct:
		return typ.Name()
	case reflect.Map:
		return "object"
	case reflect.Int, reflect.Int64:
		return "integer"
	case reflect.Bool:
		return "boolean"
	}
	return typ.Kind().String()
}

func schemaType(property map[string]any) string {
	if ref, ok := property["$ref"].(string); ok {
		return strings.TrimPrefix(ref, "#/$defs/")
	}
	if anyOf, ok := property["anyOf"].([]any); ok {
		return "null or " + schemaType(anyOf[1].(map[string]any))
	}
	if property["enum"] != nil || property["const"] != nil {
		return "string"
	}
	if items, ok := property["items"].(map[string]any); ok {
		return "array of " + schemaType(items)
	}
	name, _ := property["type"].(string)
	return name
}
