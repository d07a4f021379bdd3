package check

import (
	"reflect"
	"slices"
	"strings"

	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// A comment in a values file counts for the fields that its line sets: those that change if the
// values on that line do. flipped are the charts rendered so, by comment and target id.
type flipped map[*sourceComment]map[string]*render.Result

// Each flip costs renders, and what they print is kept.
const (
	maxFlips   = 200
	maxFlipped = 256 << 20 // bytes
)

// flip renders charts again, for each comment of their values files that may be about an open
// question: a finding of its controls whose line is not known.
func (e *exempter) flip(comments []*sourceComment, files Reader) (flipped, error) {
	all := flipped{}
	if e.Rerender == nil {
		return all, nil
	}
	kept := 0
	for _, comment := range comments {
		if comment.template || comment.of == 0 || strings.Contains("/"+comment.file, "/templates/") {
			continue
		}
		targets := e.unplaced(comment)
		content, err := files.ReadFile(comment.file)
		if err != nil || len(targets) == 0 {
			continue
		}
		if len(all) == maxFlips || kept > maxFlipped {
			e.warn(comment.file, comment.line, "this podmend:ignore, and all in values below it, are not tried: there are too many, or their charts are too large. Use exemptions in .podmend.yaml.")
			break
		}
		changed, ok := flipLine(content, comment.of)
		if !ok {
			continue
		}
		again, err := e.Rerender(map[string][]byte{comment.file: changed}, targets)
		if err != nil {
			return nil, err
		}
		all[comment] = map[string]*render.Result{}
		for i := range again {
			all[comment][again[i].Target.ID] = &again[i]
			for j := range again[i].Objects {
				kept += len(again[i].Objects[j].YAML)
			}
		}
	}
	return all, nil
}

// unplaced returns the charts that read the comment's file and have findings of its controls that no
// line of values is known to set: a switch in values may print them.
func (e *exempter) unplaced(comment *sourceComment) []render.Target {
	exemption, err := ParseIgnore(comment.text)
	if err != nil {
		return nil
	}
	d := &declared{Exemption: exemption}
	var targets []render.Target
	for _, finding := range e.report.Findings {
		if finding.Origin.Exact && finding.Origin.Via == render.ViaValues || !d.covers(finding.Control.ID) {
			continue
		}
		for _, occurrence := range finding.Occurrences {
			result := e.results[occurrence.Target]
			known := slices.ContainsFunc(targets, func(t render.Target) bool { return t.ID == occurrence.Target })
			if !known && result.Target.Kind == render.Helm && slices.Contains(result.Reads, comment.file) {
				targets = append(targets, result.Target)
			}
		}
	}
	return targets
}

// flipLine changes every scalar value that starts in a line, in kind as it was.
func flipLine(content []byte, line int) ([]byte, bool) {
	file := yamledit.Parse(content)
	if len(file.Docs) != 1 || file.Docs[0].Root == nil {
		return nil, false
	}
	var changes []yamledit.Change
	var visit func(node *kyaml.Node, at yamledit.Path)
	visit = func(node *kyaml.Node, at yamledit.Path) {
		switch node.Kind {
		case kyaml.MappingNode:
			for i := 0; i+1 < len(node.Content); i += 2 {
				visit(node.Content[i+1], at.Join(node.Content[i].Value))
			}
		case kyaml.SequenceNode:
			for i, item := range node.Content {
				visit(item, at.Join(i))
			}
		case kyaml.ScalarNode:
			if value, ok := another(node); ok && node.Line == line {
				changes = append(changes, yamledit.Change{Op: yamledit.Set, Path: at, Value: value})
			}
		}
	}
	visit(file.Docs[0].Root, nil)
	edits, err := file.Edits(0, changes)
	if err != nil || len(edits) == 0 {
		return nil, false
	}
	changed, err := yamledit.Apply(content, edits)
	return changed, err == nil
}

// another is a value of the same type that is not the node's.
func another(node *kyaml.Node) (any, bool) {
	var value any
	if err := node.Decode(&value); err != nil {
		return nil, false
	}
	switch value := value.(type) {
	case bool:
		return !value, true
	case int:
		return value + 1, true
	case string:
		return value + "x", true
	}
	return nil, false
}

// isAt says whether the occurrence's field changes with the values on the comment's line, and
// the lists around it do not: else another item may stand in its place.
func (f flipped) isAt(comment *sourceComment, result *render.Result, occurrence *Occurrence) bool {
	with := f[comment][result.Target.ID]
	if with == nil || with.Err != nil || len(with.Objects) != len(result.Objects) {
		return false
	}
	for i := range result.Objects {
		if &result.Objects[i] != occurrence.Pod.Object {
			continue
		}
		object, twin := &result.Objects[i], &with.Objects[i]
		var was, is any
		if object.Kind != twin.Kind || object.Name != twin.Name ||
			yaml.Unmarshal(object.YAML, &was) != nil || yaml.Unmarshal(twin.YAML, &is) != nil {
			return false
		}
		return changes(was, is, occurrence.Path())
	}
	return false
}

// changes says whether the value at a path differs between two trees that have the same lists of
// named items on the way.
func changes(was, is any, path yamledit.Path) bool {
	for _, step := range path {
		if step.List {
			before, ok := was.([]any)
			after, okAfter := is.([]any)
			if !ok || !okAfter || len(before) != len(after) || step.Index >= len(before) || !sameName(before[step.Index], after[step.Index]) {
				return false
			}
			was, is = before[step.Index], after[step.Index]
			continue
		}
		before, _ := was.(map[string]any)
		after, _ := is.(map[string]any)
		was, is = before[step.Key], after[step.Key]
	}
	return !reflect.DeepEqual(was, is)
}

func sameName(a, b any) bool {
	before, _ := a.(map[string]any)
	after, _ := b.(map[string]any)
	return reflect.DeepEqual(before["name"], after["name"])
}
