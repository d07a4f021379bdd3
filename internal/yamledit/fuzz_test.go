package yamledit

import (
	"errors"
	"sort"
	"testing"
)

// FuzzEdits makes changes that the numbers choose in texts that the fuzzer makes.
func FuzzEdits(f *testing.F) {
	for _, file := range caseFiles(f) {
		_, cases := readCases(f, file)
		for i, c := range cases {
			f.Add(c.source(), uint16(i), uint16(i*7), uint8(i))
		}
	}
	f.Fuzz(func(t *testing.T, src []byte, first, second uint16, ops uint8) {
		file := Parse(src)
		for doc := range file.Docs {
			tree, err := file.Tree(doc)
			if err != nil || file.Docs[doc].Root == nil {
				continue
			}
			paths := pathsOf(tree, nil, nil)
			if len(paths) == 0 || len(paths) > 10_000 {
				continue
			}
			changes := []Change{change(paths[int(first)%len(paths)], ops%8)}
			if ops >= 64 {
				changes = append(changes, change(paths[int(second)%len(paths)], ops/8%8))
			}
			edits, err := file.Edits(doc, changes)
			if err != nil {
				var e *EditError
				if !errors.As(err, &e) {
					t.Fatalf("%T: %v", err, err)
				}
				continue
			}
			out, err := Apply(src, edits)
			if err != nil {
				t.Fatal(err)
			}
			checkBytes(t, src, out, edits)
			checkTrees(t, file, out, doc, changes)
			checkAgain(t, out, doc, changes)
		}
	})
}

func change(p Path, op uint8) Change {
	switch op {
	case 0:
		return Change{Op: Set, Path: p, Value: false}
	case 1:
		return Change{Op: Set, Path: p, Value: "a: text"}
	case 2:
		return Change{Op: Set, Path: p, Value: map[string]any{"a": int64(1), "b": []any{"c", map[string]any{"d": nil}}}}
	case 3:
		return Change{Op: Delete, Path: p}
	case 4:
		return Change{Op: Delete, Path: p, Prune: 2}
	case 5:
		return Change{Op: Rename, Path: p, Key: "renamed", Value: map[string]any{}}
	case 6:
		return Change{Op: Set, Path: p.Join("added", "deep"), Value: "runtime/default"}
	}
	return Change{Op: Set, Path: p.Join(0), Value: []any{}}
}

// pathsOf lists the paths of a tree in a fixed order.
func pathsOf(v any, at Path, paths []Path) []Path {
	paths = append(paths, at)
	switch v := v.(type) {
	case map[string]any:
		keys := make([]string, 0, len(v))
		for key := range v {
			keys = append(keys, key)
		}
		sort.Strings(keys)
		for _, key := range keys {
			paths = pathsOf(v[key], at.Join(key), paths)
		}
	case []any:
		for i := range v {
			paths = pathsOf(v[i], at.Join(i), paths)
		}
	}
	return paths
}
