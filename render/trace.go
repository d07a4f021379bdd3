package render

import (
	"bytes"
	"context"
	"slices"

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
	options.Traced, options.Compared = true, true
	options.Progress = nil
	others, err := traces(ctx, files, results, indexes, options)
	if err != nil || len(others) == 0 {
		return err
	}
	options.Compared = false
	_, err = traces(ctx, files, results, others, options)
	return err
}

// traces returns the indexes of results that came out otherwise, and got no traces.
func traces(ctx context.Context, files *overlay.FS, results []Result, indexes []int, options Options) (others []int, err error) {
	targets := make([]Target, len(indexes))
	for i, index := range indexes {
		targets[i] = results[index].Target
		if options.Compared {
			targets[i].PodsIn = podsIn(&results[index])
		}
	}
	traced, err := All(ctx, files, targets, options)
	if err != nil {
		return nil, err
	}
	for i, index := range indexes {
		result := &results[index]
		switch kind := result.Target.Kind; {
		case options.Compared && kind == Kustomize && !alike(result.Objects, traced[i].Objects),
			options.Compared && kind == Helm && !attachPodTraces(result, &traced[i]):
			others = append(others, index)
		case !options.Compared || kind != Helm:
			attachTraces(result, &traced[i])
		}
	}
	return others, nil
}

// podsIn are the files that a chart's pods come from.
func podsIn(result *Result) (files []string) {
	if result.Target.Kind != Helm {
		return nil
	}
	for i := range result.Objects {
		if object := &result.Objects[i]; object.HasPodTemplate() {
			files = append(files, object.Source.File)
		}
	}
	slices.Sort(files)
	return slices.Compact(files)
}

// attachPodTraces gives the pods of a chart the traces of what its marked templates printed alone; none, and false,
// where one is not the same or has no trace.
func attachPodTraces(result, traced *Result) bool {
	var pods []*Object
	for i := range result.Objects {
		if result.Objects[i].HasPodTemplate() {
			pods = append(pods, &result.Objects[i])
		}
	}
	if traced.Err != nil || len(pods) != len(traced.Objects) {
		return false
	}
	for i, object := range pods {
		other := &traced.Objects[i]
		if other.Trace == nil || object.Kind != other.Kind || object.Source.File != other.Source.File ||
			!other.Trace.Template.agrees(string(object.YAML), string(other.YAML)) {
			return false
		}
	}
	for i, object := range pods {
		object.Trace = traced.Objects[i].Trace
	}
	result.Layers, result.ReadTemplates, result.Steady = traced.Layers, traced.ReadTemplates, traced.Steady
	return true
}

// alike says whether objects that are traced are the same as those of another rendering.
func alike(objects, traced []Object) bool {
	if len(objects) != len(traced) {
		return false
	}
	for i := range objects {
		object, other := &objects[i], &traced[i]
		if object.Kind != other.Kind || object.Name != other.Name || other.Trace != nil && !bytes.Equal(object.YAML, other.YAML) {
			return false
		}
	}
	return true
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
