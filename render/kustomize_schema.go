package render

import (
	_ "embed"
	"encoding/json"
	"fmt"

	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/kustomize/kyaml/openapi"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// packedSchema is the schema of Kubernetes' objects that kustomize brings, without descriptions of what
// it also defines. kustomize takes longer to read its own than for many a build; this one is read in a
// fifth of that time. A test makes it, and compares the two.
//
//go:embed kustomize_schema.bin
var packedSchema string

// schemaIsRead says that the process holds the packed schema. schemaLock guards it.
var schemaIsRead bool

// holdSchema keeps the packed schema in the process until it is released. Builds that hold it run side by side.
func holdSchema() (release func()) {
	for {
		schemaLock.RLock()
		if schemaIsRead {
			return schemaLock.RUnlock
		}
		schemaLock.RUnlock()
		readSchema()
	}
}

// readSchema puts the packed schema in the place of kustomize's own.
func readSchema() {
	schemaLock.Lock()
	defer schemaLock.Unlock()
	if schemaIsRead {
		return
	}
	schemaIsRead = true
	openapi.SuppressBuiltInSchemaUse()
	reader := schemaReader{packedSchema}
	openapi.AddDefinitions(reader.schemas())
	// The first question makes the rest of the schema, which builds that run side by side read without a lock.
	openapi.SchemaForResourceType(yaml.TypeMeta{})
}

// resetSchema takes from the process what a build made of the schema. schemaLock is held for writing.
func resetSchema() {
	openapi.ResetOpenAPI()
	schemaIsRead = false
}

// A schemaReader reads a packed schema, whose texts are parts of it.
type schemaReader struct{ rest string }

func (r *schemaReader) number() (n int) {
	for shift := 0; ; shift += 7 {
		next := r.rest[0]
		r.rest = r.rest[1:]
		n |= int(next&0x7f) << shift
		if next < 0x80 {
			return n
		}
	}
}

func (r *schemaReader) text() string {
	n := r.number()
	text := r.rest[:n]
	r.rest = r.rest[n:]
	return text
}

func (r *schemaReader) texts() []string {
	var texts []string
	for range r.number() {
		texts = append(texts, r.text())
	}
	return texts
}

func (r *schemaReader) schemas() map[string]spec.Schema {
	n := r.number()
	if n == 0 {
		return nil
	}
	schemas := make(map[string]spec.Schema, n)
	for range n {
		name := r.text()
		schemas[name] = r.schema()
	}
	return schemas
}

func (r *schemaReader) schema() (s spec.Schema) {
	s.Description, s.Type, s.Format, s.Required = r.text(), r.texts(), r.text(), r.texts()
	if ref := r.text(); ref != "" {
		s.Ref = spec.MustCreateRef(ref)
	}
	s.Properties = r.schemas()
	if r.number() > 0 {
		items := r.schema()
		s.Items = &spec.SchemaOrArray{Schema: &items}
	}
	if r.number() > 0 {
		values := r.schema()
		s.AdditionalProperties = &spec.SchemaOrBool{Allows: true, Schema: &values}
	}
	if extensions := r.text(); extensions != "" {
		if err := json.Unmarshal([]byte(extensions), &s.Extensions); err != nil {
			panic(fmt.Sprintf("the packed schema is broken: %v", err))
		}
	}
	return s
}
