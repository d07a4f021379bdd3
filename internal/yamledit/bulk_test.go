package yamledit

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
)

func allPaths(v any, at Path, out *[]Path) {
	switch v := v.(type) {
	case map[string]any:
		*out = append(*out, at)
		keys := []string{}
		for k := range v {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		for _, k := range keys {
			allPaths(v[k], at.Join(k), out)
		}
	case []any:
		*out = append(*out, at)
		for i := range v {
			allPaths(v[i], at.Join(i), out)
		}
	default:
		*out = append(*out, at)
	}
}

func TestBulk(t *testing.T) {
	root := os.Getenv("BULK")
	if root == "" {
		t.Skip()
	}
	mode := os.Getenv("BULKMODE")
	rng := rand.New(rand.NewSource(1))
	counts := map[string]map[string]int{}
	shown := map[string]int{}
	files, docs, broken, unread, found, foundBad := 0, 0, 0, 0, 0, 0
	filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !(strings.HasSuffix(p, ".yaml") || strings.HasSuffix(p, ".yml") || strings.HasSuffix(p, ".json")) {
			return nil
		}
		src, err := os.ReadFile(p)
		if err != nil || len(src) > 100000 {
			return nil
		}
		switch mode {
		case "crlf":
			src = []byte(strings.ReplaceAll(string(src), "\n", "\r\n"))
		case "cut":
			src = []byte(strings.TrimRight(string(src), "\n"))
		case "bom":
			src = append([]byte("\ufeff"), src...)
		}
		files++
		f := Parse(src)
		for i := range f.Docs {
			docs++
			if f.Docs[i].Err != nil {
				broken++
				continue
			}
			if f.Docs[i].Root == nil {
				continue
			}
			tree, err := f.Tree(i)
			if err != nil {
				unread++
				continue
			}
			var paths []Path
			allPaths(tree, nil, &paths)
			for _, path := range paths {
				fd, ok := f.Find(i, path)
				found++
				if !ok {
					foundBad++
					if foundBad < 10 {
						t.Logf("not found %s %s %v", p, path, f.Docs[i].shape.layout.err)
					}
				}
				_ = fd
			}
			rng.Shuffle(len(paths), func(a, b int) { paths[a], paths[b] = paths[b], paths[a] })
			if len(paths) > 8 {
				paths = paths[:8]
			}
			try := func(kind string, cs ...Change) {
				edits, err := f.Edits(i, cs)
				reason := "ok"
				var e *EditError
				if errors.As(err, &e) {
					reason = e.Reason
				}
				if counts[kind] == nil {
					counts[kind] = map[string]int{}
				}
				counts[kind][reason]++
				if err != nil {
					shown[kind+reason]++
					if shown[kind+reason] <= 6 {
						t.Logf("%s %s doc %d %v: %v", kind, p, i, cs, err)
					}
					return
				}
				out, err := Apply(src, edits)
				if err != nil {
					t.Fatal(err)
				}
				checkBytes(t, src, out, edits)
				if mode == "oracle" {
					checkTrees(t, f, out, i, cs)
				}
			}
			for n, path := range paths {
				if len(path) == 0 {
					try("set-root-key", Change{Op: Set, Path: path.Join("zz"), Value: "x"})
					continue
				}
				try("set", Change{Op: Set, Path: path, Value: "changed"})
				try("set-map", Change{Op: Set, Path: path, Value: map[string]any{"a": int64(1), "b": []any{map[string]any{"c": "d", "e": []any{}}}}})
				try("delete", Change{Op: Delete, Path: path})
				try("delete-prune", Change{Op: Delete, Path: path, Prune: 3})
				switch v := at(tree, path).(type) {
				case map[string]any:
					try("add-key", Change{Op: Set, Path: path.Join("zz", "yy"), Value: true})
					var all []Change
					for k := range v {
						all = append(all, Change{Op: Delete, Path: path.Join(k)})
					}
					try("delete-all-keys", all...)
				case []any:
					try("append", Change{Op: Set, Path: path.Join(len(v), "name"), Value: "x"})
					var all []Change
					for k := range v {
						all = append(all, Change{Op: Delete, Path: path.Join(k)})
					}
					try("delete-all-items", all...)
				}
				if !path[len(path)-1].List {
					try("rename", Change{Op: Rename, Path: path, Key: "emptyDir", Value: map[string]any{}})
				}
				if n > 0 {
					q := paths[n-1]
					if len(q) > 0 && !path.HasPrefix(q) && !q.HasPrefix(path) {
						try("two-deletes", Change{Op: Delete, Path: path}, Change{Op: Delete, Path: q})
						try("delete+set", Change{Op: Delete, Path: path}, Change{Op: Set, Path: q, Value: []any{"x", int64(2)}})
					}
				}
			}
		}
		return nil
	})
	fmt.Printf("files %d docs %d broken %d unreadable %d found %d bad %d\n", files, docs, broken, unread, found, foundBad)
	total, ok := 0, 0
	for kind, m := range counts {
		sum := 0
		for r, c := range m {
			sum += c
			if r == "ok" {
				ok += c
			}
		}
		total += sum
		fmt.Printf("%-18s %7d %v\n", kind, sum, m)
	}
	fmt.Printf("total %d ok %d %.3f%%\n", total, ok, 100*float64(ok)/float64(total))
}

func at(v any, p Path) any {
	for _, s := range p {
		if s.List {
			v = v.([]any)[s.Index]
		} else {
			v = v.(map[string]any)[s.Key]
		}
	}
	return v
}
