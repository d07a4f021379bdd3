package check

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/pod-security-admission/api"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// capabilitiesRestricted wants every capability dropped; only NET_BIND_SERVICE may come back.
//
// Fields:
//
//	spec.{initContainers,containers,ephemeralContainers}[*].securityContext.capabilities.drop
//	spec.{initContainers,containers,ephemeralContainers}[*].securityContext.capabilities.add
//
// Allowed: drop with ALL among its entries; add undefined, empty, NET_BIND_SERVICE. Since
// v1.22; since v1.25 Windows pods are exempt.
//
// https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
// https://github.com/kubernetes/pod-security-admission/blob/master/policy/check_capabilities_restricted.go
var capabilitiesRestricted = Control{
	ID:        "capabilities_restricted",
	Level:     api.LevelRestricted,
	Severity:  Low,
	Title:     "unrestricted capabilities",
	Locate:    locateCapabilitiesRestricted,
	Mend:      mendCapabilitiesRestricted,
	AsksImage: true,
	Doc: Doc{
		Means: "Containers drop all capabilities and add at most NET_BIND_SERVICE, which opens ports below 1024.",
		Danger: "Runtimes give a root process more than a dozen capabilities. With them an attacker changes owners of files, " +
			"makes device nodes and keeps root's power over shared volumes.",
		Fields: []string{
			"spec.initContainers[*].securityContext.capabilities.{drop,add}",
			"spec.containers[*].securityContext.capabilities.{drop,add}",
			"spec.ephemeralContainers[*].securityContext.capabilities.{drop,add}",
			"spec.os.name (windows lifts the control since v1.25)",
		},
		Allowed: []Allowed{
			{minor(22), "drop: a list with ALL; add: NET_BIND_SERVICE, undefined, empty"},
			{minor(25), "any value in a pod with os.name: windows"},
		},
		Mended: "ALL joins drop in each container, and disallowed entries of add go. Look at the image first: a program that starts as root to " +
			"change its user or the owner of files needs some of them. A Windows pod, which can't have the field, is left alone.",
		Advice: "Set capabilities.drop to [ALL], and add back NET_BIND_SERVICE only.",
		Page:   standardsRestricted,
	},
}

const allCapabilities corev1.Capability = "ALL"

var restrictedCapabilities = sets.New("NET_BIND_SERVICE")

func locateCapabilitiesRestricted(pod *render.PodTemplate, version api.Version) []Field {
	if !since(version, 22) || since(version, 25) && isWindows(pod) {
		return nil
	}
	var fields []Field
	for _, container := range containersOf(pod) {
		dropped := droppedBy(container)
		if !slices.Contains(dropped, allCapabilities) {
			field := container.field("", "capabilities", "drop")
			if len(dropped) == 0 {
				field.Missing = true
			} else {
				field.Because = "ALL is not in the list"
			}
			fields = append(fields, field)
		}
		fields = append(fields, addedBeyond(container, restrictedCapabilities)...)
	}
	return fields
}

func droppedBy(container placedContainer) []corev1.Capability {
	if capabilities := container.security().Capabilities; capabilities != nil {
		return capabilities.Drop
	}
	return nil
}

func mendCapabilitiesRestricted(pod *render.PodTemplate, fields []Field, _ MendOptions) []Remedy {
	if isWindows(pod) {
		return nil
	}
	var remedies []Remedy
	for _, container := range containersOf(pod) {
		at := container.securityPath("capabilities", "drop")
		for _, field := range fields {
			if field.Path.String() != at.String() {
				continue
			}
			change := yamledit.Change{Op: yamledit.Set, Path: at, Value: []any{string(allCapabilities)}}
			if dropped := len(droppedBy(container)); dropped > 0 {
				change = yamledit.Change{Op: yamledit.Set, Path: at.Join(dropped), Value: string(allCapabilities)}
			}
			remedies = append(remedies, Remedy{
				Fields:  []Field{field},
				Changes: []yamledit.Change{change},
				Notes:   []string{"Look at the image before this goes in: a program that starts as root to change its user or the owner of files fails without capabilities."},
			})
		}
	}
	return append(remedies, mendAdded(pod, fields, restrictedCapabilities)...)
}
