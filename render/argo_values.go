package render

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"helm.sh/helm/v3/pkg/strvals"
	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
)

// values composes the values of a source in the order in which Helm is given them: values files, then the
// values of the Application, of which valuesObject takes the place of values, then parameters, those that
// are text after the others, then those that are files. It lists what sets them, the strongest first.
// https://argo-cd.readthedocs.io/en/stable/user-guide/helm/
func (r *argoRender) values(helm *argoHelm) (map[string]any, []ValuesLayer, *Error) {
	merged, layers, failed := r.valueFiles(helm)
	if failed != nil {
		return nil, nil, failed
	}
	own := r.layer("helm", "valuesObject")
	own.Above = true
	switch {
	case helm.ValuesObject != nil:
		merged = mergeHelmValues(merged, helm.ValuesObject)
	case strings.TrimSpace(helm.Values) != "":
		own = r.layer("helm", "values")
		own.Above, own.Text = true, true
		values := map[string]any{}
		if err := r.readValues([]byte(helm.Values), &values); err != nil {
			_, problem := helmYAMLError(err)
			file, line := fieldPlace(r.files, r.object, "spec")
			if own.Of == nil {
				file, line = own.File, 0
			} else if found := NewLocator(r.files).Origin(r.object, own.At); found.File != "" {
				file, line = found.File, found.Line
			}
			return nil, nil, &Error{Kind: ErrValuesSyntax, File: file, Line: line, Message: fmt.Sprintf("the values of the Application cannot be read: %s. They must be a YAML mapping.", problem)}
		}
		merged = mergeHelmValues(merged, values)
	case len(layers) > 0:
		return r.parameters(helm, merged, layers) // what the Application does not set yet is set in its values files
	}
	layers = slices.Insert(layers, 0, own)
	if own.Of == nil && !own.Text { // the rest of it stands in the Application
		layers = slices.Insert(layers, 1, ValuesLayer{File: r.object.Source.File, Of: r.object, At: r.field.Join("helm", "valuesObject"), Above: true})
	}
	return r.parameters(helm, merged, layers)
}

func (r *argoRender) readValues(text []byte, into *map[string]any) error {
	if err := yamledit.Bounded(text); err != nil {
		return err
	}
	return yaml.Unmarshal(text, into)
}

// valueFiles merges the values files of this repository. One that several entries name counts at the first.
func (r *argoRender) valueFiles(helm *argoHelm) (merged map[string]any, layers []ValuesLayer, failed *Error) {
	merged = map[string]any{}
	read := map[string]bool{}
	for i, name := range helm.ValueFiles {
		if strings.Contains(name, "://") {
			r.result.Notes = append(r.result.Notes, fmt.Sprintf("Rendered without the values file %s, which podmend does not fetch: what it sets is not known.", shownRepository(name)))
		}
		for _, file := range r.valueFilesOf(name) {
			if read[file] {
				continue
			}
			read[file] = true
			layer, failed := r.readFile(helm, i, file, &merged)
			if failed != nil {
				return nil, nil, failed
			}
			if layer != nil {
				layers = slices.Insert(layers, 0, *layer)
			}
		}
	}
	return merged, layers, nil
}

// readFile merges a values file into values.
func (r *argoRender) readFile(helm *argoHelm, i int, file string, merged *map[string]any) (*ValuesLayer, *Error) {
	content, err := r.files.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) && helm.IgnoreMissingValueFiles {
		return nil, nil
	}
	if err != nil {
		message := fmt.Sprintf("the values file %s cannot be read: %v. Mend the name, or set ignoreMissingValueFiles.", file, cause(err))
		return nil, r.fieldError(ErrMissingValues, message, "helm", "valueFiles", i)
	}
	values := map[string]any{}
	if err := r.readValues(content, &values); err != nil {
		line, problem := helmYAMLError(err)
		failed := helmValuesSyntax(helmPlace{file: file}, line, problem)
		pointAtSyntax(r.files, failed)
		return nil, failed
	}
	*merged = mergeHelmValues(*merged, values)
	return &ValuesLayer{File: file, Above: true, Release: true}, nil
}

