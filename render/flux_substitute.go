package render

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/fluxcd/pkg/envsubst"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

// A substitution holds the variables that a Kustomization of Flux puts into what it builds.
// https://fluxcd.io/flux/components/kustomize/kustomizations/#post-build-variable-substitution
type substitution struct {
	values map[string]string
	copies map[string]Copy // where values stand, by ${NAME}
	hidden []string        // sources of variables that cannot be read here
	unset  map[string]bool // names of variables that nothing sets
}

var (
	variableName  = regexp.MustCompile(`^[_[:alpha:]][_[:alpha:][:digit:]]*$`)
	plainVariable = regexp.MustCompile(`\$*\$\{([_[:alpha:]][_[:alpha:][:digit:]]*)\}`)
)

// variables reads the variables of the object: those of substituteFrom in order, then its own. It returns
// nil where nothing is substituted.
func (k *fluxBuild) variables() (*substitution, *Error) {
	postBuild := k.kustomization.Spec.PostBuild
	if postBuild == nil {
		return nil, nil
	}
	s := &substitution{values: map[string]string{}, copies: map[string]Copy{}, unset: map[string]bool{}}
	locator := NewLocator(k.files)
	for i, from := range postBuild.SubstituteFrom {
		object := find(k.inputs, ObjectName{Kind: from.Kind, Namespace: k.object.Namespace, Name: from.Name})
		var data map[string]string
		sealed := object == nil
		if object != nil {
			var failed *Error
			if data, sealed, failed = dataOf(k.files, object); failed != nil {
				return nil, failed
			}
		}
		if sealed {
			s.hidden = append(s.hidden, fmt.Sprintf("%s %s", from.Kind, from.Name))
			continue
		}
		for name, value := range data {
			if failed := s.set(k, name, value, "spec", "postBuild", "substituteFrom", i); failed != nil {
				return nil, failed
			}
			s.from(locator, object, yamledit.NewPath("data", name), name)
		}
	}
	for name, value := range postBuild.Substitute {
		if failed := s.set(k, name, value, "spec", "postBuild", "substitute", name); failed != nil {
			return nil, failed
		}
		s.from(locator, k.object, yamledit.NewPath("spec", "postBuild", "substitute", name), name)
	}
	if len(s.values) == 0 && len(s.hidden) == 0 && postBuild.SubstituteStrategy != "Always" {
		return nil, nil // nothing is substituted then, defaults included
	}
	return s, nil
}

func (s *substitution) set(k *fluxBuild, name, value string, at ...any) *Error {
	if !variableName.MatchString(name) {
		return fieldError(k.files, k.object, ErrSubstitution, fmt.Sprintf("%q cannot be the name of a variable. Use letters, digits and underscores.", name), at...)
	}
	s.values[name] = strings.ReplaceAll(value, "\n", "")
	delete(s.copies, "${"+name+"}")
	return nil
}

// from notes where the value of a variable stands.
func (s *substitution) from(locator *Locator, object *Object, at yamledit.Path, name string) {
	path, ok := locator.SourcePath(object, at)
	if !ok || object.Kind == "Secret" {
		return
	}
	source := object.Source
	origin := locator.Origin(object, at)
	s.copies["${"+name+"}"] = Copy{
		From: Place{File: source.File, Doc: source.Doc, Path: path}, By: Link{File: origin.File, Line: origin.Line, Via: ViaValues}, Variable: true,
	}
}

// substitute puts variables into what was built, and sets the metadata that all objects have in common.
func (k *fluxBuild) substitute(s *substitution) *Error {
	for i := range k.result.Objects {
		object := &k.result.Objects[i]
		if object.YAML == nil {
			continue
		}
		if s != nil {
			if failed := s.into(k, object); failed != nil {
				return failed
			}
		}
		if common := k.kustomization.Spec.CommonMetadata; common != nil {
			object.setMetadata(common)
		}
	}
	if s == nil {
		return nil
	}
	if len(s.unset) > 0 {
		note := fmt.Sprintf("Nothing in this repository sets the variables %s, ", strings.Join(slices.Sorted(maps.Keys(s.unset)), ", "))
		if len(s.hidden) > 0 {
			note += fmt.Sprintf("which %s may set: they were left as they are.", strings.Join(s.hidden, ", "))
		} else {
			note += "and Flux takes an empty text for those without a default."
		}
		k.result.Notes = append(k.result.Notes, note)
	}
	return nil
}

