package render

import (
	"cmp"

	"sigs.k8s.io/yaml"
)

// IsNamespace says whether the object is a Namespace.
func (o *Object) IsNamespace() bool { return o.APIVersion == "v1" && o.Kind == "Namespace" }

// Labels returns the labels of an object whose text was kept. Values that are no text are left
// out, as the API server would refuse them.
func (o *Object) Labels() map[string]string { return o.texts("labels") }

// Annotations returns the annotations of an object, as Labels does its labels.
func (o *Object) Annotations() map[string]string { return o.texts("annotations") }

func (o *Object) texts(field string) map[string]string {
	var head struct {
		Metadata map[string]any `json:"metadata"`
	}
	if err := yaml.Unmarshal(o.YAML, &head); err != nil {
		return nil
	}
	entries, _ := head.Metadata[field].(map[string]any)
	texts := map[string]string{}
	for key, value := range entries {
		if text, ok := value.(string); ok {
			texts[key] = text
		}
	}
	return texts
}

// NamespaceOf returns the namespace that the target puts the object into, "" where only whoever
// applies it knows. assumed says that it is merely Helm's default release namespace.
func (t *Target) NamespaceOf(object *Object) (name string, assumed bool) {
	name = object.Namespace
	if t.Kind == ArgoCD || t.Kind == Flux && t.GitOps.Chart != nil {
		return cmp.Or(name, t.Namespace), false
	}
	if t.Kind != Helm {
		return name, false
	}
	name = cmp.Or(name, t.Namespace, helmNamespace)
	return name, t.Namespace == "" && name == helmNamespace
}
