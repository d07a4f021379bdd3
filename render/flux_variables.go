package render

import (
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

// wholeVariable matches a scalar that is a variable of Flux, with or without a default.
var wholeVariable = regexp.MustCompile(`^\$\{([_[:alpha:]][_[:alpha:][:digit:]]*)(?::?[=-](.*))?\}$`)

// variableAt returns the name of the variable that a place holds, "" where it holds anything else.
func (l *Locator) variableAt(place *Place) string {
	text, ok := l.textOf(place)
	if !ok {
		return ""
	}
	node := walk(text.file.Docs[place.Doc].Root, place.Path)
	if node == nil || node.Kind != yaml.ScalarNode {
		return ""
	}
	if strings.HasPrefix(node.Value, "$(") && strings.HasSuffix(node.Value, ")") {
		return node.Value[2 : len(node.Value)-1]
	}
	if found := wholeVariable.FindStringSubmatch(node.Value); found != nil {
		return "${" + found[1] + "}"
	}
	return ""
}

// isVariable says whether a field holds nothing but a variable in source.
func (l *Locator) isVariable(fields *FieldTrace, path yamledit.Path) bool {
	writers := fields.writers(path)
	_, replaced := fields.Copies[path.String()]
	return !replaced && len(writers) > 0 && l.variableAt(&writers[len(writers)-1]) != ""
}

// inVariable returns the place of a field that stands, as YAML, in the text of a variable: all that add: ${CAPABILITIES} is.
func (l *Locator) inVariable(fields *FieldTrace, path yamledit.Path) (Copy, bool) {
	for above := len(path) - 1; above > 0; above-- {
		writers := fields.writers(path[:above])
		if len(writers) == 0 {
			continue
		}
		copied, ok := fields.Variables[l.variableAt(&writers[len(writers)-1])]
		if !ok || copied.From.Line > 0 || len(copied.From.Inside) > 0 {
			return Copy{}, false
		}
		copied.From.Inside = yamledit.NewPath(copied.From.Doc).Concat(copied.From.Path)
		copied.From.Doc, copied.From.Path = 0, slices.Clone(path[above:])
		copied.Part = true
		return copied, true
	}
	return Copy{}, false
}

// nameInVariable names a place in the text of a variable.
func (l *Locator) nameInVariable(place *Place) string {
	around, text := l.source(place.File), yamledit.Path(place.Inside[1:])
	name := l.placeName(around, Source{File: place.File, Doc: place.Inside[0].Index}, text)
	if inner, ok := l.textOf(place); ok {
		name += ":" + l.namedPath(inner.file.Docs[place.Doc].Root, place.Path)
	}
	return name
}

// anyVariable matches what Flux puts something else for.
var anyVariable = regexp.MustCompile(`\$\{[^{}]*\}`)

// couldBecome says whether a text can be what Flux makes of another one that holds variables.
func couldBecome(source, rendered string) bool {
	if !strings.Contains(source, "${") {
		return false
	}
	rest := rendered
	parts := anyVariable.Split(source, -1)
	if len(parts) < 2 {
		return false
	}
	for i, part := range parts {
		at := strings.Index(rest, part)
		if i == 0 && at != 0 {
			return false
		}
		if i == len(parts)-1 {
			return strings.HasSuffix(rest, part)
		}
		if at < 0 {
			return false
		}
		rest = rest[at+len(part):]
	}
	return true
}

// ReleaseVariables are the variables by which a release is called in source, or what it deploys, and what they stand for.
func (l *Locator) ReleaseVariables(release *Object) map[string]string {
	fields := release.fields()
	file := l.source(release.Source.File)
	if fields == nil || file == nil || !release.Source.Manifest || release.Source.Doc >= len(file.Docs) {
		return nil
	}
	doc := &file.Docs[release.Source.Doc]
	values := map[string]string{}
	for _, named := range namedByVariable.FindAllSubmatch(file.Src[doc.Start:doc.End], -1) {
		name := "${" + string(named[1]) + "}"
		copied, known := fields.Variables[name]
		if text, ok := l.textOf(&copied.From); known && ok && copied.From.Line == 0 {
			if node := walk(text.file.Docs[copied.From.Doc].Root, copied.From.Path); node != nil && node.Value != "" {
				values[name] = node.Value
			}
		}
	}
	return values
}

// namedByVariable matches a line that gives a name which holds a variable.
var namedByVariable = regexp.MustCompile(`(?m)^\s*(?:name|releaseName|targetNamespace|nameOverride|fullnameOverride):.*\$\{([_[:alpha:]][_[:alpha:][:digit:]]*)`)
