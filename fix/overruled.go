package fix

import (
	"context"
	"errors"
	"reflect"
	"slices"

	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/yamledit"
)

// Overruled applies all proposals in one rendering and returns the fields that are there as before:
// something else than the edited place sets them. What cannot be edited or rendered is not told of.
func (p *Prover) Overruled(ctx context.Context, proposals []*Proposal) (map[check.FieldOf]bool, error) {
	editable := slices.DeleteFunc(slices.Clone(proposals), func(proposal *Proposal) bool { return proposal.Refusal != nil })
	changed, err := Apply(p.Files, editable)
	var contradiction *yamledit.EditError
	if errors.As(err, &contradiction) {
		return nil, nil // such edits tell nothing of places; fix says what is wrong with them
	}
	if err != nil {
		return nil, err
	}
	if err := p.renderBefore(ctx); err != nil {
		return nil, err
	}
	after, err := p.judge(ctx, p.Files.With(changed), p.affected(changed))
	if err != nil {
		return nil, err
	}
	overruled := map[check.FieldOf]bool{}
	for _, proposal := range editable {
		for _, in := range proposal.intents {
			was, is := p.before[in.target], after[in.target]
			if is == nil {
				continue
			}
			for _, path := range unchanged(was, is, in) {
				overruled[check.FieldOf{Object: &was.result.Objects[in.object], Path: path}] = true
			}
		}
	}
	return overruled, nil
}

// unchanged returns the fields that an intent mends and that are as before.
func unchanged(before, after *judged, in intent) []string {
	if after.result.Err != nil || in.object >= len(after.result.Objects) {
		return nil
	}
	var was, is any
	if yaml.Unmarshal(before.result.Objects[in.object].YAML, &was) != nil || yaml.Unmarshal(after.result.Objects[in.object].YAML, &is) != nil {
		return nil
	}
	var same []string
	for _, path := range in.paths {
		if value := valueAt(was, path); value != nil && reflect.DeepEqual(value, valueAt(is, path)) {
			same = append(same, path.String())
		}
	}
	return same
}
