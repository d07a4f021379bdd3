package fix

import (
	"context"
	"errors"
	"reflect"
	"slices"

	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

// Overruled applies all proposals in one rendering and returns the findings whose field is there as
// before: something else than the edited place sets it. What cannot be edited or rendered is not
// told of.
func (p *Prover) Overruled(ctx context.Context, proposals []*Proposal) ([]string, error) {
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
	var ids []string
	for _, proposal := range editable {
		for _, in := range proposal.intents {
			if was, is := p.before[in.target], after[in.target]; is != nil && unchanged(was, is, in) {
				ids = union(ids, proposal.Findings)
			}
		}
	}
	return ids, nil
}

// unchanged says whether a field that an intent mends is as before.
func unchanged(before, after *judged, in intent) bool {
	if after.result.Err != nil || in.object >= len(after.result.Objects) {
		return false
	}
	var was, is any
	if yaml.Unmarshal(before.result.Objects[in.object].YAML, &was) != nil || yaml.Unmarshal(after.result.Objects[in.object].YAML, &is) != nil {
		return false
	}
	return slices.ContainsFunc(in.paths, func(path yamledit.Path) bool {
		value := valueAt(was, path)
		return value != nil && reflect.DeepEqual(value, valueAt(is, path))
	})
}
