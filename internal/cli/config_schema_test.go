package cli

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"sigs.k8s.io/yaml"
)

const configSchema = "../../docs/podmend.schema.json"

func compiledConfigSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile(configSchema)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func validateConfig(t *testing.T, schema *jsonschema.Schema, text string) error {
	t.Helper()
	asJSON, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(doc)
}

var yamlBlock = regexp.MustCompile("(?s)```yaml\n# \\.podmend\\.yaml\n(.*?)```")

// TestDocumentedConfigurations holds the examples of the documentation against schema and parser.
func TestDocumentedConfigurations(t *testing.T) {
	schema := compiledConfigSchema(t)
	found := 0
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range pages {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range yamlBlock.FindAllStringSubmatch(string(text), -1) {
			found++
			if err := validateConfig(t, schema, block[1]); err != nil {
				t.Errorf("%s: the schema refuses an example: %v\n%s", name, err, block[1])
			}
			if _, err := parseConfig([]byte(block[1])); err != nil {
				t.Errorf("%s: podmend refuses an example: %v\n%s", name, err, block[1])
			}
		}
	}
	if found < 4 {
		t.Errorf("only %d examples were found", found)
	}
}

// TestSchemaAndParserAgree asks both about the same configurations.
func TestSchemaAndParserAgree(t *testing.T) {
	schema := compiledConfigSchema(t)
	for _, test := range []struct {
		text string
		ok   bool
	}{
		{"level: restricted", true},
		{"include: [a]\nexclude: [b]\npolicyVersion: v1.31\nkubeVersion: v1.30.0\napiVersions: [a/v1]", true},
		{"policyVersion: 1.31", true},
		{"charts: [{path: a, valueSets: [{name: x}, {files: [a]}]}]", true},
		{"exemptions: [{control: privileged, reason: x, expires: 2027-01-31}]", true},
		{`exemptions: [{controls: ["*"], kind: a, name: b, namespace: c, target: d, container: e, image: f, owner: g, reason: x}]`, true},
		{`exemptions: [{controls: [capabilities_*, hostPorts], reason: x}]`, true},
		{"fixBranch: a\nfixGroup: owner\nfixMessage: a\nfixSignOff: a <b>\nfixLabel: [a]\nfixAssignee: [a]\nfixReviewer: [a/b]\nfixControl: [runAsUser]", true},
		{"fixGroup: team", false},
		{"fixControl: [privileged]", false},
		{"fixLabel: a", false},
		{"unknown: 1", false},
		{"include: a", false},
		{"failOn: never", false},
		{"onRenderError: never", false},
		{"namespaceLabels: never", false},
		{"hostPath: never", false},
		{"charts: [{releaseName: a}]", false},
		{"charts: [{path: a, other: b}]", false},
		{"charts: [{path: a, valueSets: [{}]}]", false},
		{"exemptions: [{control: privileged}]", false},
		{"exemptions: [{control: privileged, reason: ' '}]", false},
		{"exemptions: [{reason: x}]", false},
		{"exemptions: [{control: privilege, reason: x}]", false},
		{"exemptions: [{control: privileged, reason: x, expires: soon}]", false},
		{"exemptions: [{control: privileged, reason: x, other: y}]", false},
		{"network: {allow: [ghcr.io/org, \"127.0.0.1:5000\"], timeout: 1m, maxSize: 1Mi, credentials: {docker: ~/.docker/config.json}}", true},
		{"network: {allow: ghcr.io}", false},
		{"gitops: {repositories: [\"oci://ghcr.io/org/manifests\"]}", true},
		{"gitops: {repositories: https://example.com}", false},
		{"gitops: {generators: [{applicationSet: a, generator: clusters, parameters: [{name: b, values: {c: d}}]}]}", true},
		{"gitops: {generators: [{generator: clusters, parameters: [b]}]}", false},
		{"gitops: {generators: [{generators: clusters}]}", false},
		{"network: {hosts: [ghcr.io]}", false},
	} {
		if err := validateConfig(t, schema, test.text); (err == nil) != test.ok {
			t.Errorf("%s: the schema says %v", test.text, err)
		}
		if _, err := parseConfig([]byte(test.text)); (err == nil) != test.ok {
			t.Errorf("%s: podmend says %v", test.text, err)
		}
	}
}

// TestConfigSchemaDescribesEveryField holds the schema and the structs against each other.
func TestConfigSchemaDescribesEveryField(t *testing.T) {
	text, err := os.ReadFile(configSchema)
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Defs map[string]struct {
			Properties map[string]struct{ Description string }
			AnyOf      []struct{ Enum []string }
		} `json:"$defs"`
	}
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	structs := map[string]reflect.Type{}
	collectConfigStructs(reflect.TypeFor[Config](), structs)
	for name, typ := range structs {
		properties := schema.Defs[name].Properties
		if got, want := slices.Sorted(maps.Keys(properties)), sortedNames(keysOf(typ)); !slices.Equal(got, want) {
			t.Errorf("%s: the schema has %q, the struct %q", name, got, want)
		}
		for key, property := range properties {
			if !strings.HasSuffix(property.Description, ".") {
				t.Errorf("%s.%s: the schema describes it in no sentence", name, key)
			}
		}
	}
	for name, def := range schema.Defs {
		if len(def.Properties) > 0 && structs[name] == nil {
			t.Errorf("the schema defines %s, and there is no such struct", name)
		}
	}
	if got := schema.Defs["Control"].AnyOf[0].Enum; !slices.Equal(got, controlIDs()) {
		t.Errorf("the schema knows the controls %q, and there are %q", got, controlIDs())
	}
}

func collectConfigStructs(typ reflect.Type, into map[string]reflect.Type) {
	switch typ.Kind() {
	case reflect.Slice:
		collectConfigStructs(typ.Elem(), into)
	case reflect.Struct:
		into[typ.Name()] = typ
		for i := range typ.NumField() {
			collectConfigStructs(typ.Field(i).Type, into)
		}
	}
}

// TestEverySettingOfTheFileHasAFlag holds the table of settings against the file's keys.
func TestEverySettingOfTheFileHasAFlag(t *testing.T) {
	var f flags
	inTable := map[string]bool{}
	for _, s := range f.table(&Config{}) {
		inTable[s.key()] = true
	}
	for key := range keysOf(reflect.TypeFor[Config]()) {
		if key != "charts" && key != "exemptions" && key != "network" && key != "gitops" && !inTable[key] {
			t.Errorf("%s is a key of the file and no setting", key)
		}
	}
}
