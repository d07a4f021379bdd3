package fix

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// wrongObjects says what is wrong with how a target renders after edits, by object.
type wrongObjects map[int]*Refusal

// wholeTarget stands for no object in particular.
const wholeTarget = -1

// first is the refusal that is told, nil if nothing is wrong.
func (w wrongObjects) first() *Refusal {
	if len(w) == 0 {
		return nil
	}
	return w[slices.Min(slices.Collect(maps.Keys(w)))]
}

// compare says what is wrong with how a target renders after edits: nothing if it differs from
// before in exactly what the intents say, and in what is masked, by object.
func (p *Prover) compare(before, after *judged, intents []intent, masked map[int][]yamledit.Path) wrongObjects {
	target := before.result.Target.ID
	if after.result.Err != nil && before.result.Err == nil {
		return wrongObjects{wholeTarget: {BreaksTarget, fmt.Sprintf("with the edit %s cannot be rendered: %v", target, after.result.Err)}}
	}
	if len(after.result.Objects) != len(before.result.Objects) {
		return wrongObjects{wholeTarget: {ChangesMore, fmt.Sprintf("with the edit %s renders %d objects instead of %d",
			target, len(after.result.Objects), len(before.result.Objects))}}
	}
	changes := map[int][]yamledit.Change{}
	for _, in := range intents {
		changes[in.object] = appendNew(changes[in.object], in.changes)
	}
	wrong := wrongObjects{}
	for i := range before.result.Objects {
		was, is := &before.result.Objects[i], &after.result.Objects[i]
		var refusal *Refusal
		switch {
		case was.Steers(): // what it changes is seen in the target that it deploys
		case !was.HasPodTemplate() && was.Digest != "":
			refusal = p.compareDigests(before.result, was, is)
		default:
			refusal = compareObject(target, was, is, likenessOf(changes[i], after.renamed), changes[i], masked[i])
		}
		if by, ok := before.allowed[i]; ok && refusal != nil && refusal.Reason == ChangesMore {
			refusal = &Refusal{SharedExempt, fmt.Sprintf("the edit changes %s too, where %s and allows it; "+
				"set it in a place of its own there, exempt this one, or --namespace-labels stricter mends all", target, by)}
		}
		if refusal != nil {
			wrong[i] = refusal
		}
	}
	if len(wrong) == 0 {
		compareFindings(target, before, after, intents, wrong)
	}
	return wrong
}

// appendNew adds the changes that are not there yet: two proposals may mean the same one.
func appendNew(changes, more []yamledit.Change) []yamledit.Change {
	for _, change := range more {
		if !slices.ContainsFunc(changes, func(c yamledit.Change) bool { return reflect.DeepEqual(c, change) }) {
			changes = append(changes, change)
		}
	}
	return changes
}

// compareDigests compares objects of which nobody reads more.
func (p *Prover) compareDigests(result *render.Result, before, after *render.Object) *Refusal {
	if before.Digest == after.Digest {
		return nil
	}
	if p.literals == nil {
		p.literals = render.NewLiterals(p.Files)
	}
	return &Refusal{ChangesMore, fmt.Sprintf("the edit changes another object of %s too, %s %s, which it should not; change the field by hand",
		result.Target.ID, before.Kind, p.literals.Shown(result, before.Name))}
}

