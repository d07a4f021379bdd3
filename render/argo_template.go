package render

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	texttemplate "text/template"

	"github.com/Masterminds/sprig/v3"
	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

// An argoExpansion puts one set of parameters into the template of an ApplicationSet, and notes where in
// the ApplicationSet each field of the Application stands.
type argoExpansion struct {
	*argoGenerators
	parameters parameterSet
	override   map[string]any
	overrideAt yamledit.Path
	fields     *FieldTrace
}

// node expands what stands in the template at from, and is at to in the Application.
func (e *argoExpansion) node(value any, from, to yamledit.Path) (any, *Error) {
	at := e.inSet(from)
	switch value := value.(type) {
	case map[string]any:
		e.note(to, e.placesOf(at))
		expanded := map[string]any{}
		for _, key := range sortedKeys(value) {
			name, failed := e.text(key, at)
			if failed != nil {
				return nil, failed
			}
			if expanded[name], failed = e.node(value[key], from.Join(key), to.Join(name)); failed != nil {
				return nil, failed
			}
		}
		return expanded, nil
	case []any:
		e.note(to, e.placesOf(at))
		expanded := make([]any, len(value))
		for i := range value {
			var failed *Error
			if expanded[i], failed = e.node(value[i], from.Join(i), to.Join(i)); failed != nil {
				return nil, failed
			}
		}
		return expanded, nil
	case string:
		places := e.placesOf(at)
		if strings.Contains(value, "{{") {
			for i := range places {
				places[i].Computed = true
			}
			if name := wholeParameter.FindStringSubmatch(value); name != nil {
				if from, known := e.parameters.from[name[1]]; known {
					origin := e.locator.Origin(e.set, at)
					e.fields.Copies[to.String()] = Copy{From: from, By: Link{File: origin.File, Line: origin.Line, Via: ViaGenerated}}
				}
			}
		}
		e.note(to, places)
		return e.text(value, at)
	}
	e.note(to, e.placesOf(at))
	return value, nil
}

// wholeParameter matches a text that is one parameter and nothing else.
var wholeParameter = regexp.MustCompile(`^\{\{-?\s*\.?([A-Za-z0-9_][A-Za-z0-9_.\-\[\]]*)\s*-?\}\}$`)

// inSet is where a part of the template stands in the ApplicationSet.
func (e *argoExpansion) inSet(from yamledit.Path) yamledit.Path {
	if len(from) > 0 && e.override != nil && yamledit.ValueAt(e.override, from) != nil {
		return e.overrideAt.Concat(from)
	}
	return yamledit.NewPath("spec", "template").Concat(from)
}

func (e *argoExpansion) note(to yamledit.Path, places []Place) {
	if len(places) == 0 {
		return
	}
	var indexes []int
	for _, place := range places {
		indexes = append(indexes, len(e.fields.Places))
		e.fields.Places = append(e.fields.Places, place)
	}
	e.fields.Fields[to.String()] = indexes
}

// placesOf are the places of source that wrote a field of the ApplicationSet.
func (m *argoGenerators) placesOf(at yamledit.Path) []Place {
	if fields := m.set.fields(); fields != nil {
		if writers := fields.writers(at); len(writers) > 0 {
			return writers
		}
	}
	if path, ok := m.locator.SourcePath(m.set, at); ok {
		return []Place{{File: m.set.Source.File, Doc: m.set.Source.Doc, Path: path}}
	}
	return nil
}

// text expands a text, at a place of the ApplicationSet.
func (e *argoExpansion) text(text string, at yamledit.Path) (string, *Error) {
	expanded, err := e.replace(text, e.parameters.values)
	if err != nil {
		return "", e.fail(at, "the template cannot be filled in: %v. Mend it, or give the parameter.", err)
	}
	return expanded, nil
}

// maxExpanded bounds in bytes what a text of a template may become.
const maxExpanded = 1 << 20

// replace puts parameters into a text as the ApplicationSet wants it.
// https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/GoTemplate/
func (m *argoGenerators) replace(text string, parameters map[string]any) (string, error) {
	return m.replaceWith(text, parameters, m.read.Spec.GoTemplateOptions)
}

// replaceWith is replace with other options of Go's templates.
func (m *argoGenerators) replaceWith(text string, parameters map[string]any, options []string) (string, error) {
	if !strings.Contains(text, "{{") {
		return text, nil
	}
	if !m.read.Spec.GoTemplate {
		return classicTag.ReplaceAllStringFunc(text, func(tag string) string {
			if value, ok := parameters[strings.TrimSpace(tag[2:len(tag)-2])].(string); ok {
				return value
			}
			return tag
		}), nil
	}
	parsed, err := texttemplate.New("").Funcs(argoFunctions()).Option(options...).Parse(text)
	if err != nil {
		return "", shortTemplateError(err)
	}
	out := &boundedText{}
	if err := parsed.Execute(out, parameters); err != nil {
		return "", shortTemplateError(err)
	}
	return out.String(), nil
}

var classicTag = regexp.MustCompile(`(?s)\{\{.*?\}\}`)

