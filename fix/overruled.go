package fix

import (
	"context"
	"errors"
	"reflect"
	"slices"

	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// Overruled applies proposals in as few renderings as tell whose edit changes what, and returns the fields that
// are there as before: something else than the edited place sets them. What cannot be edited or rendered is not
// told of.
func (p *Prover) Overruled(ctx context.Context, proposals []*Proposal) (map[check.FieldOf]bool, error) {
	editable := slices.DeleteFunc(slices.Clone(proposals), func(proposal *Proposal) bool { return proposal.Refusal != nil })
	if err := p.know(ctx, editedFiles(editable)); err != nil {
		return nil, err
	}
	overruled := map[check.FieldOf]bool{}
	for _, batch := range p.unmixed(editable) {
		if err := p.flip(ctx, batch, overruled); err != nil {
			return nil, err
		}
	}
	return overruled, nil
}

// flip adds the fields that are as before with proposals applied.
func (p *Prover) flip(ctx context.Context, editable []*Proposal, overruled map[check.FieldOf]bool) error {
	changed, err := Apply(p.Files, editable)
	var contradiction *yamledit.EditError
	if errors.As(err, &contradiction) {
		return nil // such edits tell nothing of places; fix says what is wrong with them
	}
	if err != nil {
		return err
	}
	if err := p.know(ctx, changed); err != nil {
		return err
	}
	after, err := p.judge(ctx, p.Files.With(changed), p.affected(changed), podTemplates)
	if err != nil {
		return err
	}
	trees := treeCache{}
	for _, proposal := range editable {
		for _, in := range proposal.intents {
			was, is := p.before[in.target], after[in.target]
			if is == nil {
				continue
			}
			for _, path := range trees.unchanged(was, is, in) {
				overruled[check.FieldOf{Object: &was.result.Objects[in.object], Path: path}] = true
			}
		}
	}
	return nil
}

// A treeCache holds what objects read as: many proposals mend fields of one object.
type treeCache map[*render.Object]any

// of returns nil for an object that cannot be read.
func (t treeCache) of(object *render.Object) any {
	tree, known := t[object]
	if !known {
		if yaml.Unmarshal(object.YAML, &tree) != nil {
			tree = nil
		}
		t[object] = tree
	}
	return tree
}

// unchanged returns the fields that an intent mends and that are as before.
func (t treeCache) unchanged(before, after *judged, in intent) []string {
	if after.result.Err != nil || in.object >= len(after.result.Objects) {
		return nil
	}
	was, is := t.of(&before.result.Objects[in.object]), t.of(&after.result.Objects[in.object])
	var same []string
	for _, path := range in.paths {
		if value := yamledit.ValueAt(was, path); value != nil && reflect.DeepEqual(value, yamledit.ValueAt(is, path)) {
			same = append(same, path.String())
		}
	}
	return same
}
