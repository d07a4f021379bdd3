package render

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
)

// maxTrials is how often one target is rendered to try values.
const maxTrials = 24

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
	switched   bool // the candidates are switches
}

// A valueTrial is another value in the place of a candidate.
type valueTrial struct {
	candidate valueCandidate
	source    ValueSource
	below     yamledit.Path // from the candidate to the scalar that is changed
	other     any
	mark      string // what other ends with, if it is a text
	changes   []PlacedChange
}

// run looks for the values behind all fields, then for the switches of those in archives that have none.
func (s *valueSearch) run(ctx context.Context) error {
	if err := s.tryAll(ctx); err != nil {
		return err
	}
	var switched []*searchedField
	for _, field := range s.fields {
		if field.found || field.printed.file.Inside == "" {
			continue
		}
		if field.candidates = s.values.switches(field.printed, s.locator.mentions(field.printed)); len(field.candidates) > 0 {
			field.switched = true
			switched = append(switched, field)
		}
	}
	s.fields = switched
	return s.tryAll(ctx)
}

// tryAll tries the candidates of all fields, the likeliest first: in one rendering those that give values
// which tell them apart, the others one by one.
func (s *valueSearch) tryAll(ctx context.Context) error {
	for rank := range maxCandidates {
		var together, apart []*valueTrial
		tried, used := map[string]bool{}, map[any]bool{}
		for _, field := range s.fields {
			if field.found || rank >= len(field.candidates) {
				continue
			}
			candidate := field.candidates[rank]
			if tried[candidate.key()] {
				continue
			}
			tried[candidate.key()] = true
			trial, ok := s.trial(candidate, used)
			switch _, isSwitch := trial.other.(bool); {
			case !ok:
			case isSwitch:
				apart = append(apart, trial)
			default:
				together = append(together, trial)
			}
		}
		unclear, err := s.try(ctx, together)
		if err != nil {
			return err
		}
		if len(together) > 1 {
			apart = append(apart, unclear...)
		}
		for _, trial := range apart {
			if _, err := s.try(ctx, []*valueTrial{trial}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *valueCandidate) key() string { return fmt.Sprint(c.layer, c.path) }

// trial makes the trial of a candidate, with a value that none of its rendering uses.
func (s *valueSearch) trial(candidate valueCandidate, used map[any]bool) (*valueTrial, bool) {
	t := &valueTrial{candidate: candidate}
	for nth := 0; t.other == nil || used[t.other]; nth++ {
		t.mark = fmt.Sprintf("-other%d.", nth)
		if t.below, t.other = another(candidate.value, nth, t.mark); t.other == nil {
			return t, false
		}
		if _, isSwitch := t.other.(bool); isSwitch {
			break // there is just one
		}
	}
	used[t.other] = true
	source, ok := s.values.source(candidate)
	if !ok {
		return t, false
	}
	t.source = source
	t.changes, ok = s.locator.valueChanges(&source, yamledit.Change{Op: yamledit.Set, Path: source.Path.Concat(t.below), Value: t.other})
	return t, ok
}

// try renders with other values and looks which of the fields that they may be behind follow. It returns
// the trials that it does not answer.
func (s *valueSearch) try(ctx context.Context, trials []*valueTrial) (unclear []*valueTrial, err error) {
	if len(trials) == 0 || s.trials == maxTrials {
		return nil, nil
	}
	changed, ok := s.edited(trials)
	if !ok {
		return trials, nil
	}
	s.trials++
	result, err := s.render(ctx, s.locator.files.With(changed))
	if err != nil || result.Err != nil || len(result.Objects) != len(s.result.Objects) {
		return trials, err
	}
	trees, before := treesOf(result.Objects), treesOf(s.result.Objects)
	for _, trial := range trials {
		answered := true
		for _, field := range s.fields {
			if field.found || !field.mayBe(trial.candidate) {
				continue
			}
			tree := trees.of(field.object)
			follows := field.follows(tree, trial) || field.switched && field.goes(before.of(field.object), tree)
			if !follows {
				answered = answered && reflect.DeepEqual(yamledit.ValueAt(tree, field.path), field.value)
				continue
			}
			field.found = true
			trial.source.Field = field.printed.path
			if trace := field.printed.trace; field.switched {
				trace.Switches = append(trace.Switches, trial.source)
			} else {
				trace.Set = append(trace.Set, trial.source)
			}
		}
		if !answered {
			unclear = append(unclear, trial)
		}
	}
	return unclear, nil
}

// edited returns the sources of values with other values. ok is false where they cannot be edited so.
func (s *valueSearch) edited(trials []*valueTrial) (changed map[string][]byte, ok bool) {
	var all []PlacedChange
	for _, trial := range trials {
		all = append(all, trial.changes...)
	}
	return s.locator.edited(all)
}

func (s *valueSearch) render(ctx context.Context, files *overlay.FS) (Result, error) {
	detail := Detail{PodTemplatesOnly: true, SameCertificates: true}
	if s.options.Renderer == nil {
		return One(ctx, files, s.result.Target, detail), nil
	}
	return s.options.Renderer.Render(ctx, files, s.result.Target, detail)
}

// objectTrees reads the objects of one rendering, each once.
type objectTrees struct {
	objects []Object
	trees   map[int]any
}

func treesOf(objects []Object) *objectTrees { return &objectTrees{objects, map[int]any{}} }

// of returns nil for an object that cannot be read.
func (t *objectTrees) of(index int) any {
	tree, known := t.trees[index]
	if !known {
		file := yamledit.Parse(t.objects[index].YAML)
		if len(file.Docs) > 0 {
			tree, _ = file.Tree(len(file.Docs) - 1) // what cannot be read follows nothing
		}
		t.trees[index] = tree
	}
	return tree
}

func (f *searchedField) mayBe(candidate valueCandidate) bool {
	return slices.ContainsFunc(f.candidates, func(own valueCandidate) bool { return own.key() == candidate.key() })
}

// follows says whether a field of a tree has become what its value became. A switch that was turned off
// may take the field away, not what is around it.
func (f *searchedField) follows(tree any, trial *valueTrial) bool {
	is := yamledit.ValueAt(tree, f.path)
	if len(trial.below) > 0 {
		return reflect.DeepEqual(yamledit.ValueAt(is, trial.below), trial.other)
	}
	if is == nil && trial.other == false && len(f.path) > 0 {
		_, kept := yamledit.ValueAt(tree, f.path[:len(f.path)-1]).(map[string]any)
		return kept
	}
	if text, ok := trial.candidate.value.(string); ok && fmt.Sprint(f.value) != text {
		return fmt.Sprint(is) != fmt.Sprint(f.value) && strings.Contains(fmt.Sprint(is), trial.mark)
	}
	return fmt.Sprint(is) == fmt.Sprint(trial.other)
}

// goes says whether a field is gone with what it belonged to: an item of a list, or all that one of them has.
func (f *searchedField) goes(before, after any) bool {
	list := slices.IndexFunc(f.path, func(step yamledit.Step) bool { return step.List })
	if list < 1 {
		return false
	}
	if _, kept := yamledit.ValueAt(after, f.path[:list-1]).(map[string]any); !kept {
		return false
	}
	for i := list; i < len(f.path); i++ {
		was, _ := yamledit.ValueAt(before, f.path[:i]).([]any)
		is, _ := yamledit.ValueAt(after, f.path[:i]).([]any)
		if len(is) < len(was) {
			return true
		}
	}
	return yamledit.ValueAt(after, f.path) == nil
}

// another returns the nth value to put in the place of one: for a mapping or list, in the place of the
// first scalar below it. Switches have just one.
func another(value any, nth int, mark string) (below yamledit.Path, other any) {
	switch value := value.(type) {
	case bool:
		return nil, !value
	case int64:
		return nil, value + 1 + int64(nth)
	case string:
		return nil, value + mark
	case map[string]any:
		for _, key := range sortedKeys(value) {
			if path, other := another(value[key], nth, mark); other != nil {
				return yamledit.NewPath(key).Concat(path), other
			}
		}
	case []any:
		for i := range value {
			if path, other := another(value[i], nth, mark); other != nil {
				return yamledit.NewPath(i).Concat(path), other
			}
		}
	}
	return nil, nil
}