// shortTemplateError leaves out where in its text a template has no name.
func shortTemplateError(err error) error {
	return errors.New(templatePlace.ReplaceAllString(err.Error(), ""))
}

var templatePlace = regexp.MustCompile(`^template: :\d+(:\d+)?: (executing "" at )?`)

// A boundedText takes so much text and no more.
type boundedText struct{ strings.Builder }

func (b *boundedText) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxExpanded {
		return 0, fmt.Errorf("it prints more than %d MiB", maxExpanded>>20)
	}
	return b.Builder.Write(p)
}

// argoFunctions are those of Argo CD: what tells of the machine is none.
func argoFunctions() texttemplate.FuncMap {
	functions := texttemplate.FuncMap(sprig.GenericFuncMap())
	for _, name := range []string{"env", "expandenv", "getHostByName"} {
		delete(functions, name)
	}
	functions["normalize"] = normalizedName
	functions["slugify"] = slug
	functions["toYaml"] = func(value any) (string, error) {
		text, err := yaml.Marshal(value)
		return strings.TrimSuffix(string(text), "\n"), err
	}
	functions["fromYaml"] = func(text string) (value map[string]any, err error) {
		err = yaml.Unmarshal([]byte(text), &value)
		return value, err
	}
	functions["fromYamlArray"] = func(text string) (value []any, err error) {
		err = yaml.Unmarshal([]byte(text), &value)
		return value, err
	}
	return functions
}

var notInName = regexp.MustCompile(`[^-a-z0-9.]`)

// normalizedName is a text as the name of an object.
func normalizedName(text string) string {
	name := notInName.ReplaceAllString(strings.ToLower(text), "-")
	return strings.Trim(name[:min(len(name), 253)], "-.")
}

// slug shortens a text to a part of a name: the last of its arguments; before it may stand the length and
// whether to cut between words.
func slug(arguments ...any) string {
	longest, whole, text := 50, true, ""
	for _, argument := range arguments {
		switch argument := argument.(type) {
		case int:
			longest = argument
		case bool:
			whole = argument
		case string:
			text = argument
		}
	}
	name := strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(text), "-"), "-")
	if longest <= 0 || len(name) <= longest {
		return name
	}
	if end := strings.LastIndexByte(name[:longest+1], '-'); whole && end > 0 {
		return name[:end]
	}
	return name[:longest]
}

// patched puts the template's patch over an Application. It changes all but the project.
func (e *argoExpansion) patched(application map[string]any) (map[string]any, *Error) {
	at := yamledit.NewPath("spec", "templatePatch")
	text, failed := e.text(e.read.Spec.TemplatePatch, at)
	if failed != nil {
		return nil, failed
	}
	patch := map[string]any{}
	err := yamledit.Bounded([]byte(text))
	if err == nil {
		err = yaml.Unmarshal([]byte(text), &patch)
	}
	if err != nil {
		_, problem := helmYAMLError(err)
		return nil, e.fail(at, "the templatePatch cannot be read: %s. It must be a YAML mapping.", problem)
	}
	if spec, ok := patch["spec"].(map[string]any); ok {
		delete(spec, "project")
	}
	return e.merge(application, patch, nil, e.placesOf(at)), nil
}

// merge puts a patch over a tree. around are the places of the patch's text.
func (e *argoExpansion) merge(tree, patch map[string]any, at yamledit.Path, around []Place) map[string]any {
	for _, key := range sortedKeys(patch) {
		to := at.Join(key)
		below, isMap := patch[key].(map[string]any)
		if patch[key] == nil {
			delete(tree, key)
			continue
		}
		if isMap {
			inner, ok := tree[key].(map[string]any)
			if !ok {
				inner = map[string]any{}
				e.inPatch(to, around)
			}
			tree[key] = e.merge(inner, below, to, around)
			continue
		}
		tree[key] = patch[key]
		e.forget(to)
		e.allInPatch(patch[key], to, around)
	}
	return tree
}

// forget takes back what is known of a field that a patch sets, and of those below.
func (e *argoExpansion) forget(to yamledit.Path) {
	known := to.String()
	delete(e.fields.Copies, known)
	for name := range e.fields.Fields {
		if name == known || strings.HasPrefix(name, known+".") || strings.HasPrefix(name, known+"[") {
			delete(e.fields.Fields, name)
		}
	}
}

// allInPatch notes that the text of the patch sets a field and those below.
func (e *argoExpansion) allInPatch(tree any, to yamledit.Path, around []Place) {
	e.inPatch(to, around)
	if below, ok := tree.(map[string]any); ok {
		for _, key := range sortedKeys(below) {
			e.allInPatch(below[key], to.Join(key), around)
		}
	}
	for i, item := range listOf(tree) {
		e.allInPatch(item, to.Join(i), around)
	}
}

// inPatch notes that the text of the patch sets a field.
func (e *argoExpansion) inPatch(to yamledit.Path, around []Place) {
	if len(around) == 0 || len(around[len(around)-1].Inside) > 0 {
		return
	}
	text := around[len(around)-1]
	e.note(to, []Place{{File: text.File, Inside: yamledit.NewPath(text.Doc).Concat(text.Path), Path: to, Computed: true}})
}
