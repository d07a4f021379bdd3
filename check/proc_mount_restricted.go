package check

import (
	"k8s.io/pod-security-admission/api"

	"github.com/podmend/podmend/render"
)

// procMountRestricted forbids taking the masks off /proc in pods with a user namespace too.
//
// Fields:
//
//	spec.{initContainers,containers,ephemeralContainers}[*].securityContext.procMount
//
// Allowed: Default, undefined. Since v1.35, when the baseline control was relaxed.
//
// https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
// https://github.com/kubernetes/pod-security-admission/blob/master/policy/check_procMount_restricted.go
var procMountRestricted = Control{
	ID:       "procMount_restricted",
	Level:    api.LevelRestricted,
	Severity: Low,
	Title:    "/proc mount type",
	Locate:   locateProcMountRestricted,
	Mend:     mendProcMount,
	Doc: Doc{
		Means:  "The runtime masks the parts of /proc that concern the node, in every container, even in a pod with a user namespace.",
		Danger: "An unmasked /proc shows what the kernel tells of the node, and offers more of its interfaces to an attacker who looks for a flaw.",
		Fields: []string{
			"spec.initContainers[*].securityContext.procMount",
			"spec.containers[*].securityContext.procMount",
			"spec.ephemeralContainers[*].securityContext.procMount",
		},
		Allowed: []Allowed{{minor(35), "Default, undefined"}},
		Mended:  "procMount becomes Default.",
		Advice:  "Set procMount to Default.",
		Page:    standardsRestricted,
	},
}

func locateProcMountRestricted(pod *render.PodTemplate, version api.Version) []Field {
	if !since(version, 35) {
		return nil
	}
	return unmaskedProcMounts(pod)
}
