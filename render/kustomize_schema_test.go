package render

import (
	"encoding/binary"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"testing"

	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/kustomize/kyaml/openapi"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/podmend/podmend/internal/golden"
)

// TestPackedSchema compares the packed schema with kustomize's own. After an update of kustomize, -update
// packs it again.
func TestPackedSchema(t *testing.T) {
	schemaLock.Lock()
	defer schemaLock.Unlock()
	resetSchema()
	defer resetSchema()
	all := openapi.Schema().Definitions
	own := map[string]spec.Schema{}
	types := map[yaml.TypeMeta]bool{} // whether they are namespaced
	for name, definition := range all {
		if definition.AdditionalProperties != nil && definition.AdditionalProperties.Schema == nil {
			continue // of kustomizations, which kustomize reads apart
		}
		own[name] = undescribed(definition)
		kinds, _ := definition.Extensions["x-kubernetes-group-version-kind"].([]any)
		for _, one := range kinds {
			kind := one.(map[string]any)
			meta := yaml.TypeMeta{APIVersion: kind["version"].(string), Kind: kind["kind"].(string)}
			if group := kind["group"]; group != "" && group != nil {
				meta.APIVersion = group.(string) + "/" + meta.APIVersion
			}
			types[meta], _ = openapi.IsNamespaceScoped(meta)
		}
	}
	golden.Check(t, "../kustomize_schema.bin", packSchemas(nil, own))

	resetSchema()
	schemaLock.Unlock()
	readSchema()
	schemaLock.Lock()
	read := openapi.Schema().Definitions
	for name, want := range own {
		if got := undescribed(read[name]); !reflect.DeepEqual(got, want) {
			t.Errorf("%s is %+v\nwant %+v", name, got, want)
		}
	}
	if len(read) != len(all) || len(own) < 600 || len(types) < 150 {
		t.Errorf("%d definitions are read, of %d that kustomize has; %d are packed, with %d types", len(read), len(all), len(own), len(types))
	}
	for meta, namespaced := range types {
		if got, known := openapi.IsNamespaceScoped(meta); got != namespaced || openapi.SchemaForResourceType(meta) == nil {
			t.Errorf("%v: namespaced %v, %v; want %v", meta, got, known, namespaced)
		}
	}
}

// undescribed leaves a schema's description out, unless it has nothing else: kustomize takes an empty one
// for none.
func undescribed(s spec.Schema) spec.Schema {
	described := s
	s.Description = ""
	if reflect.DeepEqual(s, spec.Schema{}) {
		return described
	}
	properties := maps.Clone(s.Properties)
	for name, property := range properties {
		properties[name] = undescribed(property)
	}
	s.Properties = properties
	if s.Items != nil {
		items := *s.Items
		one := undescribed(*items.Schema)
		items.Schema = &one
		s.Items = &items
	}
	if s.AdditionalProperties != nil {
		values := *s.AdditionalProperties
		one := undescribed(*values.Schema)
		values.Schema = &one
		s.AdditionalProperties = &values
	}
	return s
}

func packSchemas(packed []byte, schemas map[string]spec.Schema) []byte {
	packed = binary.AppendUvarint(packed, uint64(len(schemas)))
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		packed = packSchema(packText(packed, name), schemas[name])
	}
	return packed
}

func packSchema(packed []byte, s spec.Schema) []byte {
	packed = packTexts(packText(packed, s.Description), s.Type)
	packed = packTexts(packText(packed, s.Format), s.Required)
	packed = packSchemas(packText(packed, s.Ref.String()), s.Properties)
	if s.Items == nil {
		packed = append(packed, 0)
	} else {
		packed = packSchema(append(packed, 1), *s.Items.Schema)
	}
	if s.AdditionalProperties == nil {
		packed = append(packed, 0)
	} else {
		packed = packSchema(append(packed, 1), *s.AdditionalProperties.Schema)
	}
	if len(s.Extensions) == 0 {
		return append(packed, 0)
	}
	extensions, err := json.Marshal(s.Extensions)
	if err != nil {
		panic(err)
	}
	return packText(packed, string(extensions))
}

func packTexts(packed []byte, texts []string) []byte {
	packed = binary.AppendUvarint(packed, uint64(len(texts)))
	for _, text := range texts {
		packed = packText(packed, text)
	}
	return packed
}

func packText(packed []byte, text string) []byte {
	return append(binary.AppendUvarint(packed, uint64(len(text))), text...)
}
