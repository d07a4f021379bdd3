package check

import (
	"k8s.io/pod-security-admission/api"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// runAsUser forbids choosing root as the user.
//
// Fields:
//
//	spec.securityContext.runAsUser
//	spec.{initContainers,containers,ephemeralContainers}[*].securityContext.runAsUser
//
// Allowed: any number but 0, undefined; since v1.35 any value in a pod with
// hostUsers: false. Since v1.23.
//
// https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
// https://github.com/kubernetes/pod-security-admission/blob/master/policy/check_runAsUser.go
var runAsUser = Control{
	ID:        "runAsUser",
	Level:     api.LevelRestricted,
	Severity:  Low,
	Title:     "root user",
	Locate:    locateRunAsUser,
	Mend:      mendRunAsUser,
	AsksImage: true,
	Doc: Doc{
		Means: "Neither the pod nor a container asks to run as user 0.",
		Danger: "Root in a container is root on the node as soon as one wall fails: a flaw in the kernel or the runtime, or a " +
			"file of the node that is mounted by mistake.",
		Fields: []string{
			"spec.securityContext.runAsUser",
			"spec.initContainers[*].securityContext.runAsUser",
			"spec.containers[*].securityContext.runAsUser",
			"spec.ephemeralContainers[*].securityContext.runAsUser",
			"spec.hostUsers (false lifts the control since v1.35)",
		},
		Allowed: []Allowed{
			{minor(23), "any number but 0, undefined"},
			{minor(35), "any value in a pod with hostUsers: false"},
		},
		Mended: "runAsUser: 0 goes; the image's own user then counts.",
		Advice: "Set runAsUser to a number other than 0, or take it away.",
		Page:   standardsRestricted,
	},
}

func locateRunAsUser(pod *render.PodTemplate, version api.Version) []Field {
	if !since(version, 23) || since(version, 35) && inUserNamespace(pod) {
		return nil
	}
	var fields []Field
	if isZero(podSecurity(pod).RunAsUser) {
		fields = append(fields, podField("0", "runAsUser"))
	}
	for _, container := range containersOf(pod) {
		if isZero(container.security().RunAsUser) {
			fields = append(fields, container.field("0", "runAsUser"))
		}
	}
	return fields
}

func mendRunAsUser(_ *render.PodTemplate, fields []Field, _ MendOptions) []Remedy {
	remedies := remedyForEach(fields, func(field Field) []yamledit.Change {
		return []yamledit.Change{dropUser(field.Path)}
	})
	for i := range remedies {
		remedies[i].Notes = []string{"The image's own user counts then. If that is root too, name another user by number."}
	}
	return remedies
}

// dropUser takes a runAsUser away, and a security context that holds nothing else.
func dropUser(at yamledit.Path) yamledit.Change {
	return yamledit.Change{Op: yamledit.Delete, Path: at, Prune: 1}
}
