package check

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/pod-security-admission/api"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// capabilitiesBaseline forbids adding capabilities beyond those that runtimes give by default.
//
// Fields:
//
//	spec.{initContainers,containers,ephemeralContainers}[*].securityContext.capabilities.add
//
// Allowed: undefined, empty, AUDIT_WRITE, CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, MKNOD,
// NET_BIND_SERVICE, SETFCAP, SETGID, SETPCAP, SETUID, SYS_CHROOT. Since v1.0. At the
// restricted level capabilities_restricted stands in for it since v1.22.
//
// https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
// https://github.com/kubernetes/pod-security-admission/blob/master/policy/check_capabilities_baseline.go
var capabilitiesBaseline = Control{
	ID:       "capabilities_baseline",
	Level:    api.LevelBaseline,
	Severity: High,
	Title:    "non-default capabilities",
	Locate:   locateCapabilitiesBaseline,
	Mend:     mendCapabilitiesBaseline,
	Doc: Doc{
		Means: "Containers add no capability beyond those that container runtimes give by default. NET_RAW is not among them.",
		Danger: "Several capabilities are as good as root on the node: SYS_ADMIN mounts the node's disk, SYS_PTRACE with hostPID " +
			"enters other processes, SYS_MODULE loads kernel code, DAC_READ_SEARCH reads any file, BPF and PERFMON read kernel memory. " +
			"NET_ADMIN and NET_RAW let the container redirect and forge its neighbours' traffic.",
		Fields: []string{
			"spec.initContainers[*].securityContext.capabilities.add[*]",
			"spec.containers[*].securityContext.capabilities.add[*]",
			"spec.ephemeralContainers[*].securityContext.capabilities.add[*]",
		},
		Allowed: []Allowed{{minor(0), strings.Join(sets.List(defaultCapabilities), ", ") + ", undefined, empty"}},
		Mended: "A name that is allowed without its CAP_ prefix loses the prefix, since the standard knows names without it. Other entries go; " +
			"an add list that is empty then goes, and so does capabilities.",
		Advice: "Take the capabilities that the standard does not allow out of capabilities.add.",
		Page:   standardsBaseline,
	},
}

var defaultCapabilities = sets.New(
	"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE",
	"SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
)

func locateCapabilitiesBaseline(pod *render.PodTemplate, _ api.Version) []Field {
	var fields []Field
	for _, container := range containersOf(pod) {
		fields = append(fields, addedBeyond(container, defaultCapabilities)...)
	}
	return fields
}

// addedBeyond returns the entries of a container's capabilities.add that are not allowed.
func addedBeyond(container placedContainer, allowed sets.Set[string]) []Field {
	capabilities := container.security().Capabilities
	if capabilities == nil {
		return nil
	}
	var fields []Field
	for i, capability := range capabilities.Add {
		if !allowed.Has(string(capability)) {
			fields = append(fields, container.field(string(capability), "capabilities", "add", i))
		}
	}
	return fields
}

func mendCapabilitiesBaseline(pod *render.PodTemplate, fields []Field, _ MendOptions) []Remedy {
	return mendAdded(pod, fields, defaultCapabilities)
}

// mendAdded makes one remedy for the located entries of each container's capabilities.add.
func mendAdded(pod *render.PodTemplate, fields []Field, allowed sets.Set[string]) []Remedy {
	var remedies []Remedy
	for _, container := range containersOf(pod) {
		var located []Field
		for _, field := range fields {
			if field.Path.HasPrefix(container.securityPath("capabilities", "add")) {
				located = append(located, field)
			}
		}
		if len(located) > 0 {
			remedy := Remedy{Fields: located}
			remedy.Changes, remedy.Notes = allowAdded(container, located, allowed)
			remedies = append(remedies, remedy)
		}
	}
	return remedies
}

func allowAdded(container placedContainer, located []Field, allowed sets.Set[string]) ([]yamledit.Change, []string) {
	added := slices.Clone(container.security().Capabilities.Add)
	var changes []yamledit.Change
	var notes []string
	for _, field := range located {
		at := field.Path[len(field.Path)-1].Index
		bare, prefixed := strings.CutPrefix(string(added[at]), "CAP_")
		known := prefixed && allowed.Has(bare)
		if known && !slices.Contains(added, corev1.Capability(bare)) {
			added[at] = corev1.Capability(bare)
			changes = append(changes, yamledit.Change{Op: yamledit.Set, Path: field.Path, Value: bare})
			continue
		}
		// Emptied, add goes, then capabilities, then the security context.
		changes = append(changes, yamledit.Change{Op: yamledit.Delete, Path: field.Path, Prune: 3})
		if !known && notes == nil {
			notes = []string{"Calls that need the capabilities which " + container.at.String() + " loses will fail; see what the program does then."}
		}
	}
	return changes, notes
}
