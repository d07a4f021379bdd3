package render

import (
	"fmt"
	"slices"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/overlay"
)

// defaultValues are values files that take the place of a chart's own values, in the order in which they
// are merged. Names are those of files of the chart, or with a slash those of the repository.
type defaultValues struct {
	names         []string
	ignoreMissing bool
}

// of notes which chart it is.
func (d *DeployedChart) of(c *chart.Chart) {
	if d != nil {
		d.Name, d.Version = c.Metadata.Name, c.Metadata.Version
	}
}

// replaceValues puts values files in the place of the chart's own values.
func (c *helmChart) replaceValues(files *overlay.FS, defaults *defaultValues) *Error {
	if defaults == nil {
		return nil
	}
	merged := map[string]any{}
	for _, name := range defaults.names {
		layer, content, failed := c.valuesFile(files, name)
		if failed != nil {
			if defaults.ignoreMissing && failed.Kind == ErrMissingValues {
				continue
			}
			return failed
		}
		values := map[string]any{}
		if err := yaml.Unmarshal(content, &values); err != nil {
			line, problem := helmYAMLError(err)
			return helmValuesSyntax(helmPlace{layer.File, layer.Inside}, line, problem)
		}
		merged = mergeHelmValues(merged, values)
		c.defaults = slices.Insert(c.defaults, 0, layer)
	}
	c.Values = merged
	return nil
}

// valuesFile finds a values file in the chart, or in the repository where the name begins with a slash.
func (c *helmChart) valuesFile(files *overlay.FS, name string) (ValuesLayer, []byte, *Error) {
	if rooted, ok := strings.CutPrefix(name, "/"); ok {
		content, err := files.ReadFile(rooted)
		if err != nil {
			return ValuesLayer{}, nil, &Error{Kind: ErrMissingValues, File: rooted, Message: fmt.Sprintf("the values file cannot be read: %v. Mend the release's valuesFiles.", cause(err))}
		}
		return ValuesLayer{File: rooted}, content, nil
	}
	for _, file := range c.Raw {
		if file.Name == strings.TrimPrefix(name, "./") {
			place := c.places[file]
			layer := ValuesLayer{File: place.file, Inside: place.inside}
			if place.inside != "" {
				layer.Content = file.Data
			}
			return layer, file.Data, nil
		}
	}
	return ValuesLayer{}, nil, c.place(c.Chart, "Chart.yaml").fail(ErrMissingValues, 0, fmt.Sprintf("the chart has no file %s, which the release names among its valuesFiles. Mend the name.", name))
}