// keepsVariables is the label or annotation of objects into which nothing is put.
const keepsVariables = "kustomize.toolkit.fluxcd.io/substitute"

// into puts variables into the text of an object.
func (s *substitution) into(k *fluxBuild, object *Object) *Error {
	if !bytes.Contains(object.YAML, []byte("${")) || object.Labels()[keepsVariables] == "disabled" || object.Annotations()[keepsVariables] == "disabled" {
		return nil
	}
	text := string(object.YAML)
	if len(s.hidden) > 0 {
		text = plainVariable.ReplaceAllStringFunc(text, func(found string) string {
			name := plainVariable.FindStringSubmatch(found)[1]
			if _, set := s.values[name]; set || strings.HasPrefix(found, "$$") {
				return found
			}
			return "$" + found
		})
	}
	for _, found := range plainVariable.FindAllStringSubmatch(string(object.YAML), -1) {
		if _, set := s.values[found[1]]; !set && !strings.HasPrefix(found[0], "$$") {
			s.unset[found[1]] = true
		}
	}
	fail := func(problem string) *Error {
		failed := fieldError(k.files, object, ErrSubstitution, fmt.Sprintf("putting the variables of %s into %s %q %s. Mend the variable, or write it in quotes.", nameOf(k.object), object.Kind, object.Name, problem))
		if line := variableLine(k, object); line > 0 {
			failed.Line = line
		}
		return failed
	}
	changed, err := envsubst.Eval(text, func(name string) (string, bool) { return s.values[name], true })
	if err != nil {
		return fail(fmt.Sprintf("fails: %v", err))
	}
	if err := yamledit.Bounded([]byte(changed)); err != nil {
		return fail(fmt.Sprintf("gives what cannot be read: %v", err))
	}
	var tree any
	if err := yaml.Unmarshal([]byte(changed), &tree); err != nil {
		_, problem := helmYAMLError(err)
		return fail("gives no valid YAML: " + problem)
	}
	if _, ok := tree.(map[string]any); !ok {
		return fail("gives no object")
	}
	head := objectOf(tree)
	object.APIVersion, object.Kind, object.Name, object.Namespace = head.APIVersion, head.Kind, head.Name, head.Namespace
	object.YAML = []byte(changed)
	if fields := object.fields(); fields != nil && len(s.copies) > 0 {
		variables := map[string]Copy{}
		for name, copied := range fields.Variables {
			variables[name] = copied
		}
		for name, copied := range s.copies {
			variables[name] = copied
			if _, known := fields.Chains[copied.By.File]; !known {
				fields.Chains[copied.By.File] = nil
			}
		}
		fields.Variables = variables
	}
	return nil
}

// variableLine is the first line of an object's source that holds a variable, 0 where that is not known.
func variableLine(k *fluxBuild, object *Object) int {
	content, err := k.files.ReadFile(object.Source.File)
	if err != nil || !object.Source.Manifest {
		return 0
	}
	file := yamledit.Parse(content)
	if object.Source.Doc >= len(file.Docs) {
		return 0
	}
	doc := &file.Docs[object.Source.Doc]
	if at := bytes.Index(content[doc.Start:doc.End], []byte("${")); at >= 0 {
		return 1 + bytes.Count(content[:doc.Start+at], []byte("\n"))
	}
	return 0
}

// setMetadata sets labels and annotations of an object.
func (o *Object) setMetadata(common *fluxMetadata) {
	node, err := kyaml.Parse(string(o.Document()))
	if err != nil {
		return // whoever reads the object says so
	}
	for _, key := range slices.Sorted(maps.Keys(common.Labels)) {
		err = errors.Join(err, node.PipeE(kyaml.SetLabel(key, common.Labels[key])))
	}
	for _, key := range slices.Sorted(maps.Keys(common.Annotations)) {
		err = errors.Join(err, node.PipeE(kyaml.SetAnnotation(key, common.Annotations[key])))
	}
	if err != nil {
		return
	}
	if text, err := node.String(); err == nil {
		o.YAML = []byte(text)
	}
}
