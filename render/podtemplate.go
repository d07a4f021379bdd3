package render

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	k8sjson "sigs.k8s.io/json"
	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

// A PodTemplate is a pod spec with its metadata inside an object; a Pod is its own.
type PodTemplate struct {
	Object *Object
	// At leads from the object's root to the node that plays the role of the pod template. Only
	// in a plain one does it hold "metadata" and "spec": [PodTemplate.FieldPath] knows where
	// fields stand.
	At yamledit.Path
	// SpecAt leads from the object's root to the pod spec, as far as that is one node.
	SpecAt yamledit.Path
	// MetaAt leads from the object's root to the pod's metadata. It is nil where the object has no
	// place for them.
	MetaAt yamledit.Path
	// Partial says that something else completes the pod spec, such as an operator: what does
	// not stand in it may still be set.
	Partial bool
	Meta    metav1.ObjectMeta
	Spec    corev1.PodSpec

	moves []move
	given map[string]bool // names of containers that have none in the object
}

// Gave says whether the name of a container is podmend's, for one that has none where it stands.
func (p *PodTemplate) Gave(name string) bool { return p.given[name] }

// A move says that a field of the pod template stands elsewhere than in SpecAt or MetaAt.
type move struct {
	control yamledit.Path // from the pod template's root, such as spec.containers[1]
	object  yamledit.Path // from the object's root, such as spec.sidecars[0]
}

// FieldPath turns the path of a field of a pod template, which starts with "spec" or
// "metadata", into its path from the object's root.
func (p *PodTemplate) FieldPath(path yamledit.Path) yamledit.Path {
	var nearest *move
	for i := range p.moves {
		m := &p.moves[i]
		if path.HasPrefix(m.control) && (nearest == nil || len(m.control) > len(nearest.control)) {
			nearest = m
		}
	}
	switch {
	case nearest != nil:
		return nearest.object.Concat(path[len(nearest.control):])
	case len(path) > 0 && path[0] == yamledit.Step{Key: "spec"} && p.SpecAt != nil:
		return p.SpecAt.Concat(path[1:])
	case len(path) > 0 && path[0] == yamledit.Step{Key: "metadata"} && p.MetaAt != nil:
		return p.MetaAt.Concat(path[1:])
	default:
		return p.At.Concat(path)
	}
}

// Containers returns the init containers, containers and ephemeral containers, in this order.
func (p *PodTemplate) Containers() []*corev1.Container {
	var all []*corev1.Container
	for i := range p.Spec.InitContainers {
		all = append(all, &p.Spec.InitContainers[i])
	}
	for i := range p.Spec.Containers {
		all = append(all, &p.Spec.Containers[i])
	}
	for i := range p.Spec.EphemeralContainers {
		all = append(all, (*corev1.Container)(&p.Spec.EphemeralContainers[i].EphemeralContainerCommon))
	}
	return all
}

// podTemplatePaths says where the built-in kinds keep their pod template.
// https://kubernetes.io/docs/concepts/workloads/
var podTemplatePaths = map[string]map[string]yamledit.Path{
	"Pod":                   {"": nil},
	"PodTemplate":           {"": yamledit.NewPath("template")},
	"ReplicationController": {"": yamledit.NewPath("spec", "template")},
	"ReplicaSet":            {"apps": yamledit.NewPath("spec", "template"), "extensions": yamledit.NewPath("spec", "template")},
	"Deployment":            {"apps": yamledit.NewPath("spec", "template"), "extensions": yamledit.NewPath("spec", "template")},
	"DaemonSet":             {"apps": yamledit.NewPath("spec", "template"), "extensions": yamledit.NewPath("spec", "template")},
	"StatefulSet":           {"apps": yamledit.NewPath("spec", "template")},
	"Job":                   {"batch": yamledit.NewPath("spec", "template")},
	"CronJob":               {"batch": yamledit.NewPath("spec", "jobTemplate", "spec", "template")},
}

// group is the API group of an apiVersion, "" for the core group.
func group(apiVersion string) string {
	name, _, grouped := strings.Cut(apiVersion, "/")
	if !grouped {
		return ""
	}
	return name
}

// HasPodTemplate says whether an object may hold pod templates. It decides whether the
// object's text is kept, so it looks at no more than the kind and, for kinds that podmend does not
// know, for a word in the text. An object of such a kind that has not been printed yet may hold one.
func (o *Object) HasPodTemplate() bool {
	api := group(o.APIVersion)
	if _, ok := podTemplatePaths[o.Kind][api]; ok {
		return true
	}
	if known := customKindOf(o.Kind, api); known != nil {
		return len(known.pods) > 0 || known.open
	}
	if !mayHoldPods(o.Kind, api) {
		return false
	}
	if o.YAML == nil {
		return o.Digest == ""
	}
	return bytes.Contains(o.YAML, containersWord)
}

// containersWord ends each key by which a pod spec of an unknown kind is recognised.
var containersWord = []byte("ontainers")

// PodTemplates returns the pod templates of an object, none if its text was dropped. The error is
// an *Error of kind ErrBadObject if the fields of a built-in kind have types that the API
// server refuses. A custom resource is read as far as it can be: what Kubernetes would say of
// its pod depends on its operator.
func (o *Object) PodTemplates() ([]PodTemplate, error) {
	if o.YAML == nil || !o.HasPodTemplate() {
		return nil, nil
	}
	asJSON, err := yaml.YAMLToJSON(o.YAML)
	if err != nil {
		return nil, o.badObject(err, "Mend the YAML")
	}
	if at, ok := podTemplatePaths[o.Kind][group(o.APIVersion)]; ok {
		return o.builtinPodTemplate(asJSON, at)
	}
	var tree any
	if err := k8sjson.UnmarshalCaseSensitivePreserveInts(asJSON, &tree); err != nil {
		return nil, o.badObject(err, "Mend the YAML")
	}
	return o.plausible(customPodTemplates(o, tree))
}

func (o *Object) builtinPodTemplate(asJSON []byte, at yamledit.Path) ([]PodTemplate, error) {
	for _, step := range at {
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(asJSON, &fields); err != nil {
			return nil, o.badObject(fmt.Errorf("%s holds no mapping", at), mendType)
		}
		var ok bool
		if asJSON, ok = fields[step.Key]; !ok {
			return nil, nil
		}
	}
	var template struct {
		Metadata metav1.ObjectMeta `json:"metadata"`
		Spec     corev1.PodSpec    `json:"spec"`
	}
	if err := k8sjson.UnmarshalCaseSensitivePreserveInts(asJSON, &template); err != nil {
		failure := o.badObject(err, mendType)
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			failure.Field = at.Concat(pathAt(asJSON, wrong.Offset))
		}
		return nil, failure
	}
	return o.plausible([]PodTemplate{{
		Object: o, At: at, SpecAt: at.Join("spec"), MetaAt: at.Join("metadata"),
		Meta: template.Metadata, Spec: template.Spec,
	}})
}

const mendType = "Mend the field's type"

func (o *Object) badObject(err error, advice string) *Error {
	return &Error{
		Kind: ErrBadObject,
		File: o.Source.File,
		Message: fmt.Sprintf("%s %q is not what Kubernetes accepts: %v. %s; the API server would refuse the object too.",
			o.Kind, o.Name, err, advice),
	}
}
