package render

import (
	"fmt"
	"reflect"
	"strings"

	"helm.sh/helm/v3/pkg/strvals"

	"github.com/podmend/podmend/internal/yamledit"
)

// A ParameterValue says what a scalar sets as the value of --set, or of --set-string if AsText.
type ParameterValue struct {
	Name   string
	AsText bool
	// TargetPath says that it is set as Flux sets what it takes for a targetPath: in quotes it is a text.
	// Verbatim says that all of it is.
	TargetPath, Verbatim bool
}

// into sets the value of a parameter in values. Commas are part of it, but in a list in braces, or for a
// targetPath.
func (p *ParameterValue) into(values map[string]any, value string) error {
	if p.Verbatim {
		return strvals.ParseIntoString(p.Name+"="+verbatim.Replace(value), values)
	}
	if p.TargetPath {
		quoted := func(quote string) bool { return strings.HasPrefix(value, quote) && strings.HasSuffix(value, quote) }
		if quoted("'") || quoted(`"`) {
			return strvals.ParseIntoString(p.Name+"="+strings.Trim(value, `'"`), values)
		}
		return strvals.ParseInto(p.Name+"="+value, values)
	}
	if !strings.HasPrefix(value, "{") || !strings.HasSuffix(value, "}") {
		var escaped strings.Builder
		before := rune(0)
		for _, c := range value {
			if c == ',' && before != '\\' {
				escaped.WriteByte('\\')
			}
			escaped.WriteRune(c)
			before = c
		}
		value = escaped.String()
	}
	parse := strvals.ParseInto
	if p.AsText {
		parse = strvals.ParseIntoString
	}
	return parse(p.Name+"="+value, values)
}

// verbatim takes the meaning from what --set reads in a value.
var verbatim = strings.NewReplacer(`\`, `\\`, `,`, `\,`, `[`, `\[`, `]`, `\]`, `{`, `\{`, `}`, `\}`)

// tree is what the parameter sets, and where.
func (p *ParameterValue) tree(value string) (tree map[string]any, at yamledit.Path, ok bool) {
	tree = map[string]any{}
	if p.into(tree, value) != nil {
		return nil, nil, false
	}
	var node any = tree
	for {
		switch below := node.(type) {
		case map[string]any:
			if len(below) != 1 {
				return tree, at, false
			}
			for key, value := range below {
				at, node = at.Join(key), value
			}
			continue
		case []any:
			if last := len(below) - 1; last >= 0 && strings.Contains(p.Name, "[") && len(at) < strings.Count(p.Name, "[")+strings.Count(p.Name, ".")+1 {
				at, node = at.Join(last), below[last]
				continue
			}
		}
		return tree, at, true
	}
}

// changed is the value that sets what a change makes of what it sets now.
func (p *ParameterValue) changed(value string, change yamledit.Change) (changed string, ok bool) {
	tree, at, ok := p.tree(value)
	if ok && change.Op == yamledit.Delete && change.Path.String() == at.String() {
		// It cannot go without what names it. A number is one of no port then.
		change = yamledit.Change{Op: yamledit.Set, Path: at}
		if _, isNumber := yamledit.ValueAt(tree, at).(int64); isNumber {
			change.Value = int64(0)
		}
	}
	if !ok || change.Op != yamledit.Set && len(change.Path) <= len(at) || !change.Path.HasPrefix(at) {
		return "", false
	}
	want, err := yamledit.ApplyTree(tree, []yamledit.Change{change})
	if err != nil {
		return "", false
	}
	switch set := yamledit.ValueAt(want, at).(type) {
	case map[string]any:
		return "", false
	case []any:
		var items []string
		for _, item := range set {
			items = append(items, strings.ReplaceAll(fmt.Sprint(item), ",", `\,`))
		}
		changed = "{" + strings.Join(items, ",") + "}"
	case nil:
		changed = "null"
	default:
		changed = fmt.Sprint(set)
	}
	quoted := p.TargetPath && !p.Verbatim && (strings.HasPrefix(value, "'") || strings.HasPrefix(value, `"`))
	if quoted {
		changed = value[:1] + changed + value[:1]
	}
	got, _, ok := p.tree(changed)
	set, intended := yamledit.ValueAt(got, at), yamledit.ValueAt(want, at)
	if text, isText := set.(string); isText && (p.AsText || p.Verbatim || quoted) {
		return changed, ok && text == fmt.Sprint(intended)
	}
	return changed, ok && reflect.DeepEqual(set, intended)
}
