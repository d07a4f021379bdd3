package render

import (
	"slices"

	"github.com/podmend/podmend/internal/yamledit"
)

// addChart adds to a trace the object that a chart printed as a file, if it is one.
func (b *kustomizeBuild) addChart(trace *FieldTrace, file string, included inclusions) {
	for _, k := range b.all {
		for i := range k.charts {
			chart := &k.charts[i]
			at := slices.Index(chart.files, file)
			if at < 0 {
				continue
			}
			trace.Charts[file] = &chart.objects[at]
			line := scalarLine(k.content, "helmCharts", k.parsed.HelmCharts[chart.index].Name)
			trace.Chains[file] = slices.Concat([]Link{{File: k.file, Line: line, Via: ViaGenerated}}, included.chain(k.file))
		}
	}
}

// InChart returns the object as a chart printed it, and where the field at path stands in that. For an
// object of a target that is a chart, it is the object itself. ok is false where no chart printed the
// field, or not as it was rendered.
func (l *Locator) InChart(object *Object, path yamledit.Path) (chart *Object, at yamledit.Path, ok bool) {
	fields := object.fields()
	if fields == nil {
		return object, path, object.Trace != nil && object.Trace.Template != nil
	}
	if len(fields.Charts) == 0 {
		return nil, nil, false
	}
	rendered := lastRoot(l.rendered(object))
	if writers := fields.writers(path); len(writers) > 0 {
		last := &writers[len(writers)-1]
		return last.chart, last.Path, last.chart.isTemplated() && l.holds(last, walk(rendered, path))
	}
	chart = object.OfChart()
	at, ok = sameField(rendered, lastRoot(l.rendered(chart)), path)
	return chart, at, ok && chart.isTemplated()
}

func (o *Object) isTemplated() bool { return o != nil && o.Trace != nil && o.Trace.Template != nil }

// OfChart returns the object as a chart of its kustomization printed it, nil if none did.
func (o *Object) OfChart() *Object {
	if fields := o.fields(); fields != nil {
		for _, chart := range fields.Charts { // an object is made of one
			return chart
		}
	}
	return nil
}

// atChart describes a field that a chart printed: its own origin, then how the chart came into the build.
func (l *Locator) atChart(object *Object, fields *FieldTrace, chart *Object, path yamledit.Path) Origin {
	origin, ok := l.fromTemplate(chart, path)
	declared := chart.Source.Declared.File != ""
	if !ok && !declared {
		return l.fileOnly(object, l.rendered(object), path)
	}
	if !ok {
		origin = l.fileOnly(chart, l.rendered(chart), path)
		origin.Archived = l.Archived(chart, path)
	}
	for file, printed := range fields.Charts {
		if printed == chart {
			chain := fields.Chains[file]
			if !ok {
				chain = chain[min(1, len(chain)):] // the origin is the first link
			}
			origin.Chain = slices.Concat(origin.Chain, chain)
		}
	}
	return origin
}
