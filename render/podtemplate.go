package render

import (
	"encoding/json"
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
	// At leads from the object's root to the pod template, which holds "metadata" and "spec".
	At   yamledit.Path
	Meta metav1.ObjectMeta
	Spec corev1.PodSpec
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

// HasPodTemplate says whether objects of this kind hold pod templates.
func (o *Object) HasPodTemplate() bool {
	_, ok := podTemplatePaths[o.Kind][group(o.APIVersion)]
	return ok
}

// PodTemplates returns the pod templates of an object. The error is an *Error of kind
// ErrBadObject if the object's fields have types that the API server refuses.
func (o *Object) PodTemplates() ([]PodTemplate, error) {
	at, ok := podTemplatePaths[o.Kind][group(o.APIVersion)]
	if !ok {
		return nil, nil
	}
	asJSON, err := yaml.YAMLToJSON(o.YAML)
	if err != nil {
		return nil, o.badObject(err)
	}
	for _, step := range at {
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(asJSON, &fields); err != nil {
			return nil, o.badObject(fmt.Errorf("%s holds no mapping", at))
		}
		if asJSON, ok = fields[step.Key]; !ok {
			return nil, nil
		}
	}
	var template struct {
		Metadata metav1.ObjectMeta `json:"metadata"`
		Spec     corev1.PodSpec    `json:"spec"`
	}
	if err := k8sjson.UnmarshalCaseSensitivePreserveInts(asJSON, &template); err != nil {
		return nil, o.badObject(err)
	}
	return []PodTemplate{{Object: o, At: at, Meta: template.Metadata, Spec: template.Spec}}, nil
}

func (o *Object) badObject(err error) *Error {
	return &Error{
		Kind: ErrBadObject,
		File: o.Source.File,
		Message: fmt.Sprintf("%s %q is not what Kubernetes accepts: %v. Mend the field's type; the API server would refuse the object too.",
			o.Kind, o.Name, err),
	}
}
