package render

import (
	"cmp"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/podmend/podmend/internal/yamledit"
)

// valuesOf are the values layers of a target, read.
type valuesOf struct {
	layers []readLayer // the strongest first
}

type readLayer struct {
	ValuesLayer
	tree any // nil where the layer sets nothing yet
	// parameter is the text of a layer that is one.
	parameter string
}

// values reads the layers of a chart of a target, once. What cannot be read has no values.
func (l *Locator) values(result *Result, chart string) *valuesOf {
	key := result.Target.ID + "\x00" + chart
	l.mutex.Lock()
	known := l.layers[key]
	l.mutex.Unlock()
	if known != nil {
		return known
	}
	values := &valuesOf{}
	for _, layer := range result.Layers {
		if layer.Chart != chart {
			continue
		}
		if read, ok := l.readLayer(layer); ok {
			values.layers = append(values.layers, read)
		}
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if len(l.layers) > maxKeptLayers {
		clear(l.layers)
	}
	l.layers[key] = values
	return values
}

// maxKeptLayers is of how many targets the values are kept.
const maxKeptLayers = 100

// A valueCandidate is a value that may be behind a field.
type valueCandidate struct {
	layer int
	path  yamledit.Path // from where the layer's values start
	value any
	score int
}

// maxCandidates is how many values are tried for a field, best first.
const maxCandidates = 6

// candidates lists the values that may be behind a field that an action prints, the likeliest first:
// those that the actions around it mention, and those that read the same under the same keys.
func (v *valuesOf) candidates(field *printedField, value any, mentions []string) []valueCandidate {
	return v.likely(field.trace.Within, func(own yamledit.Path, node any) int { return likeness(field.path, own, value, node, mentions) })
}

// likely lists the values of the chart to which within leads, as far as nothing stronger sets them, by how likely
// they are; those of 0 are none.
func (v *valuesOf) likely(within []string, likeness func(own yamledit.Path, node any) int) []valueCandidate {
	var found []valueCandidate
	set := map[string]bool{} // paths that a stronger layer sets
	for i := range v.layers {
		layer := &v.layers[i]
		common := min(len(layer.Within), len(within))
		if !slices.Equal(layer.Within[:common], within[:common]) {
			continue
		}
		var here []string
		for _, root := range layer.roots(within) {
			v.walk(yamledit.ValueAt(layer.tree, root.path), root.path, func(path yamledit.Path, node any) {
				own := path[root.hidden:]
				name := own.String()
				here = append(here, name)
				if set[name] || len(own) == 0 {
					return
				}
				if score := likeness(own, node); score > 0 {
					found = append(found, valueCandidate{i, path, node, score})
				}
			})
		}
		for _, name := range here {
			set[name] = true
		}
	}
	slices.SortStableFunc(found, func(a, b valueCandidate) int {
		return cmp.Or(-cmp.Compare(a.score, b.score), cmp.Compare(a.layer, b.layer), strings.Compare(a.path.String(), b.path.String()))
	})
	return found[:min(len(found), maxCandidates)]
}

// A valuesRoot is where values of a layer start that a chart can see.
type valuesRoot struct {
	path   yamledit.Path
	hidden int // how many steps of the path the chart does not see
}

// pathTo leads in a layer to the values of the chart that within leads to. ok is false where the layer is
// not of that chart or one around it.
func (l *readLayer) pathTo(within []string) (path yamledit.Path, ok bool) {
	above := len(l.Within)
	if above > len(within) || !slices.Equal(l.Within, within[:above]) {
		return nil, false
	}
	return yamledit.Keys(within[above:]...), true
}

// roots are the values of a layer that the chart to which within leads can see. Of charts below it, such
// as libraries, these are what they export or what their helpers merge.
func (l *readLayer) roots(within []string) []valuesRoot {
	if path, ok := l.pathTo(within); ok {
		roots := []valuesRoot{{path, len(path)}}
		if len(path) > 0 {
			roots = append(roots, valuesRoot{yamledit.NewPath("global"), 0})
		}
		return roots
	}
	roots := []valuesRoot{{nil, 0}}
	if exports, ok := yamledit.ValueAt(l.tree, yamledit.NewPath("exports")).(map[string]any); ok {
		for _, name := range sortedKeys(exports) {
			roots = append(roots, valuesRoot{yamledit.NewPath("exports", name), 2})
		}
	}
	return roots
}

func (v *valuesOf) walk(node any, path yamledit.Path, visit func(yamledit.Path, any)) {
	visit(path, node)
	switch node := node.(type) {
	case map[string]any:
		for _, key := range sortedKeys(node) {
			v.walk(node[key], path.Join(key), visit)
		}
	case []any:
		for i := range node {
			v.walk(node[i], path.Join(i), visit)
		}
	}
}

// likeness says how likely the value at own, a path from a chart's values, is behind a field; 0 if
// it cannot be.
func likeness(field, own yamledit.Path, value, node any, mentions []string) int {
	same := reflect.DeepEqual(value, node)
	text, isText := node.(string)
	if !same && !isCollection(value) && !isCollection(node) && node != nil {
		same = fmt.Sprint(value) == fmt.Sprint(node)
	}
	templated := isText && strings.Contains(text, "{{")
	part := !same && isText && text != "" && strings.Contains(fmt.Sprint(value), text)
	if !same && !templated && !part {
		return 0
	}
	suffix, mentioned := commonSuffix(field, own), mentioned(own, mentions)
	_, isSwitch := node.(bool)
	if suffix == 0 && mentioned < 40 && (!same || isSwitch || mentioned == 0) || !same && mentioned == 0 {
		return 0
	}
	score := mentioned + 10*suffix
	if same {
		score += 5
	}
	return score
}

// mentioned is 40 for a path that is mentioned itself, 20 for one below.
func mentioned(own yamledit.Path, mentions []string) (score int) {
	name := own.Keys()
	for _, mention := range mentions {
		switch {
		case mention == name:
			score = max(score, 40)
		case strings.HasPrefix(name, mention+"."):
			score = max(score, 20)
		}
	}
	return score
}

func isCollection(value any) bool {
	switch value.(type) {
	case map[string]any, []any:
		return true
	}
	return false
}

// commonSuffix counts the keys at the end of two paths that are the same.
func commonSuffix(a, b yamledit.Path) int {
	keys := 0
	for i, j := len(a)-1, len(b)-1; i >= 0 && j >= 0; i, j = i-1, j-1 {
		if a[i].List != b[j].List || !a[i].List && a[i].Key != b[j].Key {
			break
		}
		if !a[i].List {
			keys++
		}
	}
	return keys
}

var (
	valuesChain = regexp.MustCompile(`\.Values((?:\.[A-Za-z_][A-Za-z0-9_]*)+)`)
	valuesIndex = regexp.MustCompile(`index\s+\$?\.Values((?:\s+"[^"]+")+)`)
)

// mentions lists the paths of values that the action of a field, the blocks around it, and the
// actions that led there name.
func (l *Locator) mentions(field *printedField) []string {
	var found []string
	add := func(file *TemplateFile, at int) {
		if template := l.template(file); template != nil {
			found = append(found, mentionedBelow(template.around(at), template.actionAt(at))...)
		}
		for _, action := range l.actionsAround(file, at) {
			for _, match := range valuesChain.FindAllStringSubmatch(action, -1) {
				found = append(found, strings.TrimPrefix(match[1], "."))
			}
			for _, match := range valuesIndex.FindAllStringSubmatch(action, -1) {
				found = append(found, strings.Join(strings.FieldsFunc(match[1], func(r rune) bool { return r == ' ' || r == '"' || r == '\t' }), "."))
			}
		}
	}
	add(field.file, field.start)
	for at := field.frame; at >= 0 && field.trace.Frames[at].Parent >= 0; at = field.trace.Frames[at].Parent {
		frame := &field.trace.Frames[at]
		add(&field.trace.Files[frame.File], frame.Start)
	}
	return found
}

// actionsAround returns the action at an offset, those that open the blocks around it, and the
// assignments before it.
func (l *Locator) actionsAround(file *TemplateFile, at int) []string {
	template := l.template(file)
	if template == nil {
		return nil
	}
	var found []string
	for _, token := range template.tokens {
		if token.start > at {
			break
		}
		if action := template.Source[token.start:token.end]; token.word == "" && (token.start == at || strings.Contains(action, ":=")) {
			found = append(found, action)
		}
	}
	for _, block := range template.around(at) {
		found = append(found, block.action)
	}
	return found
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
