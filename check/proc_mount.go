package check

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// procMount forbids taking the masks off /proc.
//
// Fields:
//
//	spec.{initContainers,containers,ephemeralContainers}[*].securityContext.procMount
//
// Allowed: Default, undefined; since v1.35 any value in a pod with hostUsers: false. Since
// v1.0. At the restricted level procMount_restricted stands in for it since v1.35.
//
// https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
// https://github.com/kubernetes/pod-security-admission/blob/master/policy/check_procMount_baseline.go
var procMount = Control{
	ID:       "procMount",
	Level:    api.LevelBaseline,
	Severity: Medium,
	Title:    "/proc mount type",
	Locate:   locateProcMount,
	Mend:     mendProcMount,
	Doc: Doc{
		Means: "The runtime masks the parts of /proc that concern the node, in every container of a pod that has no user namespace of its own.",
		Danger: "An unmasked /proc shows kernel memory and keys and lets a root process write to /proc/sys, which " +
			"changes the node and can run a program on it.",
		Fields: []string{
			"spec.initContainers[*].securityContext.procMount",
			"spec.containers[*].securityContext.procMount",
			"spec.ephemeralContainers[*].securityContext.procMount",
			"spec.hostUsers (false lifts the control since v1.35)",
		},
		Allowed: []Allowed{
			{minor(0), "Default, undefined"},
			{minor(35), "any value in a pod with hostUsers: false"},
		},
		Mended: "procMount becomes Default.",
		Advice: "Set procMount to Default.",
		Page:   standardsBaseline,
	},
}

func locateProcMount(pod *render.PodTemplate, version api.Version) []Field {
	if since(version, 35) && inUserNamespace(pod) {
		return nil
	}
	return unmaskedProcMounts(pod)
}

func unmaskedProcMounts(pod *render.PodTemplate) []Field {
	var fields []Field
	for _, container := range containersOf(pod) {
		if mount := container.security().ProcMount; mount != nil && *mount != corev1.DefaultProcMount {
			fields = append(fields, container.field(string(*mount), "procMount"))
		}
	}
	return fields
}

func mendProcMount(_ *render.PodTemplate, fields []Field, _ MendOptions) []Remedy {
	return remedyForEach(fields, func(field Field) []yamledit.Change {
		return []yamledit.Change{{Op: yamledit.Set, Path: field.Path, Value: string(corev1.DefaultProcMount)}}
	})
}
