package render

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/podmend/podmend/internal/yamledit"
)

// customPodTemplates returns the pod templates of a custom resource, in the order of the table
// for kinds that podmend knows, else by their path.
func customPodTemplates(object *Object, tree any) []PodTemplate {
	search := podSearch{object: object}
	search.embedded(place{nil, tree}, object.Kind, group(object.APIVersion), 0)
	return search.found
}

// A podSearch looks for pod templates in an object of which podmend does not know where they are.
type podSearch struct {
	object *Object
	found  []PodTemplate
}

// embedded reads an object, be it the rendered one or one that is embedded in it.
func (s *podSearch) embedded(at place, kind, api string, depth int) {
	known := customKindOf(kind, api)
	if known == nil {
		if _, builtin := podTemplatePaths[kind][api]; builtin || mayHoldPods(kind, api) {
			s.fields(at, depth)
		}
		return
	}
	for i := range known.pods {
		s.found = append(s.found, known.pods[i].podTemplates(s.object, at)...)
	}
	if known.open {
		s.fields(at, depth)
	}
}

// notSearched are keys below which a pod spec is a statement about pods, a result, or the input
// of something that may read it otherwise.
//
// The values of a chart are of the last kind, wherever an object holds them: which of them become
// a pod, and under which of its fields, only the chart's templates say. They are judged where that
// chart is rendered.
var notSearched = map[string]bool{
	"metadata": true, "status": true,
	"values": true, "valuesObject": true,
	"schema": true, "openAPIV3Schema": true, "example": true, "examples": true,
	"pattern": true, "anyPattern": true,
}

// fields searches what stands in a mapping or list.
func (s *podSearch) fields(at place, depth int) {
	if depth > maxNesting {
		return
	}
	switch node := at.node.(type) {
	case []any:
		for i, item := range node {
			s.node(place{at.path.Join(i), item}, nil, depth+1)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(node)) {
			if !notSearched[key] && !strings.HasPrefix(key, "x-kubernetes-") {
				s.node(place{at.path.Join(key), node[key]}, node, depth+1)
			}
		}
	}
}

// node takes a node for a pod spec or searches what stands in it. parent is the mapping that holds it.
func (s *podSearch) node(at place, parent map[string]any, depth int) {
	fields, ok := at.node.(map[string]any)
	if !ok {
		s.fields(at, depth)
		return
	}
	apiVersion, _ := fields["apiVersion"].(string)
	if kind, _ := fields["kind"].(string); kind != "" && apiVersion != "" {
		s.embedded(at, kind, group(apiVersion), depth)
		return
	}
	if !looksLikePodSpec(at.path, fields) {
		s.fields(at, depth)
		return
	}
	s.take(at, parent, fields)
	rest := maps.Clone(fields)
	maps.DeleteFunc(rest, func(key string, _ any) bool { return podSpecFields[key] })
	s.fields(place{at.path, rest}, depth)
}

// take makes a partial pod template of a node that looks like a pod spec.
func (s *podSearch) take(at place, parent, fields map[string]any) {
	pod := PodTemplate{Object: s.object, At: at.path, SpecAt: at.path, Partial: true}
	var metadata map[string]any
	switch last := at.path[len(at.path)-1]; {
	case last.Key == "spec" && isTemplate(at.path, parent):
		pod.At = at.path[:len(at.path)-1]
		pod.MetaAt = pod.At.Join("metadata")
		metadata, _ = parent["metadata"].(map[string]any)
	case fields["podMetadata"] != nil:
		pod.MetaAt = at.path.Join("podMetadata")
		metadata, _ = fields["podMetadata"].(map[string]any)
	}
	decodeWhatFits(metadata, &pod.Meta)
	decodeWhatFits(fields, &pod.Spec)
	s.found = append(s.found, pod)
}

// isTemplate says whether the metadata beside a spec are a pod's, not those of the object of an operator.
func isTemplate(spec yamledit.Path, parent map[string]any) bool {
	_, object := parent["kind"]
	return len(spec) > 1 && (!object || parent["kind"] == "Pod")
}

var (
	podSpecFields   = jsonFields(reflect.TypeFor[corev1.PodSpec]())
	containerFields = jsonFields(reflect.TypeFor[corev1.Container]())
)

func jsonFields(of reflect.Type) map[string]bool {
	names := map[string]bool{}
	for i := range of.NumField() {
		name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
		names[name] = true
	}
	return names
}

// looksLikePodSpec recognises a pod spec: each of its containers has a name and an image. Where
// the image is the operator's, the place and each key have to be those of a pod spec instead.
func looksLikePodSpec(at yamledit.Path, fields map[string]any) bool {
	seen, complete, plain := false, true, true
	for _, list := range []string{"containers", "initContainers"} {
		value, there := fields[list]
		items, isList := value.([]any)
		if there && value != nil && !isList {
			return false
		}
		for _, item := range items {
			container, _ := item.(map[string]any)
			name, _ := container["name"].(string)
			if name == "" || isPattern(name) || !hasPlainKeys(container) {
				return false
			}
			seen = true
			image, _ := container["image"].(string)
			if isPattern(image) {
				return false
			}
			complete = complete && image != ""
			plain = plain && onlyKeys(container, containerFields)
		}
	}
	return seen && hasPlainKeys(fields) && (complete || plain && onlyKeys(fields, podSpecFields) && isTemplatePlace(at))
}

// isTemplatePlace says whether a path ends as those of pod specs do.
func isTemplatePlace(at yamledit.Path) bool {
	last := at[len(at)-1].Key
	if last == "podSpec" || last == "podOverride" {
		return true
	}
	return last == "spec" && len(at) > 1 && strings.HasSuffix(strings.ToLower(at[len(at)-2].Key), "template")
}

// isPattern tells what policies write in the place of a name or an image.
// https://kyverno.io/docs/policy-types/cluster-policy/validate/#wildcards
func isPattern(text string) bool {
	return strings.ContainsAny(text, "*?|<>!") && !strings.Contains(text, "{{")
}

// hasPlainKeys says that no key is an anchor of a policy, such as =(securityContext), or a directive of a patch.
// https://kyverno.io/docs/policy-types/cluster-policy/validate/#anchors
func hasPlainKeys(fields map[string]any) bool {
	for key := range fields {
		if strings.ContainsAny(key, "()$*") {
			return false
		}
	}
	return true
}

func onlyKeys(fields map[string]any, allowed map[string]bool) bool {
	for key := range fields {
		if !allowed[key] {
			return false
		}
	}
	return true
}
