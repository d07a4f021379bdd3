package githubfake

import (
	"sort"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// fill adds what the description requires of an answer and podmend has no use for: addresses, counts,
// switches, and nulls. Names, texts, states and ids the fake has to give itself.
func (e *exchange) fill(ref *openapi3.SchemaRef, value any) any {
	schema := ref.Value
	for _, part := range schema.AllOf {
		value = e.fill(part, value)
	}
	switch value := value.(type) {
	case []any:
		if schema.Items != nil {
			for i := range value {
				value[i] = e.fill(schema.Items, value[i])
			}
		}
		return value
	case fields:
		for name, property := range schema.Properties {
			if given, ok := value[name]; ok {
				value[name] = e.fill(property, given)
			}
		}
		for _, name := range schema.Required {
			if _, ok := value[name]; ok || schema.Properties[name] == nil {
				continue
			}
			if filler, ok := e.filler(name, schema.Properties[name].Value); ok {
				value[name] = filler
			}
		}
		for _, part := range fitting(schema) {
			e.fill(part, value)
		}
		return value
	}
	return value
}

// fitting returns the alternative that an object is meant to be: the only one with fields, or, where a
// field tells them apart, the first, which is the one that the fake gives.
func fitting(schema *openapi3.Schema) openapi3.SchemaRefs {
	var objects openapi3.SchemaRefs
	for _, part := range append(append(openapi3.SchemaRefs{}, schema.AnyOf...), schema.OneOf...) {
		if len(part.Value.Properties) > 0 {
			objects = append(objects, part)
		}
	}
	if len(objects) > 1 && schema.Discriminator == nil {
		return nil
	}
	return objects[:min(len(objects), 1)]
}

func (e *exchange) filler(name string, schema *openapi3.Schema) (any, bool) {
	switch {
	case schema.Nullable:
		return nil, true
	case schema.Type.Is("string") && strings.HasSuffix(name, "url"):
		return e.c.api + "/not-served/" + name, true
	case schema.Type.Is("integer"):
		return 0, name != "id"
	case schema.Type.Is("boolean"):
		return false, true
	case schema.Type.Is("array"):
		return []any{}, true
	}
	return nil, false
}

// undescribed returns the fields of a request that the description doesn't have. GitHub ignores or
// refuses them; either way the client meant something that does not happen.
func undescribed(ref *openapi3.SchemaRef, value any, at string) []string {
	var known []string
	switch value := value.(type) {
	case []any:
		for _, schema := range alternatives(ref) {
			if schema.Items == nil {
				continue
			}
			for _, item := range value {
				known = append(known, undescribed(schema.Items, item, at+"[]")...)
			}
			return known
		}
	case fields:
		var found []string
		described := false
		for name, inner := range value {
			ok := false
			for _, schema := range alternatives(ref) {
				described = described || len(schema.Properties) > 0
				if schema.AdditionalProperties.Schema != nil {
					ok = true
				}
				if property := schema.Properties[name]; property != nil {
					ok = true
					found = append(found, undescribed(property, inner, at+"."+name)...)
					break
				}
			}
			if !ok {
				found = append(found, at+"."+name)
			}
		}
		if described {
			sort.Strings(found)
			return found
		}
	}
	return nil
}

// alternatives returns a schema with all that it is made of.
func alternatives(ref *openapi3.SchemaRef) []*openapi3.Schema {
	all := []*openapi3.Schema{ref.Value}
	for _, parts := range []openapi3.SchemaRefs{ref.Value.AllOf, ref.Value.AnyOf, ref.Value.OneOf} {
		for _, part := range parts {
			all = append(all, alternatives(part)...)
		}
	}
	return all
}
