package render

import (
	"context"
	"fmt"
	"reflect"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
)

// A ValueSource says which value a rendered field comes from. A counterfactual rendering has shown
// it, with another value in its place, or an action that prints it as it is.
type ValueSource struct {
	Field yamledit.Path // in the object
	File  string        // the values file of the layer that sets it
	Path  yamledit.Path // in the file
	// Inside says that the file stands in an archive.
	Inside bool
	// Parent is a file that sets values of the layer's chart, where the layer is not to be edited; ""
	// if it may be.
	Parent string
	Below  yamledit.Path // leads in Parent to the values of the layer
}

// valueOf returns the value behind a field.
func (t *TemplateTrace) valueOf(field yamledit.Path) (*ValueSource, bool) {
	wanted := field.String()
	for i := range t.Set {
		if t.Set[i].Field.String() == wanted {
			return &t.Set[i], true
		}
	}
	return nil, false
}

// fromValues describes a field whose value stands in a values file.
func (l *Locator) fromValues(field *printedField, set *ValueSource) Origin {
	file := l.source(set.File)
	origin := Origin{File: set.File, Via: ViaValues, Exact: true, Path: set.Path}
	if link, ok := l.link(field.file, field.start, field.via()); ok {
		origin.Chain = append(origin.Chain, link)
	}
	origin.Chain = append(origin.Chain, field.chain(l)...)
	origin.at(file, 0, set.Path)
	origin.Place = l.namedPath(file.Docs[0].Root, set.Path)
	return origin
}

// maxTrials is how many values of one target are tried.
const maxTrials = 24

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
// if another one in its place gives another field. The error is ctx's, or says that podmend failed.
func (l *Locator) TraceValues(ctx context.Context, results []Result, fields []FieldRef, options Options) error {
	type chartOf struct {
		result int
		chart  string
	}
	searches := map[chartOf]*valueSearch{}
	for _, ref := range fields {
		result := &results[ref.Result]
		object, path, ok := l.InChart(&result.Objects[ref.Object], ref.Path)
		if !ok {
			continue
		}
		field, ok := l.printed(object, path)
		if !ok || !field.action || len(field.found.Path) < len(path) {
			continue
		}
		if _, known := field.trace.valueOf(path); known {
			continue
		}
		tree, err := field.rendered.Tree(len(field.rendered.Docs) - 1)
		if err != nil {
			continue
		}
		of := chartOf{ref.Result, field.trace.Chart}
		search := searches[of]
		if search == nil {
			search = &valueSearch{locator: l, result: result, values: l.values(result, of.chart), options: options}
			searches[of] = search
		}
		value := yamledit.ValueAt(tree, path)
		if candidate, ok := search.values.certain(l, field, value); ok {
			if source, ok := search.values.source(candidate); ok {
				source.Field = path
				field.trace.Set = append(field.trace.Set, source)
				continue
			}
		}
		search.fields = append(search.fields, &searchedField{
			object: ref.Object, path: ref.Path, printed: field, value: value,
			candidates: search.values.candidates(field, value, l.mentions(field)),
		})
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(options.Jobs, 1))
	if options.Jobs <= 0 {
		group.SetLimit(runtime.GOMAXPROCS(0))
	}
	for _, search := range searches {
		group.Go(func() error { return search.run(ctx) })
	}
	return group.Wait()
}

// A valueSearch looks for the values behind fields of one target.
type valueSearch struct {
	locator *Locator
	result  *Result
	values  *valuesOf
	options Options
	fields  []*searchedField
	trials  int
}

type searchedField struct {
	object     int
	path       yamledit.Path // in the object
	printed    *printedField // by the chart
	value      any
	candidates []valueCandidate
	found      bool
}

