package check

import (
	"k8s.io/pod-security-admission/api"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// allowPrivilegeEscalation wants that no process gains more privileges than its parent.
//
// Fields:
//
//	spec.{initContainers,containers,ephemeralContainers}[*].securityContext.allowPrivilegeEscalation
//
// Allowed: false. Since v1.8; since v1.25 Windows pods are exempt.
//
// https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
// https://github.com/kubernetes/pod-security-admission/blob/master/policy/check_allowPrivilegeEscalation.go
var allowPrivilegeEscalation = Control{
	ID:       "allowPrivilegeEscalation",
	Level:    api.LevelRestricted,
	Severity: Low,
	Title:    "privilege escalation",
	Locate:   locateAllowPrivilegeEscalation,
	Mend:     mendAllowPrivilegeEscalation,
	Doc: Doc{
		Means: "No process of a container can gain more privileges than its parent has. Kubernetes allows it unless the field says false.",
		Danger: "A set-user-ID program in the image, such as sudo or an old mount, makes root of an attacker who came in as an " +
			"ordinary user of the container.",
		Fields: []string{
			"spec.initContainers[*].securityContext.allowPrivilegeEscalation",
			"spec.containers[*].securityContext.allowPrivilegeEscalation",
			"spec.ephemeralContainers[*].securityContext.allowPrivilegeEscalation",
			"spec.os.name (windows lifts the control since v1.25)",
		},
		Allowed: []Allowed{
			{minor(8), "false"},
			{minor(25), "any value in a pod with os.name: windows"},
		},
		Mended: "allowPrivilegeEscalation: false is set in each container. Kubernetes refuses it in a container that is privileged or adds " +
			"CAP_SYS_ADMIN, so there privileged becomes false and that capability goes. A Windows pod, which can't have the field, is left alone.",
		Advice: "Set securityContext.allowPrivilegeEscalation to false in every container.",
		Page:   standardsRestricted,
	},
}

func locateAllowPrivilegeEscalation(pod *render.PodTemplate, version api.Version) []Field {
	if !since(version, 8) || since(version, 25) && isWindows(pod) {
		return nil
	}
	var fields []Field
	for _, container := range containersOf(pod) {
		switch allow := container.security().AllowPrivilegeEscalation; {
		case allow == nil:
			field := container.field("", "allowPrivilegeEscalation")
			field.Missing = true
			fields = append(fields, field)
		case *allow:
			fields = append(fields, container.field("true", "allowPrivilegeEscalation"))
		}
	}
	return fields
}

func mendAllowPrivilegeEscalation(pod *render.PodTemplate, fields []Field, _ MendOptions) []Remedy {
	if isWindows(pod) {
		return nil
	}
	var remedies []Remedy
	for _, field := range fields {
		container, ok := containerAt(pod, field.Path)
		if !ok {
			continue
		}
		remedy := Remedy{
			Fields:  []Field{field},
			Changes: []yamledit.Change{{Op: yamledit.Set, Path: field.Path, Value: false}},
			Notes:   []string{"Set-user-ID programs in the image no longer change the user."},
		}
		if isTrue(container.security().Privileged) {
			changes, notes := unprivileged(container)
			remedy.Changes = append(remedy.Changes, changes...)
			remedy.Notes = append(append(remedy.Notes, "privileged becomes false too, since Kubernetes refuses the two together."), notes...)
		}
		if capabilities := container.security().Capabilities; capabilities != nil {
			for i, capability := range capabilities.Add {
				// Kubernetes compares with this spelling alone.
				if capability == "CAP_SYS_ADMIN" {
					at := container.securityPath("capabilities", "add", i)
					remedy.Changes = append(remedy.Changes, yamledit.Change{Op: yamledit.Delete, Path: at, Prune: 3})
					remedy.Notes = append(remedy.Notes, "CAP_SYS_ADMIN goes too, since Kubernetes refuses the two together.")
				}
			}
		}
		remedies = append(remedies, remedy)
	}
	return remedies
}
