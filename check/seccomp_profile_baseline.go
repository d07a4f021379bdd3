package check

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"

	"github.com/podmend/podmend/render"
)

// seccompProfileBaseline forbids taking the seccomp filter off.
//
// Fields, up to v1.18:
//
//	metadata.annotations["seccomp.security.alpha.kubernetes.io/pod"]
//	metadata.annotations["container.seccomp.security.alpha.kubernetes.io/*"], * being a container's name
//
// Allowed: runtime/default, docker/default, localhost/*, undefined.
//
// Fields, since v1.19:
//
//	spec.securityContext.seccompProfile.type
//	spec.{initContainers,containers,ephemeralContainers}[*].securityContext.seccompProfile.type
//
// Allowed: RuntimeDefault, Localhost, no profile. At the restricted level
// seccompProfile_restricted stands in for it since v1.19.
//
// https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
// https://github.com/kubernetes/pod-security-admission/blob/master/policy/check_seccompProfile_baseline.go
var seccompProfileBaseline = Control{
	ID:       "seccompProfile_baseline",
	Level:    api.LevelBaseline,
	Severity: Medium,
	Title:    "seccomp profile",
	Locate:   locateSeccompProfileBaseline,
	Mend:     mendSeccompProfile,
	Doc: Doc{
		Means: "Neither the pod nor a container runs without a seccomp filter by choice.",
		Danger: "The runtime's default filter keeps some fifty system calls from the container that programs hardly ever need and that " +
			"attacks on the kernel often do. Unconfined, all of them are open.",
		Fields: []string{
			`metadata.annotations["seccomp.security.alpha.kubernetes.io/pod"] (up to v1.18)`,
			`metadata.annotations["container.seccomp.security.alpha.kubernetes.io/*"] (up to v1.18)`,
			"spec.securityContext.seccompProfile.type (since v1.19)",
			"spec.initContainers[*].securityContext.seccompProfile.type (since v1.19)",
			"spec.containers[*].securityContext.seccompProfile.type (since v1.19)",
			"spec.ephemeralContainers[*].securityContext.seccompProfile.type (since v1.19)",
		},
		Allowed: []Allowed{
			{minor(0), "annotations: runtime/default, docker/default, localhost/*, undefined"},
			{minor(19), "fields: RuntimeDefault, Localhost, no profile; annotations no longer count"},
		},
		Mended: "The type becomes RuntimeDefault, an annotation runtime/default. A field and the annotation beside it change " +
			"together, since Kubernetes wants them to agree.",
		Advice: "Set seccompProfile.type to RuntimeDefault (runtime/default in an annotation).",
		Page:   standardsBaseline,
	},
}

const (
	seccompPodAnnotation       = "seccomp.security.alpha.kubernetes.io/pod"
	seccompContainerAnnotation = "container.seccomp.security.alpha.kubernetes.io/"
	dockerDefault              = "docker/default"
)

func locateSeccompProfileBaseline(pod *render.PodTemplate, version api.Version) []Field {
	if !since(version, 19) {
		return badSeccompAnnotations(pod)
	}
	var fields []Field
	if p := podSeccomp(pod); p.set && !p.allowed() {
		fields = append(fields, p.typeField(""))
	}
	for _, container := range containersOf(pod) {
		if p := containerSeccomp(container); p.set && !p.allowed() {
			fields = append(fields, p.typeField(container.Name))
		}
	}
	return fields
}

func badSeccompAnnotations(pod *render.PodTemplate) []Field {
	var fields []Field
	judged := map[string]bool{}
	judge := func(key, container string) {
		value, ok := pod.Meta.Annotations[key]
		if !ok || judged[key] || value == corev1.SeccompProfileRuntimeDefault || value == dockerDefault || strings.HasPrefix(value, localhostPrefix) {
			return
		}
		judged[key] = true
		fields = append(fields, Field{Path: annotationPath(key), Container: container, Value: value})
	}
	judge(seccompPodAnnotation, "")
	for _, container := range containersOf(pod) {
		judge(seccompContainerAnnotation+container.Name, container.Name)
	}
	return fields
}

func podSeccomp(pod *render.PodTemplate) profile {
	return seccompOf(podSecurity(pod).SeccompProfile, podSecurityPath("seccompProfile"))
}

func containerSeccomp(container placedContainer) profile {
	return seccompOf(container.security().SeccompProfile, container.securityPath("seccompProfile"))
}

func mendSeccompProfile(pod *render.PodTemplate, fields []Field, _ MendOptions) []Remedy {
	ofPod := podSeccomp(pod)
	if _, annotated := pod.Meta.Annotations[seccompPodAnnotation]; annotated {
		ofPod.annotations = []string{seccompPodAnnotation}
	}
	profiles := []profile{ofPod}
	for _, container := range containersOf(pod) {
		p := containerSeccomp(container)
		key := seccompContainerAnnotation + container.Name
		if _, annotated := pod.Meta.Annotations[key]; annotated {
			p.annotations = []string{key}
		}
		profiles = append(profiles, p)
	}
	return mendProfiles(pod, fields, profiles, []string{corev1.SeccompProfileRuntimeDefault, dockerDefault})
}