// run tries the candidates of all fields, the likeliest first.
func (s *valueSearch) run(ctx context.Context) error {
	for rank := range maxCandidates {
		tried := map[string]bool{}
		for _, field := range s.fields {
			if field.found || rank >= len(field.candidates) || s.trials == maxTrials {
				continue
			}
			candidate := field.candidates[rank]
			key := fmt.Sprint(candidate.layer, candidate.path)
			if tried[key] {
				continue
			}
			tried[key] = true
			if err := s.try(ctx, candidate); err != nil {
				return err
			}
		}
	}
	return nil
}

// try renders with another value and looks which of the fields that it may be behind follow.
func (s *valueSearch) try(ctx context.Context, candidate valueCandidate) error {
	below, other := another(candidate.value)
	if other == nil {
		return nil
	}
	source, ok := s.values.source(candidate)
	if !ok {
		return nil
	}
	file, change, ok := s.locator.valueChange(s.values, &source, yamledit.Change{Op: yamledit.Set, Path: source.Path.Concat(below), Value: other})
	if !ok {
		return nil
	}
	edited := s.values.file(file)
	if edited == nil {
		return nil
	}
	edits, err := edited.Edits(0, []yamledit.Change{change})
	if err != nil {
		return nil
	}
	content, err := yamledit.Apply(edited.Src, edits)
	if err != nil {
		return nil
	}
	s.trials++
	files := s.locator.files.With(map[string][]byte{file: content})
	changed, err := s.render(ctx, files)
	if err != nil || changed.Err != nil || len(changed.Objects) != len(s.result.Objects) {
		return err
	}
	for _, field := range s.fields {
		if !field.found && field.mayBe(candidate) && field.follows(&changed.Objects[field.object], candidate.value, below, other) {
			field.found = true
			source.Field = field.printed.path
			field.printed.trace.Set = append(field.printed.trace.Set, source)
		}
	}
	return nil
}

func (s *valueSearch) render(ctx context.Context, files *overlay.FS) (Result, error) {
	detail := Detail{PodTemplatesOnly: true, SameCertificates: true}
	if s.options.Renderer == nil {
		return One(ctx, files, s.result.Target, detail), nil
	}
	return s.options.Renderer.Render(ctx, files, s.result.Target, detail)
}

func (f *searchedField) mayBe(candidate valueCandidate) bool {
	for _, own := range f.candidates {
		if own.layer == candidate.layer && own.path.String() == candidate.path.String() {
			return true
		}
	}
	return false
}

// follows says whether a field has become what its value became. A switch that was turned off may
// take the field away, not what is around it.
func (f *searchedField) follows(object *Object, was any, below yamledit.Path, other any) bool {
	file := yamledit.Parse(object.YAML)
	if len(file.Docs) == 0 {
		return false
	}
	tree, err := file.Tree(len(file.Docs) - 1)
	if err != nil {
		return false
	}
	is := yamledit.ValueAt(tree, f.path)
	if len(below) == 0 {
		if is == nil && other == false && len(f.path) > 0 {
			_, kept := yamledit.ValueAt(tree, f.path[:len(f.path)-1]).(map[string]any)
			return kept
		}
		if text, ok := was.(string); ok && fmt.Sprint(f.value) != text {
			return fmt.Sprint(is) != fmt.Sprint(f.value) && strings.Contains(fmt.Sprint(is), otherMark)
		}
		return fmt.Sprint(is) == fmt.Sprint(other)
	}
	return reflect.DeepEqual(yamledit.ValueAt(is, below), other)
}

// otherMark ends a string that is put in the place of another.
const otherMark = "-other"

// another returns a value to put in the place of one: for a mapping or list, in the place of the first
// scalar below it.
func another(value any) (below yamledit.Path, other any) {
	switch value := value.(type) {
	case bool:
		return nil, !value
	case int64:
		return nil, value + 1
	case string:
		return nil, value + otherMark
	case map[string]any:
		for _, key := range sortedKeys(value) {
			if path, other := another(value[key]); other != nil {
				return yamledit.NewPath(key).Concat(path), other
			}
		}
	case []any:
		for i := range value {
			if path, other := another(value[i]); other != nil {
				return yamledit.NewPath(i).Concat(path), other
			}
		}
	}
	return nil, nil
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
