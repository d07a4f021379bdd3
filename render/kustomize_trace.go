package render

import (
	"cmp"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

// trace builds the root once more from marked twins of its sources, and gives the objects with pod
// templates a FieldTrace, where they are the same but for the marks.
func (b *kustomizeBuild) trace(plain resmap.ResMap, objects []Object, served map[string][]byte) {
	twins, marked := b.buildTwins(served)
	if marked == nil || marked.Size() != len(objects) {
		return
	}
	included := b.inclusions()
	for i, traced := range marked.Resources() {
		object := &objects[i]
		if object.YAML == nil || !object.isTraced() || object.Kind != traced.GetKind() || object.Name != traced.GetName() {
			continue
		}
		if fields, ok := tracedFields(plain.Resources()[i], traced); ok {
			object.Trace = &Trace{Fields: b.fieldTrace(fields, twins.marks.places, included)}
		}
	}
	b.traceCopies(objects, included)
}

// isTraced says whether it matters what set the fields of an object.
func (o *Object) isTraced() bool { return o.HasPodTemplate() || o.isGitOps() }

// markedObjects builds the root from marked twins of its sources alone, and returns what it builds
// without the marks. It is nil where the twins do not build.
func (b *kustomizeBuild) markedObjects(served map[string][]byte, detail Detail) []Object {
	twins, marked := b.buildTwins(served)
	if marked == nil {
		return nil
	}
	included := b.inclusions()
	objects := make([]Object, marked.Size())
	for i, resource := range marked.Resources() {
		object := &objects[i]
		object.APIVersion, object.Kind = resource.GetApiVersion(), resource.GetKind()
		object.Namespace, object.Name = resource.GetNamespace(), resource.GetName()
		if !detail.keeps(object) {
			continue
		}
		tree, err := resource.Map()
		if err != nil {
			return nil
		}
		fields := map[string][]int{}
		if object.YAML, err = treeText(strip(tree, nil, fields)); err != nil {
			return nil
		}
		if object.isTraced() {
			object.Trace = &Trace{Fields: b.fieldTrace(fields, twins.marks.places, included)}
		}
	}
	b.addSources(objects, served)
	b.traceCopies(objects, included)
	return objects
}

// treeText prints a tree as kustomize prints an object.
func treeText(tree any) ([]byte, error) {
	asJSON, err := json.Marshal(tree)
	if err != nil {
		return nil, err
	}
	return yaml.JSONToYAML(asJSON)
}

// buildTwins builds from the twins, with fewer marks where all of them cannot be built.
func (b *kustomizeBuild) buildTwins(served map[string][]byte) (*twins, resmap.ResMap) {
	for _, listItems := range []bool{true, false} {
		twins := b.markedTwins(served, listItems)
		if len(twins.marks.places) == 0 {
			return nil, nil
		}
		view := &kustomizeFiles{files: b.files, served: twins.files, printed: twins.printed, cut: b.cut, named: b.named}
		if built, err := b.runOnce(view); err == nil {
			return twins, built
		}
	}
	return nil, nil
}

// tracedFields takes the marks out of an object. It fails if what is left is another object.
func tracedFields(plain, marked *resource.Resource) (map[string][]int, bool) {
	was, err := plain.Map()
	if err != nil {
		return nil, false
	}
	is, err := marked.Map()
	if err != nil {
		return nil, false
	}
	fields := map[string][]int{}
	stripped := strip(is, nil, fields)
	return fields, reflect.DeepEqual(was, stripped)
}

// strip returns a tree without marks, and puts these into fields by the path that they are about.
func strip(tree any, at yamledit.Path, fields map[string][]int) any {
	switch tree := tree.(type) {
	case map[string]any:
		plain := make(map[string]any, len(tree))
		marks := map[string][]fieldMark{}
		for key, value := range tree {
			name, about, isMark := strings.Cut(key, markSign)
			switch {
			case !isMark:
				plain[key] = strip(value, at.Join(key), fields)
			case about == strings.TrimPrefix(markItems, markSign):
				stripItems(tree[name], value, at.Join(name), fields)
			default:
				marks[name] = append(marks[name], fieldMark{about, number(value)})
			}
		}
		for name, marks := range marks {
			if _, there := plain[name]; there {
				fields[at.Join(name).String()] = numbers(marks)
			}
		}
		return plain
	case []any:
		plain := make([]any, len(tree))
		for i, value := range tree {
			plain[i] = strip(value, at.Join(i), fields)
		}
		return plain
	}
	return tree
}

type fieldMark struct {
	about  string
	number int
}

// numbers returns the places of a field, the one that counts last.
func numbers(marks []fieldMark) []int {
	order := func(m fieldMark) int {
		switch m.about {
		case strings.TrimPrefix(markBase, markSign):
			return 0
		case "":
			return 2
		}
		return 1
	}
	slices.SortFunc(marks, func(a, b fieldMark) int { return cmp.Or(order(a)-order(b), a.number-b.number) })
	last := marks[len(marks)-1].number
	var all []int
	for _, mark := range marks[:len(marks)-1] {
		if mark.number != last && mark.number > 0 {
			all = append(all, mark.number)
		}
	}
	return append(all, last)
}

func stripItems(list, marks any, at yamledit.Path, fields map[string][]int) {
	items, _ := list.([]any)
	marked, _ := marks.([]any)
	if len(items) != len(marked) {
		return
	}
	for i := range items {
		fields[at.Join(i).String()] = []int{number(marked[i])}
	}
}

func number(value any) int {
	switch value := value.(type) {
	case int:
		return value
	case int64:
		return int(value)
	case uint64:
		return int(value)
	case float64:
		return int(value)
	case string:
		n, _ := strconv.Atoi(value)
		return n
	}
	return 0
}

// fieldTrace keeps those places and chains that an object's fields lead to.
func (b *kustomizeBuild) fieldTrace(fields map[string][]int, places []Place, included inclusions) *FieldTrace {
	trace := &FieldTrace{Fields: map[string][]int{}, Chains: map[string][]Link{}, Charts: map[string]*Object{}}
	index := map[int]int{}
	for _, path := range slices.Sorted(maps.Keys(fields)) {
		for _, number := range fields[path] {
			if number < 1 || number > len(places) {
				continue
			}
			at, known := index[number]
			if !known {
				place := places[number-1]
				at = len(trace.Places)
				index[number] = at
				trace.Places = append(trace.Places, place)
				if _, known := trace.Chains[place.File]; !known {
					trace.Chains[place.File] = included.chain(place.File)
					b.addChart(trace, place.File, included)
				}
			}
			trace.Fields[path] = append(trace.Fields[path], at)
		}
	}
	return trace
}
