package check

import (
	"fmt"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// hostPorts forbids ports of the node.
//
// Fields:
//
//	spec.{initContainers,containers,ephemeralContainers}[*].ports[*].hostPort
//
// Allowed: 0, undefined. Since v1.0. Under hostNetwork: true the API server makes each
// container port of containers and init containers a host port, so there the field that is
// at fault is spec.hostNetwork.
//
// https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
// https://github.com/kubernetes/pod-security-admission/blob/master/policy/check_hostPorts.go
var hostPorts = Control{
	ID:       "hostPorts",
	Level:    api.LevelBaseline,
	Severity: Medium,
	Title:    "host ports",
	Locate:   locateHostPorts,
	Mend:     mendHostPorts,
	Doc: Doc{
		Means: "Containers open no port of the node. In a pod with hostNetwork: true each container port is one, " +
			"because Kubernetes fills in hostPort there.",
		Danger: "A host port is open on the node's own address, where NetworkPolicies often do not reach, so a service meant for the cluster " +
			"may be open to the world. It can also take the place of a service that other software expects on that port of the node.",
		Fields: []string{
			"spec.initContainers[*].ports[*].hostPort",
			"spec.containers[*].ports[*].hostPort",
			"spec.ephemeralContainers[*].ports[*].hostPort",
			"spec.hostNetwork (makes each container port a host port)",
		},
		Allowed: []Allowed{{minor(0), "0, undefined"}},
		Mended: "hostPort goes. In a pod with hostNetwork, hostNetwork becomes false along with it: alone, " +
			"Kubernetes would fill the port in again.",
		Advice: "Take hostPort away, or hostNetwork where that makes the port the node's, and reach the pod through a Service.",
		Page:   standardsBaseline,
	},
}

func locateHostPorts(pod *render.PodTemplate, _ api.Version) []Field {
	var fields []Field
	var derived []string
	for _, container := range containersOf(pod) {
		for i, port := range container.Ports {
			at := container.at.Join("ports", i)
			switch {
			case port.HostPort != 0:
				fields = append(fields, Field{
					Path: at.Join("hostPort"), Container: container.Name, Value: strconv.Itoa(int(port.HostPort)),
				})
			case becomesHostPort(pod, container, port):
				derived = append(derived, fmt.Sprintf("%d (%s)", port.ContainerPort, at))
			}
		}
	}
	if len(derived) > 0 {
		because := "hostNetwork makes a host port of container port " + derived[0]
		if len(derived) > 1 {
			because = "hostNetwork makes host ports of container ports " + strings.Join(derived, ", ")
		}
		fields = append([]Field{{Path: hostNetworkPath, Value: "true", Because: because}}, fields...)
	}
	return fields
}

// becomesHostPort tells the ports that portsToHostPorts fills in.
func becomesHostPort(pod *render.PodTemplate, container placedContainer, port corev1.ContainerPort) bool {
	return pod.Spec.HostNetwork && container.at[1].Key != "ephemeralContainers" && port.ContainerPort != 0
}

func mendHostPorts(pod *render.PodTemplate, fields []Field, _ MendOptions) []Remedy {
	var remedies []Remedy
	for _, field := range fields {
		remedy := Remedy{Fields: []Field{field}}
		if pod.Spec.HostNetwork {
			remedy.Changes, remedy.Notes = leaveHostNetwork(pod)
		}
		if _, inContainer := containerAt(pod, field.Path); inContainer {
			remedy.Changes = append(remedy.Changes, yamledit.Change{Op: yamledit.Delete, Path: field.Path})
			remedy.Notes = append(remedy.Notes, "Nothing reaches the container by that port of the node any more; a Service can take its place.")
		}
		remedies = append(remedies, remedy)
	}
	return remedies
}
