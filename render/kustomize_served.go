package render

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/yaml"
)

// localReferences returns the kustomizations that name a local file in a way in which upstream,
// if the file did not build, would try to clone it. They are served with "./" before the name.
func (b *kustomizeBuild) localReferences() map[string][]byte {
	served := map[string][]byte{}
	for _, k := range b.all {
		names := map[string]bool{}
		for _, ref := range k.refs {
			if ref.ambiguous {
				names[ref.value] = true
			}
		}
		if len(names) == 0 {
			continue
		}
		edited, ok := editKustomization(k.content, func(fields map[string]any) {
			for key, value := range fields {
				list, _ := value.([]any)
				for i, item := range list {
					if name, ok := item.(string); ok && names[name] {
						list[i] = "./" + name
					}
				}
				fields[key] = value
			}
		})
		if ok {
			served[k.file] = edited
		}
	}
	return served
}

// withOrigins returns a root kustomization that leaves in each object where it came from.
// https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/buildmetadata/
func withOrigins(content []byte) ([]byte, bool) {
	return editKustomization(content, func(fields map[string]any) {
		name, options := "buildMetadata", []any(nil)
		for key, value := range fields {
			if strings.EqualFold(key, name) {
				name = key
				options, _ = value.([]any)
			}
		}
		if !slices.Contains(options, any(types.OriginAnnotations)) {
			fields[name] = append(options, types.OriginAnnotations)
		}
	})
}

// editKustomization returns a kustomization file as JSON, with some fields changed. It fails if
// upstream would read anything else in it.
func editKustomization(content []byte, edit func(fields map[string]any)) ([]byte, bool) {
	asJSON, err := yaml.YAMLToJSON(content)
	if err != nil {
		return nil, false
	}
	decoder := json.NewDecoder(bytes.NewReader(asJSON))
	decoder.UseNumber()
	var fields map[string]any
	if decoder.Decode(&fields) != nil || fields == nil {
		return nil, false
	}
	edit(fields)
	edited, err := json.Marshal(fields)
	if err != nil {
		return nil, false
	}
	read, err := yaml.YAMLToJSON(edited)
	return edited, err == nil && bytes.Equal(read, edited)
}
