package render

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"helm.sh/helm/v3/pkg/chart"
)

const (
	helmSchemaFile = "values.schema.json"
	helmSchemaURL  = "file:///" + helmSchemaFile
)

// checkSchemas validates values against the schemas of a chart and its subcharts as
// chartutil.ValidateAgainstSchema does, but opens neither network nor disk for a $ref: Helm
// would fetch URLs and read any file of the machine.
func (c *helmChart) checkSchemas(values map[string]any) *Error {
	return c.checkSchema(c.Chart, values)
}

func (c *helmChart) checkSchema(of *chart.Chart, values map[string]any) *Error {
	if of.Schema != nil {
		if failed := helmValidate(c.place(of, helmSchemaFile), of.Schema, values); failed != nil {
			return failed
		}
	}
	for _, subchart := range of.Dependencies() {
		below := values[subchart.Name()]
		if below == nil {
			continue
		}
		belowValues, ok := below.(map[string]any)
		if !ok {
			return c.place(subchart, "values.yaml").fail(ErrValuesType, 0,
				fmt.Sprintf("the values for the subchart %s must be a mapping. Mend them in the parent's values.", subchart.Name()))
		}
		if failed := c.checkSchema(subchart, belowValues); failed != nil {
			return failed
		}
	}
	return nil
}

func helmValidate(place helmPlace, schema []byte, values map[string]any) (failed *Error) {
	broken := func(problem any) *Error {
		return place.fail(ErrValuesSchema, 0, fmt.Sprintf("the schema cannot be used: %v. Mend %s.", problem, helmSchemaFile))
	}
	defer func() {
		if problem := recover(); problem != nil {
			failed = broken(problem)
		}
	}()
	compiled, walled, err := compileSchema(schema)
	if walled != "" {
		return place.fail(ErrRemoteSchema, 0,
			fmt.Sprintf("the schema refers to %s, and nothing outside the chart is read. Put that schema into $defs of %s.", walled, helmSchemaFile))
	}
	if err != nil {
		return broken(err)
	}
	if len(values) == 0 {
		values = map[string]any{}
	}
	if err := compiled.Validate(values); err != nil {
		return place.fail(ErrValuesSchema, 0,
			fmt.Sprintf("the values break the schema: %s. %s", helmSchemaProblems(err), helmMendValues))
	}
	return nil
}

// helmSchemaProblems lists what the validator found, on one line.
func helmSchemaProblems(err error) string {
	var problems []string
	for line := range strings.Lines(err.Error()) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "jsonschema validation failed with") {
			problems = append(problems, strings.TrimPrefix(line, "- "))
		}
	}
	return strings.Join(problems, "; ")
}

// helmSchemaWall stands where the validator would fetch a schema from elsewhere.
type helmSchemaWall struct {
	refused string
}

func (w *helmSchemaWall) Load(url string) (any, error) {
	// Helm accepts anything for a URN that it cannot resolve.
	if strings.HasPrefix(url, "urn:") {
		return true, nil
	}
	w.refused = url
	return nil, fmt.Errorf("refused")
}

// compiledSchemas are far more than the charts of one fix have: compiling one can take longer than its templates.
var compiledSchemas = contentCache[*jsonschema.Schema]{most: 32}

// compileSchema returns the compiled schema, or what it refers to outside of the chart.
func compileSchema(schema []byte) (compiled *jsonschema.Schema, refused string, err error) {
	key := contentDigest(sha256.Sum256(schema))
	if compiled, ok := compiledSchemas.get(key); ok {
		return compiled, "", nil
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return nil, "", err
	}
	walled := &helmSchemaWall{}
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(walled)
	if err := compiler.AddResource(helmSchemaURL, document); err != nil {
		return nil, "", err
	}
	compiled, err = compiler.Compile(helmSchemaURL)
	if walled.refused != "" || err != nil {
		return nil, walled.refused, err
	}
	compiledSchemas.put(key, compiled, 1)
	return compiled, "", nil
}
