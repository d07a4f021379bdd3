package check

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// A placedContainer is a container of any kind and its path in the pod template.
type placedContainer struct {
	*corev1.Container
	at yamledit.Path
}

// containersOf returns all containers in the order in which upstream visits them.
func containersOf(pod *render.PodTemplate) []placedContainer {
	spec := &pod.Spec
	placed := make([]placedContainer, 0, len(spec.InitContainers)+len(spec.Containers)+len(spec.EphemeralContainers))
	for i := range spec.InitContainers {
		placed = append(placed, placedContainer{&spec.InitContainers[i], yamledit.NewPath("spec", "initContainers", i)})
	}
	for i := range spec.Containers {
		placed = append(placed, placedContainer{&spec.Containers[i], yamledit.NewPath("spec", "containers", i)})
	}
	for i := range spec.EphemeralContainers {
		common := (*corev1.Container)(&spec.EphemeralContainers[i].EphemeralContainerCommon)
		placed = append(placed, placedContainer{common, yamledit.NewPath("spec", "ephemeralContainers", i)})
	}
	return placed
}

// containerAt returns the container that holds the field at a path.
func containerAt(pod *render.PodTemplate, path yamledit.Path) (placedContainer, bool) {
	if len(path) < 3 || path[0] != (yamledit.Step{Key: "spec"}) || !path[2].List {
		return placedContainer{}, false
	}
	spec, i := &pod.Spec, path[2].Index
	placed := placedContainer{at: path[:3:3]}
	switch list := path[1].Key; {
	case list == "initContainers" && i < len(spec.InitContainers):
		placed.Container = &spec.InitContainers[i]
	case list == "containers" && i < len(spec.Containers):
		placed.Container = &spec.Containers[i]
	case list == "ephemeralContainers" && i < len(spec.EphemeralContainers):
		placed.Container = (*corev1.Container)(&spec.EphemeralContainers[i].EphemeralContainerCommon)
	}
	return placed, placed.Container != nil
}

// security is the container's security context, empty where it has none.
func (c placedContainer) security() corev1.SecurityContext {
	if c.SecurityContext == nil {
		return corev1.SecurityContext{}
	}
	return *c.SecurityContext
}

// field makes a Field of a value in the container's security context.
func (c placedContainer) field(value string, steps ...any) Field {
	return Field{Path: c.securityPath(steps...), Container: c.Name, Value: value}
}

func (c placedContainer) securityPath(steps ...any) yamledit.Path {
	return c.at.Join("securityContext").Join(steps...)
}

// podSecurity is the pod's own security context, empty where it has none.
func podSecurity(pod *render.PodTemplate) corev1.PodSecurityContext {
	if pod.Spec.SecurityContext == nil {
		return corev1.PodSecurityContext{}
	}
	return *pod.Spec.SecurityContext
}

// podField makes a Field of a value in the pod's own security context.
func podField(value string, steps ...any) Field {
	return Field{Path: podSecurityPath(steps...), Value: value}
}

func podSecurityPath(steps ...any) yamledit.Path {
	return yamledit.NewPath("spec", "securityContext").Join(steps...)
}

// isWindows says whether the pod names Windows as its system. The API server refuses
// Linux fields in such a pod.
func isWindows(pod *render.PodTemplate) bool {
	return pod.Spec.OS != nil && pod.Spec.OS.Name == corev1.Windows
}

// inUserNamespace says whether the pod's users are not those of the node; some controls
// are relaxed for it.
func inUserNamespace(pod *render.PodTemplate) bool {
	return pod.Spec.HostUsers != nil && !*pod.Spec.HostUsers
}

// remedyForEach makes one remedy for each field of which changes knows how to mend it.
func remedyForEach(fields []Field, changes func(Field) []yamledit.Change) []Remedy {
	var remedies []Remedy
	for _, field := range fields {
		if c := changes(field); len(c) > 0 {
			remedies = append(remedies, Remedy{Fields: []Field{field}, Changes: c})
		}
	}
	return remedies
}