func compareObject(target string, before, after *render.Object, like likeness, changes []yamledit.Change, masked []yamledit.Path) *Refusal {
	var was, is any
	if err := yaml.Unmarshal(before.Document(), &was); err != nil {
		return &Refusal{BreaksTarget, fmt.Sprintf("an object of %s cannot be read: %v", target, err)}
	}
	if err := yaml.Unmarshal(after.Document(), &is); err != nil {
		return &Refusal{BreaksTarget, fmt.Sprintf("with the edit an object of %s cannot be read: %v", target, err)}
	}
	meant, err := yamledit.ApplyTree(was, yamledit.WithoutMoot(changes))
	if err != nil {
		return &Refusal{NotEditable, fmt.Sprintf("the object in %s cannot be changed so: %v", target, err)}
	}
	// The same function on both sides, so that numbers have the same types.
	if is, err = yamledit.ApplyTree(is, nil); err != nil {
		return &Refusal{BreaksTarget, fmt.Sprintf("with the edit an object of %s cannot be read: %v", target, err)}
	}
	for _, at := range masked {
		blank(meant, at)
		blank(is, at)
	}
	if at, differs := like.difference(meant, is, nil); differs {
		if same, err := yamledit.ApplyTree(was, nil); err == nil && reflect.DeepEqual(yamledit.ValueAt(same, at), yamledit.ValueAt(is, at)) {
			return &Refusal{NotMended, fmt.Sprintf("after the edit %s is as before in %s: something else, such as a patch, sets it too; change it there",
				at, target)}
		}
		return &Refusal{ChangesMore, fmt.Sprintf("the edit changes %s in %s, which it should not; change the field by hand", at, target)}
	}
	return admissible(target, before, after)
}

// difference returns the path of the first difference between two trees that means something.
func (l likeness) difference(a, b any, at yamledit.Path) (yamledit.Path, bool) {
	if reflect.DeepEqual(a, b) || l.alike(a, b, at) {
		return nil, false
	}
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok {
			return at, true
		}
		for _, key := range union(sortedKeys(a), sortedKeys(b)) {
			if _, ok := a[key]; !ok && !l.alike(nil, b[key], at.Join(key)) {
				return at.Join(key), true
			}
			if path, differs := l.difference(a[key], b[key], at.Join(key)); differs {
				return path, true
			}
		}
		return nil, false
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return at, true
		}
		for i := range a {
			if path, differs := l.difference(a[i], b[i], at.Join(i)); differs {
				return path, true
			}
		}
		return nil, false
	}
	return at, true
}

// denial is a finding's field without its index in a list, which an edit may shift.
type denial struct {
	object                    int
	control, container, value string
}

// compareFindings asks that what the intents mend is gone and that nothing is new, and adds what is wrong.
func compareFindings(target string, before, after *judged, intents []intent, wrong wrongObjects) {
	was, is := maps.Clone(before.denials), after.denials
	left, found := countDenials(was), countDenials(is)
	for _, in := range intents {
		for _, path := range in.mends {
			if d, ok := was[fieldOf{in.object, in.control, path}]; ok {
				delete(was, fieldOf{in.object, in.control, path})
				left[d]--
				if found[d] > left[d] && wrong[in.object] == nil {
					wrong[in.object] = &Refusal{NotMended, fmt.Sprintf("after the edit %s still denies %s in %s; change it by hand", in.control, path, target)}
				}
			}
		}
	}
	for _, field := range sortedFields(is) {
		if d := is[field]; found[d] > left[d] && wrong[d.object] == nil {
			wrong[d.object] = &Refusal{NewFinding, fmt.Sprintf("after the edit %s denies %s in %s, which it did not before; change it by hand",
				field.control, field.path, target)}
		}
	}
}

type fieldOf struct {
	object  int
	control string
	path    string
}

func denialOf(object int, control *check.Control, field check.Field) denial {
	return denial{object, control.ID, field.Container, field.Value}
}

func countDenials(denials map[fieldOf]denial) map[denial]int {
	counts := map[denial]int{}
	for _, d := range denials {
		counts[d]++
	}
	return counts
}

func sortedFields(denials map[fieldOf]denial) []fieldOf {
	fields := make([]fieldOf, 0, len(denials))
	for field := range denials {
		fields = append(fields, field)
	}
	slices.SortFunc(fields, func(a, b fieldOf) int {
		return cmp.Or(cmp.Compare(a.object, b.object), strings.Compare(a.control, b.control), strings.Compare(a.path, b.path))
	})
	return fields
}
