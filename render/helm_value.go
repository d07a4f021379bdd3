package render

import (
	"context"
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/podmend/podmend/internal/yamledit"
)

// A ValueSource says which value a rendered field comes from. A counterfactual rendering has shown
// it, with another value in its place, or an action that prints it as it is.
type ValueSource struct {
	Field yamledit.Path // in the object
	Path  yamledit.Path // in the values of the layer that sets it
	// Below leads in the values of parent to those of the layer.
	Below yamledit.Path
	// IsKey says that the field is the key of the value.
	IsKey bool

	layer *readLayer
	// parent sets values of the layer's chart, where the layer is not to be edited; nil if it may be.
	parent *readLayer
	// own are the values of the release itself, which win over the layer where this cannot be edited; nil if nothing does.
	own *readLayer
}

// valueOf returns the value behind a field.
func (t *TemplateTrace) valueOf(field yamledit.Path) (*ValueSource, bool) {
	return sourceAt(t.Set, field)
}

// absentAt returns the value in which a missing field is to be set.
func (t *TemplateTrace) absentAt(field yamledit.Path) (*ValueSource, bool) {
	return sourceAt(t.Absent, field)
}

// switchOf returns the switch of a field that a template in an archive prints.
func (t *TemplateTrace) switchOf(field yamledit.Path) (*ValueSource, bool) {
	return sourceAt(t.Switches, field)
}

func sourceAt(sources []ValueSource, field yamledit.Path) (*ValueSource, bool) {
	wanted := field.String()
	for i := range sources {
		if sources[i].Field.String() == wanted {
			return &sources[i], true
		}
	}
	return nil, false
}

// fromValues describes a field whose value stands in a values file, or in an object. A value of a release's
// chart that is elsewhere is shown where the release would set it.
func (l *Locator) fromValues(field *printedField, set *ValueSource) (origin Origin, ok bool) {
	layer, path := set.layer, set.Path
	if set.parent != nil && (set.parent.Of != nil || layer.Inside != "" && set.parent.Release) {
		layer, path = set.parent, set.Below.Concat(set.Path)
	} else if layer.Inside != "" {
		return origin, false
	}
	if origin, ok = l.layerOrigin(layer, path); !ok {
		return origin, false
	}
	if layer != set.layer {
		origin.Place += "#" + set.Path.String() // several may be shown at one mapping
	}
	chain := origin.Chain
	origin.Chain = nil
	if link, ok := l.link(field.file, field.start, field.via()); ok {
		origin.Chain = append(origin.Chain, link)
	}
	origin.Chain = append(append(origin.Chain, field.chain(l)...), chain...)
	return origin, true
}

// A FieldRef names a field of a rendered object.
type FieldRef struct {
	Result, Object int // indexes
	Path           yamledit.Path
}

// FieldRefs names each object of results, without a path.
func FieldRefs(results []Result) map[*Object]FieldRef {
	refs := map[*Object]FieldRef{}
	for i := range results {
		for j := range results[i].Objects {
			refs[&results[i].Objects[j]] = FieldRef{Result: i, Object: j}
		}
	}
	return refs
}

// TraceValues finds the values behind those fields that actions of templates print: a value counts
// if another one in its place gives another field. Of fields in archives without one, as where text stands that nobody
// edits, it finds the switches, and of a mapping the values in it. The error is ctx's, or says that podmend failed.
func (l *Locator) TraceValues(ctx context.Context, results []Result, fields []FieldRef, options Options) error {
	searches := &valueSearches{locator: l, results: results, options: options, byChart: map[chartOf]*valueSearch{}}
	for _, ref := range fields {
		searches.add(ref)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(options.Jobs, 1))
	if options.Jobs <= 0 {
		group.SetLimit(runtime.GOMAXPROCS(0))
	}
	for _, search := range searches.byChart {
		group.Go(func() error { return search.run(ctx) })
	}
	return group.Wait()
}

// chartOf is a chart of a result, by its index.
type chartOf struct {
	result int
	chart  string
}

// valueSearches are the searches of TraceValues, one for each chart.
type valueSearches struct {
	locator *Locator
	results []Result
	options Options
	byChart map[chartOf]*valueSearch
}

// add looks for what is certain of a field, or adds it to the search of its chart.
func (s *valueSearches) add(ref FieldRef) {
	l, result := s.locator, &s.results[ref.Result]
	object, path, ok := l.InChart(&result.Objects[ref.Object], ref.Path)
	if !ok {
		return
	}
	field, ok := l.printed(object, path)
	if !ok {
		return
	}
	if len(field.found.Path) < len(path) {
		if source, ok := l.values(result, field.trace.Chart).absent(l, field); ok {
			field.trace.Absent = append(field.trace.Absent, source)
		}
		return
	}
	if !field.action && field.file.Inside == "" || field.trace.knows(path) {
		return
	}
	tree, err := field.rendered.Tree(len(field.rendered.Docs) - 1)
	if err != nil {
		return
	}
	of := chartOf{ref.Result, field.trace.Chart}
	search := s.byChart[of]
	if search == nil {
		search = &valueSearch{locator: l, result: result, values: l.values(result, of.chart), options: s.options}
		s.byChart[of] = search
	}
	searched := &searchedField{object: ref.Object, path: ref.Path, printed: field, value: yamledit.ValueAt(tree, path)}
	if !field.action {
		for _, below := range leaves(searched.value) {
			s.add(FieldRef{ref.Result, ref.Object, ref.Path.Concat(below)})
		}
	} else {
		candidate, ok := search.values.certain(l, field, searched.value)
		isKey := false
		if !ok {
			candidate, ok = search.values.keyPrinted(l, field, searched.value)
			isKey = ok
		}
		if ok {
			if source, ok := search.values.source(candidate); ok {
				source.Field, source.IsKey = path, isKey
				field.trace.Set = append(field.trace.Set, source)
				return
			}
		}
		searched.candidates = search.values.candidates(field, searched.value, l.mentions(field))
	}
	search.fields = append(search.fields, searched)
}

// leaves are the paths of the scalars below a mapping.
func leaves(value any) (paths []yamledit.Path) {
	mapping, _ := value.(map[string]any)
	for _, key := range sortedKeys(mapping) {
		if !isCollection(mapping[key]) {
			paths = append(paths, yamledit.NewPath(key))
		}
	}
	return paths
}

// knows says whether it is known what is behind a field.
func (t *TemplateTrace) knows(field yamledit.Path) bool {
	_, set := t.valueOf(field)
	_, switched := t.switchOf(field)
	return set || switched
}

// VendorOf returns the repository of which a chart's file is a copy, "" if it is of this one.
func (t *TemplateTrace) VendorOf(name string) string {
	for i := range t.Files {
		if t.Files[i].File == name {
			return t.Files[i].Vendor
		}
	}
	return ""
}
