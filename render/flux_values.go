package render

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
)

// values composes the values of a release in the order of helm-controller: those of valuesFrom, then its
// own. It lists what sets them, the strongest first.
// https://fluxcd.io/flux/components/helm/helmreleases/#values
func (r *releaseRender) values() (map[string]any, []ValuesLayer, *Error) {
	spec := &r.release.Spec
	own := ValuesLayer{File: r.object.Source.File, Of: r.object, At: yamledit.NewPath("spec", "values"), Above: true}
	merged := map[string]any{}
	var above, below []ValuesLayer
	for i, from := range spec.ValuesFrom {
		text, layer, failed := r.valuesFrom(i, from)
		if failed != nil {
			return nil, nil, failed
		}
		if text == nil {
			continue
		}
		if from.TargetPath != "" {
			merged = mergeHelmValues(merged, spec.Values)
			layer = r.generatedValue(layer, from.key())
			layer.Text, layer.Parameter = false, &ParameterValue{Name: from.TargetPath, TargetPath: true, Verbatim: from.Literal}
			if err := layer.Parameter.into(merged, *text); err != nil {
				return nil, nil, fieldError(r.files, r.object, ErrGitOpsObject,
					fmt.Sprintf("the value of %s cannot be set at %q: %v. Mend the targetPath.", from.Name, from.TargetPath, err), "spec", "valuesFrom", i, "targetPath")
			}
			above = slices.Insert(above, 0, layer)
			continue
		}
		values := map[string]any{}
		if err := yaml.Unmarshal([]byte(*text), &values); err != nil {
			_, problem := helmYAMLError(err)
			key := from.key()
			file, line := fieldPlace(r.files, layer.Of, "data", key)
			return nil, nil, &Error{
				Kind: ErrValuesSyntax, File: file, Line: line,
				Message: fmt.Sprintf("the values in %s of the %s %q cannot be read: %s. They must be a YAML mapping.", key, layer.Of.Kind, layer.Of.Name, problem),
			}
		}
		merged = mergeHelmValues(merged, values)
		if !layer.Encoded {
			layer = r.generatedFrom(layer, from.key(), *text)
		}
		if layer.At != nil || layer.Of == nil {
			below = slices.Insert(below, 0, layer)
		}
	}
	// Of what spec.values sets too, one or the other wins: rendering tells which.
	return mergeHelmValues(merged, spec.Values), slices.Concat(above, []ValuesLayer{own}, below), nil
}

// key is the key of the ConfigMap or Secret that holds the values.
func (f *fluxValuesFrom) key() string { return cmp.Or(f.ValuesKey, "values.yaml") }

// valuesFrom returns the text that an entry refers to, nil where it is not known. The layer is at no field where a
// kustomization writes it.
func (r *releaseRender) valuesFrom(index int, from fluxValuesFrom) (*string, ValuesLayer, *Error) {
	key := from.key()
	if from.Kind != "ConfigMap" && from.Kind != "Secret" {
		return nil, ValuesLayer{}, fieldError(r.files, r.object, ErrGitOpsObject,
			fmt.Sprintf("valuesFrom names a %s, and Flux takes values from ConfigMaps and Secrets. Mend the kind.", from.Kind), "spec", "valuesFrom", index, "kind")
	}
	layer := ValuesLayer{Text: true, Above: true}
	layer.Of = find(r.inputs, ObjectName{Kind: from.Kind, Name: from.Name, Namespace: r.object.Namespace})
	if layer.Of == nil {
		if !from.Optional {
			r.result.Notes = append(r.result.Notes, fmt.Sprintf("Rendered without the values of %s of the %s %s, which is not in this repository: what they set is not known.", key, from.Kind, from.Name))
		}
		return nil, layer, nil
	}
	layer.File = layer.Of.Source.File
	data, sealed, failed := dataOf(r.files, layer.Of)
	if failed != nil {
		return nil, layer, failed
	}
	text, ok := data[key]
	switch {
	case sealed:
		r.result.Notes = append(r.result.Notes, fmt.Sprintf("Rendered without the values of %s of the %s %s, which is encrypted: what they set is not known.", key, from.Kind, from.Name))
		return nil, layer, nil
	case !ok && from.Optional:
		return nil, layer, nil
	case !ok:
		return nil, layer, fieldError(r.files, r.object, ErrMissingValues,
			fmt.Sprintf("the %s %s has no key %s. Mend valuesKey, or mark the entry as optional.", from.Kind, from.Name, key), "spec", "valuesFrom", index)
	}
	if layer.At = textField(layer.Of, key); layer.At != nil {
		return &text, layer, nil
	}
	if layer.Of.Source.Manifest || from.TargetPath != "" {
		layer = ValuesLayer{File: r.object.Source.File, Of: r.object, At: yamledit.NewPath("spec", "valuesFrom", index), Encoded: true, Content: []byte(text), Above: true}
	}
	return &text, layer, nil
}

// textField is the field of a ConfigMap or Secret that holds a key as text, nil where it is encoded.
func textField(object *Object, key string) yamledit.Path {
	if object.Kind != "Secret" {
		return yamledit.NewPath("data", key)
	}
	var read struct {
		StringData map[string]string `json:"stringData"`
	}
	if yaml.Unmarshal(object.YAML, &read) != nil {
		return nil
	}
	if _, ok := read.StringData[key]; ok {
		return yamledit.NewPath("stringData", key)
	}
	return nil
}

// dataOf reads the data of a ConfigMap or Secret. sealed says that it is encrypted.
func dataOf(files *overlay.FS, object *Object) (data map[string]string, sealed bool, failed *Error) {
	var read struct {
		Data       map[string]string `json:"data"`
		StringData map[string]string `json:"stringData"`
		SOPS       any               `json:"sops"`
	}
	if failed := readGitOps(files, object, &read); failed != nil {
		return nil, false, failed
	}
	if read.SOPS != nil {
		return nil, true, nil
	}
	if object.Kind != "Secret" {
		return read.Data, false, nil
	}
	data = map[string]string{}
	for key, value := range read.Data {
		decoded, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(value), ""))
		if err != nil {
			return nil, true, nil // a placeholder that something fills in
		}
		data[key] = string(decoded)
	}
	for key, value := range read.StringData {
		data[key] = value
	}
	return data, false, nil
}
