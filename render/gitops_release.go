package render

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
)

// deployChart renders the chart of a release into a result. layers are those above the chart's own, and values is where
// people set them.
func deployChart(ctx context.Context, files *overlay.FS, source *ChartSource, values string, target Target, layers []ValuesLayer, detail Detail, result *Result) *Error {
	tracing := tracingOf(detail)
	deployed := &DeployedChart{Repository: shownChartRepository(source)}
	target.deployed = deployed
	objects, notes, failed := renderHelm(ctx, files, target, detail, tracing)
	for _, note := range notes {
		if source.Folder == "" {
			note = strings.ReplaceAll(note, target.Path, deployed.String())
		}
		result.Notes = append(result.Notes, note)
	}
	if deployed.Name != "" {
		result.Chart = deployed
	}
	if failed != nil {
		return source.pointed(failed.setIn(values, source.Folder == ""), target.Path)
	}
	if source.Folder == "" {
		for i := range objects {
			objects[i].Source.Declared = Declaration{File: source.File, Line: source.Line}
		}
	}
	result.Objects = objects
	result.takeTracing(tracing)
	if tracing != nil {
		result.Layers = append(layers, foreignLayers(result.Layers, source.Repository)...)
		for i := range objects {
			objects[i].nameVendor(source.Repository, deployed)
		}
	}
	return nil
}

// inCRDs says whether an object stands in the folder of a chart for CustomResourceDefinitions.
func (o *Object) inCRDs() bool {
	return o.Kind == "CustomResourceDefinition" && o.Source.printed.template == ""
}

// pointed gives an error about a chart that is not in this repository the line that names it.
func (c *ChartSource) pointed(failed *Error, chart string) *Error {
	if c.Folder != "" || !strings.HasPrefix(failed.File, chart) {
		return failed
	}
	pointed := *failed
	pointed.Message = fmt.Sprintf("the chart %s: %s", c.Name, failed.Message)
	pointed.File, pointed.Line = c.File, c.Line
	return &pointed
}

// refuses says whether a chart that is not in this repository does not take the values that it is given.
func (c *ChartSource) refuses(failed *Error) bool {
	return c.Folder == "" && (failed.Kind == ErrValuesSchema || failed.Kind == ErrValuesType)
}

// schemaPointer is where a schema breaks, as its error says.
var schemaPointer = regexp.MustCompile(`at '(/[^']*)'`)

// refusedAt is the line of the value that a schema does not allow, in the layer that sets it; "" where that
// is not known.
func refusedAt(files *overlay.FS, layers []ValuesLayer, failed *Error) (file string, line int) {
	pointer := schemaPointer.FindStringSubmatch(failed.Message)
	if pointer == nil {
		return "", 0
	}
	var path yamledit.Path
	for _, token := range strings.Split(pointer[1][1:], "/") {
		if index, err := strconv.Atoi(token); err == nil {
			path = path.Join(index)
		} else {
			path = path.Join(strings.NewReplacer("~1", "/", "~0", "~").Replace(token))
		}
	}
	locator := NewLocator(files)
	for _, layer := range layers {
		read, ok := locator.readLayer(layer)
		if !ok || yamledit.ValueAt(read.tree, path) == nil {
			continue
		}
		if origin, ok := locator.layerOrigin(&read, path); ok {
			return origin.File, origin.Line
		}
	}
	return "", 0
}

// foreignLayers marks the values of a chart that comes from elsewhere.
func foreignLayers(layers []ValuesLayer, repository string) []ValuesLayer {
	for i := range layers {
		if layers[i].Vendor == "" {
			layers[i].Vendor = repository
		}
	}
	return layers
}

// nameVendor lets a trace say of which repository the chart is, and which chart it is.
func (o *Object) nameVendor(repository string, chart *DeployedChart) {
	if o.Trace == nil || o.Trace.Template == nil {
		return
	}
	for n := range o.Trace.Template.Files {
		if file := &o.Trace.Template.Files[n]; file.Vendor == "" {
			file.Vendor = repository
		}
		if chart.Repository != "" {
			o.Trace.Template.Files[n].Fetched = chart.String()
		}
	}
}
