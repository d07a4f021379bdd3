package check

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// hostNamespaces forbids sharing the network, process and IPC namespaces of the node.
//
// Fields:
//
//	spec.hostNetwork
//	spec.hostPID
//	spec.hostIPC
//
// Allowed: false, undefined. Since v1.0.
//
// https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
// https://github.com/kubernetes/pod-security-admission/blob/master/policy/check_hostNamespaces.go
var hostNamespaces = Control{
	ID:       "hostNamespaces",
	Level:    api.LevelBaseline,
	Severity: High,
	Title:    "host namespaces",
	Locate:   locateHostNamespaces,
	Mend:     mendHostNamespaces,
	Doc: Doc{
		Means: "The pod has a network, a process tree and an IPC namespace of its own, not those of the node.",
		Danger: "With hostNetwork an attacker reaches services that listen on the node's loopback only, the cloud's metadata " +
			"service and other pods' traffic, past every NetworkPolicy. With hostPID the processes of the node and of all its pods can be seen, " +
			"with their environment and open files, and be killed. With hostIPC shared memory of other processes can be read and written.",
		Fields:  []string{"spec.hostNetwork", "spec.hostPID", "spec.hostIPC"},
		Allowed: []Allowed{{minor(0), "false, undefined"}},
		Mended: "Each becomes false. With hostNetwork, dnsPolicy: ClusterFirstWithHostNet becomes ClusterFirst; in a Windows " +
			"HostProcess pod, which needs hostNetwork, hostProcess becomes false too.",
		Advice: "Set hostNetwork, hostPID and hostIPC to false.",
		Page:   standardsBaseline,
	},
}

var hostNetworkPath = yamledit.NewPath("spec", "hostNetwork")

func locateHostNamespaces(pod *render.PodTemplate, _ api.Version) []Field {
	var fields []Field
	if pod.Spec.HostNetwork {
		fields = append(fields, Field{Path: hostNetworkPath, Value: "true"})
	}
	if pod.Spec.HostPID {
		fields = append(fields, Field{Path: yamledit.NewPath("spec", "hostPID"), Value: "true"})
	}
	if pod.Spec.HostIPC {
		fields = append(fields, Field{Path: yamledit.NewPath("spec", "hostIPC"), Value: "true"})
	}
	return fields
}

func mendHostNamespaces(pod *render.PodTemplate, fields []Field, _ MendOptions) []Remedy {
	var remedies []Remedy
	for _, field := range fields {
		remedy := Remedy{Fields: []Field{field}}
		if field.Path.String() == hostNetworkPath.String() {
			remedy.Changes, remedy.Notes = leaveHostNetwork(pod)
		} else {
			remedy.Changes = []yamledit.Change{{Op: yamledit.Set, Path: field.Path, Value: false}}
		}
		remedies = append(remedies, remedy)
	}
	return remedies
}

// leaveHostNetwork gives a pod its own network. What Kubernetes allows only together with
// hostNetwork goes too: HostProcess containers.
func leaveHostNetwork(pod *render.PodTemplate) ([]yamledit.Change, []string) {
	var changes []yamledit.Change
	var notes []string
	if pod.Spec.HostNetwork {
		changes = append(changes, yamledit.Change{Op: yamledit.Set, Path: hostNetworkPath, Value: false})
		notes = append(notes, "The pod gets an address of its own: its ports are no longer open on the node, and the node's loopback is out of its reach.")
	}
	if pod.Spec.HostNetwork && pod.Spec.DNSPolicy == corev1.DNSClusterFirstWithHostNet {
		changes = append(changes, yamledit.Change{
			Op: yamledit.Set, Path: yamledit.NewPath("spec", "dnsPolicy"), Value: string(corev1.DNSClusterFirst),
		})
	}
	if processes := hostProcessFields(pod); len(processes) > 0 {
		for _, field := range processes {
			changes = append(changes, yamledit.Change{Op: yamledit.Set, Path: field.Path, Value: false})
		}
		notes = append(notes, "The containers no longer run as processes of the Windows node, so they see only the files of their image; runAsUserName may name no account of the node.")
	}
	return changes, notes
}
