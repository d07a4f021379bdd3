package check

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// privileged forbids privileged containers.
//
// Fields:
//
//	spec.{initContainers,containers,ephemeralContainers}[*].securityContext.privileged
//
// Allowed: false, undefined. Since v1.0.
//
// https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
// https://github.com/kubernetes/pod-security-admission/blob/master/policy/check_privileged.go
var privileged = Control{
	ID:       "privileged",
	Level:    api.LevelBaseline,
	Severity: High,
	Title:    "privileged containers",
	Locate:   locatePrivileged,
	Mend:     mendPrivileged,
	Doc: Doc{
		Means: "No container is privileged. A privileged container has every capability, every device of the node, " +
			"and neither seccomp nor AppArmor nor SELinux confines it.",
		Danger: "Whoever takes over a privileged container owns the node: mounting the node's disk or writing to a kernel " +
			"interface under /sys or /proc is enough. From there the credentials of the kubelet and of every pod on the node are in reach.",
		Fields: []string{
			"spec.initContainers[*].securityContext.privileged",
			"spec.containers[*].securityContext.privileged",
			"spec.ephemeralContainers[*].securityContext.privileged",
		},
		Allowed: []Allowed{{minor(0), "false, undefined"}},
		Mended: "privileged becomes false. Mounts of that container with mountPropagation: Bidirectional, which " +
			"Kubernetes refuses in other containers, become HostToContainer.",
		Advice: "Set securityContext.privileged to false.",
		Page:   standardsBaseline,
	},
}

func locatePrivileged(pod *render.PodTemplate, _ api.Version) []Field {
	var fields []Field
	for _, container := range containersOf(pod) {
		if isTrue(container.security().Privileged) {
			fields = append(fields, container.field("true", "privileged"))
		}
	}
	return fields
}

func mendPrivileged(pod *render.PodTemplate, fields []Field, _ MendOptions) []Remedy {
	var remedies []Remedy
	for _, field := range fields {
		if container, ok := containerAt(pod, field.Path); ok {
			changes, notes := unprivileged(container)
			remedies = append(remedies, Remedy{Fields: []Field{field}, Changes: changes, Notes: notes})
		}
	}
	return remedies
}

// unprivileged takes the privilege from a container, and the propagation of mounts to the
// node that only privileged containers may have.
func unprivileged(container placedContainer) ([]yamledit.Change, []string) {
	changes := []yamledit.Change{{Op: yamledit.Set, Path: container.securityPath("privileged"), Value: false}}
	var notes []string
	for i, mount := range container.VolumeMounts {
		if mount.MountPropagation != nil && *mount.MountPropagation == corev1.MountPropagationBidirectional {
			at := container.at.Join("volumeMounts", i)
			changes = append(changes, yamledit.Change{
				Op: yamledit.Set, Path: at.Join("mountPropagation"), Value: string(corev1.MountPropagationHostToContainer),
			})
			notes = append(notes, "What the container mounts below "+at.String()+" no longer shows on the node, since only a privileged container may do that.")
		}
	}
	return changes, notes
}

func isTrue(b *bool) bool { return b != nil && *b }