// valueFilesOf are the files of this repository that an entry of the values files names: one, or all that a
// glob matches and no entry names by itself. A glob that matches nothing names itself, as a file that is missing.
func (r *argoRender) valueFilesOf(name string) []string {
	file, ok := r.valueFile(name)
	if !ok {
		return nil
	}
	if !strings.ContainsAny(file, "*?[") {
		return []string{file}
	}
	matching := slices.DeleteFunc(globbed(r.files, file), r.namesFile)
	if len(matching) == 0 {
		return []string{file}
	}
	return matching
}

// globbed are the files that a glob matches, in order.
func globbed(files *overlay.FS, glob string) (matching []string) {
	for _, name := range below(files, cmp.Or(fixedFolder(glob), "."), 0) {
		if matches, err := doublestar.Match(glob, name); err == nil && matches {
			matching = append(matching, name)
		}
	}
	slices.Sort(matching)
	return matching
}

// namesFile says whether an entry of the values files names a file by itself.
func (r *argoRender) namesFile(file string) bool {
	return slices.ContainsFunc(r.source.Helm.ValueFiles, func(name string) bool {
		named, ok := r.valueFile(name)
		return ok && named == file
	})
}

// valueFile is where a values file is, if it is one of this repository.
func (r *argoRender) valueFile(name string) (file string, ok bool) {
	if _, inside, isRef := argoRef(name); isRef {
		return belowRoot(r.variables.in(inside)), true
	}
	return argoValueFile(r.target.GitOps.Chart.Folder, r.variables.in(name))
}

// defaults are the values files of a chart that is not in this repository.
func (r *argoRender) defaults(helm *argoHelm) *defaultValues {
	defaults := &defaultValues{ignoreMissing: helm.IgnoreMissingValueFiles}
	for _, name := range helm.ValueFiles {
		if _, ok := r.valueFile(name); !ok && !strings.Contains(name, "://") {
			defaults.names = append(defaults.names, r.variables.in(name))
		}
	}
	if len(defaults.names) == 0 {
		return nil
	}
	defaults.names = slices.Insert(defaults.names, 0, "values.yaml")
	return defaults
}

// parameters puts the parameters over the values.
func (r *argoRender) parameters(helm *argoHelm, merged map[string]any, layers []ValuesLayer) (map[string]any, []ValuesLayer, *Error) {
	merged = copyTree(merged).(map[string]any)
	for _, asText := range []bool{false, true} {
		for i, parameter := range helm.Parameters {
			if parameter.ForceString != asText {
				continue
			}
			set := &ParameterValue{Name: parameter.Name, AsText: asText}
			value := r.variables.in(parameter.Value)
			if err := set.into(merged, value); err != nil {
				return nil, nil, r.fieldError(ErrGitOpsObject, fmt.Sprintf("the parameter %q cannot be set: %v. Mend its name or its value.", parameter.Name, err), "helm", "parameters", i)
			}
			layer := r.layer("helm", "parameters", i, "value")
			layer.Parameter = set
			layers = slices.Insert(layers, 0, layer)
		}
	}
	for i, parameter := range helm.FileParameters {
		file, ok := r.valueFile(parameter.Path)
		var content []byte
		err := fs.ErrNotExist
		if ok {
			content, err = r.files.ReadFile(file)
		}
		if err != nil {
			return nil, nil, r.fieldError(ErrMissingValues, fmt.Sprintf("the file %s cannot be read: %v. Mend the path.", cmp.Or(file, parameter.Path), cause(err)), "helm", "fileParameters", i)
		}
		read := func([]rune) (any, error) { return string(content), nil }
		if err := strvals.ParseIntoFile(parameter.Name+"=file", merged, read); err != nil {
			return nil, nil, r.fieldError(ErrGitOpsObject, fmt.Sprintf("the parameter %q cannot be set: %v. Mend its name.", parameter.Name, err), "helm", "fileParameters", i)
		}
	}
	return merged, layers, nil
}

func (r *argoRender) fieldError(kind ErrorKind, message string, at ...any) *Error {
	file, line := placeOf(r.files, r.object, r.field.Join(at...))
	return &Error{Kind: kind, File: file, Line: line, Message: message}
}
