package check

import (
	"k8s.io/pod-security-admission/api"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// runAsNonRoot wants that no container runs as root.
//
// Fields:
//
//	spec.securityContext.runAsNonRoot
//	spec.{initContainers,containers,ephemeralContainers}[*].securityContext.runAsNonRoot
//
// Allowed: true; undefined in a container if the pod's is true, and in the pod if each
// container's is; since v1.35 any value in a pod with hostUsers: false. Since v1.0.
//
// https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
// https://github.com/kubernetes/pod-security-admission/blob/master/policy/check_runAsNonRoot.go
var runAsNonRoot = Control{
	ID:        "runAsNonRoot",
	Level:     api.LevelRestricted,
	Severity:  Low,
	Title:     "running as root",
	Locate:    locateRunAsNonRoot,
	Mend:      mendRunAsNonRoot,
	AsksImage: true,
	Doc: Doc{
		Means: "Kubernetes starts no container of the pod as root, whatever the image says.",
		Danger: "Root in a container is root on the node as soon as one wall fails: a flaw in the kernel or the runtime, or a " +
			"file of the node that is mounted by mistake.",
		Fields: []string{
			"spec.securityContext.runAsNonRoot",
			"spec.initContainers[*].securityContext.runAsNonRoot",
			"spec.containers[*].securityContext.runAsNonRoot",
			"spec.ephemeralContainers[*].securityContext.runAsNonRoot",
			"spec.hostUsers (false lifts the control since v1.35)",
		},
		Allowed: []Allowed{
			{minor(0), "true; undefined in a container if the pod's is true, and in the pod if each container's is"},
			{minor(35), "any value in a pod with hostUsers: false"},
		},
		Mended: "runAsNonRoot: true is set for the pod, or for each container without it where another one says false; false becomes true. " +
			"runAsUser: 0 beside it goes, since such a container would not start. Look at the image first: it must name a user by number that is not 0.",
		Advice: "Set runAsNonRoot to true, once the image is known to run as a user other than root.",
		Page:   standardsRestricted,
	},
}

func locateRunAsNonRoot(pod *render.PodTemplate, version api.Version) []Field {
	if since(version, 35) && inUserNamespace(pod) {
		return nil
	}
	var fields []Field
	ofPod := podSecurity(pod).RunAsNonRoot
	bare := false // some container has no answer, its own or the pod's
	for _, container := range containersOf(pod) {
		switch nonRoot := container.security().RunAsNonRoot; {
		case nonRoot == nil:
			bare = bare || ofPod == nil
		case !*nonRoot:
			fields = append(fields, container.field("false", "runAsNonRoot"))
		}
	}
	switch {
	case ofPod != nil && !*ofPod:
		fields = append([]Field{podField("false", "runAsNonRoot")}, fields...)
	case bare:
		field := podField("", "runAsNonRoot")
		field.Missing = true
		fields = append([]Field{field}, fields...)
	}
	return fields
}

func mendRunAsNonRoot(pod *render.PodTemplate, fields []Field, _ MendOptions) []Remedy {
	var remedies []Remedy
	for _, field := range fields {
		remedy := Remedy{
			Fields: []Field{field},
			Notes:  []string{"Look at the image before this goes in: the container does not start unless the image names a user by number that is not 0, or runAsUser does."},
		}
		if container, ok := containerAt(pod, field.Path); ok {
			remedy.Changes = nonRootContainer(container)
		} else {
			remedy.Changes = nonRootPod(pod, field)
		}
		remedies = append(remedies, remedy)
	}
	return remedies
}

// nonRootPod answers for the pod, unless a container says false: then root is meant
// somewhere, and the containers without an answer get one each.
func nonRootPod(pod *render.PodTemplate, field Field) []yamledit.Change {
	contradicted := false
	var silent []placedContainer
	for _, container := range containersOf(pod) {
		switch nonRoot := container.security().RunAsNonRoot; {
		case nonRoot == nil:
			silent = append(silent, container)
		case !*nonRoot:
			contradicted = true
		}
	}
	var changes []yamledit.Change
	if field.Missing && contradicted {
		for _, container := range silent {
			changes = append(changes, nonRootContainer(container)...)
		}
		return changes
	}
	changes = append(changes, yamledit.Change{Op: yamledit.Set, Path: field.Path, Value: true})
	if isZero(podSecurity(pod).RunAsUser) {
		changes = append(changes, dropUser(podSecurityPath("runAsUser")))
	}
	for _, container := range silent {
		if isZero(container.security().RunAsUser) {
			changes = append(changes, dropUser(container.securityPath("runAsUser")))
		}
	}
	return changes
}

func nonRootContainer(container placedContainer) []yamledit.Change {
	changes := []yamledit.Change{{Op: yamledit.Set, Path: container.securityPath("runAsNonRoot"), Value: true}}
	if isZero(container.security().RunAsUser) {
		changes = append(changes, dropUser(container.securityPath("runAsUser")))
	}
	return changes
}

func isZero(id *int64) bool { return id != nil && *id == 0 }
