package yamledit

import (
	"reflect"
	"slices"
	"testing"

	k8syaml "sigs.k8s.io/yaml"
)

// checkTrees reads the edited file anew: the document reads as intended, by an oracle
// that shares no code with ApplyTree, and the other documents have the bytes they had.
func checkTrees(t testing.TB, f *File, out []byte, doc int, changes []Change) {
	t.Helper()
	after := Parse(out)
	if len(after.Docs) != len(f.Docs) {
		t.Fatalf("%d documents became %d:\n%s", len(f.Docs), len(after.Docs), out)
	}
	for i := range f.Docs {
		was, is := f.Src[f.Docs[i].Start:f.Docs[i].End], out[after.Docs[i].Start:after.Docs[i].End]
		if i != doc {
			if string(was) != string(is) {
				t.Fatalf("document %d changed", i)
			}
			continue
		}
		var want, got any
		if err := k8syaml.Unmarshal(was, &want); err != nil {
			t.Fatal(err)
		}
		if err := k8syaml.Unmarshal(is, &got); err != nil {
			t.Fatalf("%v:\n%s", err, out)
		}
		want = oracle(want, changes)
		if !reflect.DeepEqual(want, got) {
			t.Fatalf("reads as\n%#v\nnot as\n%#v\n%s", got, want, out)
		}
	}
}

// checkAgain requires that Sets change nothing where they have been made.
func checkAgain(t testing.TB, out []byte, doc int, changes []Change) {
	t.Helper()
	for _, c := range changes {
		if c.Op != Set {
			return
		}
	}
	edits, err := Parse(out).Edits(doc, changes)
	if err != nil || len(edits) != 0 {
		t.Fatalf("the second run gives %v, %v", edits, err)
	}
}

// gone stands where something was deleted until all changes are made.
type gone struct{ prune int }

func oracle(tree any, changes []Change) any {
	sorted := slices.Clone(changes)
	slices.SortStableFunc(sorted, func(a, b Change) int {
		if a.Op == Delete && b.Op == Delete {
			return len(b.Path) - len(a.Path)
		}
		return int(a.Op)%2 - int(b.Op)%2
	})
	for _, c := range sorted {
		value := asFloats(c.Value)
		switch c.Op {
		case Set:
			tree = put(tree, c.Path, value)
		case Delete:
			tree = put(tree, c.Path, gone{c.Prune})
		case Rename:
			up := c.Path[:len(c.Path)-1]
			tree = put(tree, c.Path, gone{})
			tree = put(tree, up.Join(c.Key), value)
		}
	}
	swept := sweep(tree)
	if _, all := swept.(gone); all {
		if _, isList := tree.([]any); isList {
			return []any{}
		}
		return map[string]any{}
	}
	return swept
}

func put(tree any, p Path, value any) any {
	if len(p) == 0 {
		return value
	}
	if _, under := tree.(gone); under {
		return tree
	}
	if p[0].List {
		list, _ := tree.([]any)
		if p[0].Index == len(list) {
			list = append(list, nil)
		}
		list[p[0].Index] = put(list[p[0].Index], p[1:], value)
		return list
	}
	m, ok := tree.(map[string]any)
	if !ok {
		m = map[string]any{}
	}
	m[p[0].Key] = put(m[p[0].Key], p[1:], value)
	return m
}

func sweep(v any) any {
	prune := 0
	had, has := 0, 0
	switch v := v.(type) {
	case map[string]any:
		had = len(v)
		for key := range v {
			v[key] = sweep(v[key])
			if g, ok := v[key].(gone); ok {
				delete(v, key)
				prune = max(prune, g.prune)
			}
		}
		has = len(v)
	case []any:
		had = len(v)
		kept := []any{}
		for _, item := range v {
			item = sweep(item)
			if g, ok := item.(gone); ok {
				prune = max(prune, g.prune)
			} else {
				kept = append(kept, item)
			}
		}
		if has = len(kept); has > 0 || prune == 0 || had == 0 {
			return kept
		}
	}
	if had > 0 && has == 0 && prune > 0 {
		return gone{prune - 1}
	}
	return v
}

func asFloats(v any) any {
	switch v := v.(type) {
	case int64:
		return float64(v)
	case int:
		return float64(v)
	case map[string]any:
		out := map[string]any{}
		for key, value := range v {
			out[key] = asFloats(value)
		}
		return out
	case []any:
		out := []any{}
		for _, value := range v {
			out = append(out, asFloats(value))
		}
		return out
	}
	return v
}
