package check

import (
	"k8s.io/pod-security-admission/api"

	"github.com/podmend/podmend/render"
)

// seccompProfileRestricted wants a seccomp filter for every container.
//
// Fields:
//
//	spec.securityContext.seccompProfile.type
//	spec.{initContainers,containers,ephemeralContainers}[*].securityContext.seccompProfile.type
//
// Allowed: RuntimeDefault, Localhost; undefined in a container if the pod's is allowed, and
// in the pod if every container has one. Since v1.19; since v1.25 Windows pods are exempt.
//
// https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
// https://github.com/kubernetes/pod-security-admission/blob/master/policy/check_seccompProfile_restricted.go
var seccompProfileRestricted = Control{
	ID:       "seccompProfile_restricted",
	Level:    api.LevelRestricted,
	Severity: Low,
	Title:    "seccomp profile",
	Locate:   locateSeccompProfileRestricted,
	Mend:     mendSeccompProfileRestricted,
	Doc: Doc{
		Means: "Every container runs under a seccomp filter. Without the field, Kubernetes uses none unless the node says otherwise.",
		Danger: "The runtime's default filter keeps some fifty system calls from the container that programs hardly ever need and that " +
			"attacks on the kernel often do. Without a filter, all of them are open.",
		Fields: []string{
			"spec.securityContext.seccompProfile.type",
			"spec.initContainers[*].securityContext.seccompProfile.type",
			"spec.containers[*].securityContext.seccompProfile.type",
			"spec.ephemeralContainers[*].securityContext.seccompProfile.type",
			"spec.os.name (windows lifts the control since v1.25)",
		},
		Allowed: []Allowed{
			{minor(19), "RuntimeDefault, Localhost; undefined in a container if the pod's is allowed"},
			{minor(25), "any value in a pod with os.name: windows"},
		},
		Mended: "seccompProfile: {type: RuntimeDefault} is added to the pod; another type becomes RuntimeDefault where it stands. " +
			"A Windows pod, which can't have the field, is left alone.",
		Advice: "Set seccompProfile.type to RuntimeDefault.",
		Page:   standardsRestricted,
	},
}

func locateSeccompProfileRestricted(pod *render.PodTemplate, version api.Version) []Field {
	if !since(version, 19) || since(version, 25) && isWindows(pod) {
		return nil
	}
	var fields []Field
	ofPod := podSeccomp(pod)
	if ofPod.set && !ofPod.allowed() {
		fields = append(fields, ofPod.typeField(""))
	}
	bare := false // some container has no profile, its own or the pod's
	for _, container := range containersOf(pod) {
		switch p := containerSeccomp(container); {
		case !p.set:
			bare = bare || !ofPod.set
		case !p.allowed():
			fields = append(fields, p.typeField(container.Name))
		}
	}
	if bare {
		fields = append([]Field{ofPod.typeField("")}, fields...)
	}
	return fields
}

func mendSeccompProfileRestricted(pod *render.PodTemplate, fields []Field, options MendOptions) []Remedy {
	if isWindows(pod) {
		return nil
	}
	remedies := mendSeccompProfile(pod, fields, options)
	for i := range remedies {
		remedies[i].Notes = append(remedies[i].Notes, "Programs that need a system call which the runtime's default filter denies will fail; try the image with it.")
	}
	return remedies
}
