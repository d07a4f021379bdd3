package render

import (
	"bytes"
	"context"

	"github.com/podmend/podmend/internal/overlay"
)

// A Trace says from where the parts of a rendered object came.
type Trace struct {
	// YAML is the text that the trace is about, where it is not the object's: some charts print
	// something else each time.
	YAML []byte
	// Template traces what the templates of a chart printed.
	Template *TemplateTrace
	// Fields traces what a kustomization was built from.
	Fields *FieldTrace
}

// TracedText is the text that an object's trace is about.
func (o *Object) TracedText() []byte {
	if o.Trace.YAML != nil {
		return o.Trace.YAML
	}
	return o.YAML
}

// Traces renders those results again that are asked for by their index, and gives their objects a
// Trace. Where this fails the objects stay without one: what they say of source is less exact then.
// The error is ctx's.
func Traces(ctx context.Context, files *overlay.FS, results []Result, indexes []int, options Options) error {
	targets := make([]Target, len(indexes))
	for i, index := range indexes {
		targets[i] = results[index].Target
	}
	options.Traced = true
	options.Progress = nil
	traced, err := All(ctx, files, targets, options)
	if err != nil {
		return err
	}
	for i, index := range indexes {
		attachTraces(&results[index], &traced[i])
	}
	return nil
}

// attachTraces gives the objects of a result the traces of another rendering of its target.
func attachTraces(result, traced *Result) {
	if len(result.Objects) != len(traced.Objects) {
		return
	}
	result.Layers, result.ReadTemplates, result.Steady = traced.Layers, traced.ReadTemplates, traced.Steady
	for i := range result.Objects {
		object, other := &result.Objects[i], &traced.Objects[i]
		if other.Trace == nil || object.Kind != other.Kind || object.Source.File != other.Source.File {
			continue
		}
		object.Trace = other.Trace
		if !bytes.Equal(object.YAML, other.YAML) {
			object.Trace.YAML = other.YAML
		}
	}
}
