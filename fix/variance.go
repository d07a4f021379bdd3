package fix

import (
	"context"
	"fmt"
	"path"
	"reflect"
	"slices"

	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// A variance is where two renderings of a target differ though nothing was edited: templates may
// call randAlphaNum, now or genCA.
type variance struct {
	before  *judged // one of the renderings, with the text of all objects
	masked  map[int][]yamledit.Path
	refusal *Refusal // they differ where a change must show
}

// mayVary says whether a target can render differently each time: where it renders a chart that may ask for the time or
// for chance.
func mayVary(result *render.Result) bool { return rendersChart(result) && !result.Steady }

func rendersChart(result *render.Result) bool {
	isChart := func(name string) bool { return path.Base(name) == "Chart.yaml" }
	switch result.Target.Kind {
	case render.Plain:
		return false
	case render.Kustomize:
		return slices.ContainsFunc(result.Reads, isChart)
	}
	return true
}

// compareTarget says what is wrong with a target after edits. One that differs though nothing was
// meant there is asked whether it renders differently each time.
func (p *Prover) compareTarget(ctx context.Context, target render.Target, changed map[string][]byte, after *judged, intents []intent) (wrongObjects, error) {
	v := p.varying[target.ID]
	if v == nil {
		wrong := p.compare(p.before[target.ID], after, intents, nil)
		_, known := p.varying[target.ID]
		if len(wrong) == 0 || known || p.hasty || !mayVary(p.before[target.ID].result) {
			return wrong, nil
		}
		var err error
		if v, err = p.variance(ctx, target); err != nil || v == nil {
			return wrong, err
		}
		edited, err := p.judgeEdited(ctx, changed, []render.Target{target})
		if err != nil {
			return nil, err
		}
		after = edited[target.ID]
	}
	if v.refusal != nil {
		return wrongObjects{wholeTarget: v.refusal}, nil
	}
	for _, in := range intents {
		for _, change := range in.changes {
			for _, at := range v.masked[in.object] {
				if at.HasPrefix(change.Path) || change.Path.HasPrefix(at) {
					return wrongObjects{in.object: unstable(target.ID, at.String())}, nil
				}
			}
		}
	}
	return p.compare(v.before, after, intents, v.masked), nil
}

// variance renders a target twice more without any edit; nil if each time gives the same.
func (p *Prover) variance(ctx context.Context, target render.Target) (*variance, error) {
	if known, ok := p.varying[target.ID]; ok {
		return known, nil
	}
	first, err := p.judge(ctx, p.Files, []render.Target{target}, wholeObjects)
	if err != nil {
		return nil, err
	}
	second, err := p.judge(ctx, p.later(first[target.ID].result), []render.Target{target}, wholeObjects)
	if err != nil {
		return nil, err
	}
	if p.varying == nil {
		p.varying = map[string]*variance{}
	}
	p.varying[target.ID] = varianceOf(p.before[target.ID], first[target.ID], second[target.ID])
	return p.varying[target.ID], nil
}

// later serves the templates that a target read as they would print on a later day: two renderings
// in the same second give the same time.
func (p *Prover) later(result *render.Result) *overlay.FS {
	changed := map[string][]byte{}
	for _, name := range result.Reads {
		content, err := p.Files.ReadFile(name)
		if err != nil {
			continue
		}
		if later, ok := render.LaterClock(content); ok {
			changed[name] = later
		}
	}
	return p.Files.With(changed)
}

// varianceOf finds what differs between two renderings. known is the one that findings are told of.
func varianceOf(known, first, second *judged) *variance {
	id := first.result.Target.ID
	a, b, objects := first.result.Objects, second.result.Objects, known.result.Objects
	if first.result.Err != nil || second.result.Err != nil || len(a) != len(b) || len(a) != len(objects) {
		return &variance{refusal: unstable(id, "the number of objects")}
	}
	v := &variance{before: first, masked: map[int][]yamledit.Path{}}
	for i := range a {
		if !sameSource(&a[i], &b[i]) || !sameSource(&a[i], &objects[i]) {
			return &variance{refusal: unstable(id, "the order of objects")}
		}
		var was, is any
		if yaml.Unmarshal(a[i].YAML, &was) != nil || yaml.Unmarshal(b[i].YAML, &is) != nil {
			return &variance{refusal: unstable(id, "what cannot be read")}
		}
		for _, at := range differences(was, is, nil) {
			if len(at) == 0 || a[i].HasPodTemplate() && !maskable(yamledit.ValueAt(was, at), yamledit.ValueAt(is, at)) {
				return &variance{refusal: unstable(id, at.String())}
			}
			v.masked[i] = append(v.masked[i], at)
		}
	}
	same := func(a, b render.Object) bool { return a.SameText(&b) }
	if len(v.masked) == 0 && slices.EqualFunc(objects, a, same) {
		return nil
	}
	return v
}

// sameSource says whether two objects may be one in two renderings. Names may differ.
func sameSource(a, b *render.Object) bool {
	return a.Kind == b.Kind && a.Source.File == b.Source.File
}

// maskable says whether two values in an object with a pod template can be left out: no text of a
// pod is a verdict's alone, but a list or a switch may be.
func maskable(a, b any) bool {
	_, isText := a.(string)
	_, areTexts := b.(string)
	return isText && areTexts
}

// differences returns the paths at which two trees differ: of values, and of mappings and lists
// that do not have the same entries.
func differences(a, b any, at yamledit.Path) []yamledit.Path {
	if reflect.DeepEqual(a, b) {
		return nil
	}
	var found []yamledit.Path
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || !reflect.DeepEqual(sortedKeys(a), sortedKeys(b)) {
			return []yamledit.Path{at}
		}
		for _, key := range sortedKeys(a) {
			found = append(found, differences(a[key], b[key], at.Join(key))...)
		}
		return found
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return []yamledit.Path{at}
		}
		for i := range a {
			found = append(found, differences(a[i], b[i], at.Join(i))...)
		}
		return found
	}
	return []yamledit.Path{at}
}

// blank empties what stands at a path of a tree.
func blank(tree any, path yamledit.Path) {
	last := path[len(path)-1]
	switch node := yamledit.ValueAt(tree, path[:len(path)-1]).(type) {
	case map[string]any:
		if _, ok := node[last.Key]; ok {
			node[last.Key] = nil
		}
	case []any:
		if last.List && last.Index < len(node) {
			node[last.Index] = nil
		}
	}
}

func unstable(target, where string) *Refusal {
	return &Refusal{Unstable, fmt.Sprintf("%s reads the file and renders differently each time, in %s, so that the effect of the edit cannot be told; "+
		"have its templates print the same each time, or change the field by hand", target, where)}
}
