package check

import (
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"

	"github.com/podmend/podmend/render"
)

// appArmorProfile forbids taking the runtime's AppArmor profile off.
//
// Fields:
//
//	metadata.annotations["container.apparmor.security.beta.kubernetes.io/*"]
//	spec.securityContext.appArmorProfile.type
//	spec.{initContainers,containers,ephemeralContainers}[*].securityContext.appArmorProfile.type
//
// Allowed: RuntimeDefault, Localhost, no profile; in annotations runtime/default,
// localhost/*, empty. Since v1.0.
//
// https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
// https://github.com/kubernetes/pod-security-admission/blob/master/policy/check_appArmorProfile.go
var appArmorProfile = Control{
	ID:       "appArmorProfile",
	Level:    api.LevelBaseline,
	Severity: Medium,
	Title:    "AppArmor profile",
	Locate:   locateAppArmorProfile,
	Mend:     mendAppArmorProfile,
	Doc: Doc{
		Means: "Neither the pod nor a container runs without an AppArmor profile by choice.",
		Danger: "The runtime's default profile denies writes to sensitive files of /proc and /sys and denies mounting. Unconfined, one " +
			"more flaw in the kernel or in the container's set-up is enough to leave the container.",
		Fields: []string{
			`metadata.annotations["container.apparmor.security.beta.kubernetes.io/*"]`,
			"spec.securityContext.appArmorProfile.type",
			"spec.initContainers[*].securityContext.appArmorProfile.type",
			"spec.containers[*].securityContext.appArmorProfile.type",
			"spec.ephemeralContainers[*].securityContext.appArmorProfile.type",
		},
		Allowed: []Allowed{{minor(0), "RuntimeDefault, Localhost, no profile; in annotations runtime/default, localhost/*, empty, undefined"}},
		Mended: "The type becomes RuntimeDefault, an annotation runtime/default. A field and the annotation of a container " +
			"that it holds for change together, since Kubernetes wants them to agree.",
		Advice: "Set the AppArmor profile to RuntimeDefault (runtime/default in an annotation).",
		Page:   standardsBaseline,
	},
}

// https://kubernetes.io/docs/tutorials/security/apparmor/
const appArmorAnnotation = corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix

func locateAppArmorProfile(pod *render.PodTemplate, _ api.Version) []Field {
	var fields []Field
	containers := containersOf(pod)
	for _, key := range slices.Sorted(maps.Keys(pod.Meta.Annotations)) {
		value := pod.Meta.Annotations[key]
		if strings.HasPrefix(key, appArmorAnnotation) && value != "" &&
			value != corev1.DeprecatedAppArmorBetaProfileRuntimeDefault && !strings.HasPrefix(value, localhostPrefix) {
			field := Field{Path: annotationPath(key), Value: value}
			name := strings.TrimPrefix(key, appArmorAnnotation)
			if slices.ContainsFunc(containers, func(c placedContainer) bool { return c.Name == name }) {
				field.Container = name
			}
			fields = append(fields, field)
		}
	}
	if p := podAppArmor(pod); p.set && !p.allowed() {
		fields = append(fields, p.typeField(""))
	}
	for _, container := range containers {
		if p := containerAppArmor(container); p.set && !p.allowed() {
			fields = append(fields, p.typeField(container.Name))
		}
	}
	return fields
}

func podAppArmor(pod *render.PodTemplate) profile {
	return appArmorOf(podSecurity(pod).AppArmorProfile, podSecurityPath("appArmorProfile"))
}

func containerAppArmor(container placedContainer) profile {
	return appArmorOf(container.security().AppArmorProfile, container.securityPath("appArmorProfile"))
}

func mendAppArmorProfile(pod *render.PodTemplate, fields []Field, _ MendOptions) []Remedy {
	return mendProfiles(pod, fields, appArmorProfiles(pod), []string{corev1.DeprecatedAppArmorBetaProfileRuntimeDefault})
}

// appArmorProfiles returns every place for a profile with its annotations. Kubernetes compares a
// container's annotation with the container's profile or, where it has none, with the pod's.
func appArmorProfiles(pod *render.PodTemplate) []profile {
	ofPod := podAppArmor(pod)
	var profiles []profile
	known := map[string]bool{}
	for _, container := range containersOf(pod) {
		p := containerAppArmor(container)
		key := appArmorAnnotation + container.Name
		known[key] = true
		if _, annotated := pod.Meta.Annotations[key]; annotated {
			if !p.set && ofPod.set {
				ofPod.annotations = append(ofPod.annotations, key)
			} else {
				p.annotations = []string{key}
			}
		}
		profiles = append(profiles, p)
	}
	profiles = append([]profile{ofPod}, profiles...)
	for _, key := range slices.Sorted(maps.Keys(pod.Meta.Annotations)) {
		if strings.HasPrefix(key, appArmorAnnotation) && !known[key] {
			// It names no container of the pod, and upstream denies it all the same.
			profiles = append(profiles, profile{annotations: []string{key}})
		}
	}
	return profiles
}
