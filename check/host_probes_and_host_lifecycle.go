package check

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// hostProbesAndHostLifecycle forbids probes and lifecycle handlers that call another host.
//
// Fields:
//
//	spec.{initContainers,containers,ephemeralContainers}[*].{livenessProbe,readinessProbe,startupProbe}.{httpGet,tcpSocket}.host
//	spec.{initContainers,containers,ephemeralContainers}[*].lifecycle.{postStart,preStop}.{httpGet,tcpSocket}.host
//
// Allowed: undefined, empty. Since v1.34.
//
// https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
// https://github.com/kubernetes/pod-security-admission/blob/master/policy/check_hostProbesAndhostLifecycle.go
var hostProbesAndHostLifecycle = Control{
	ID:       "hostProbesAndHostLifecycle",
	Level:    api.LevelBaseline,
	Severity: Low,
	Title:    "host of probes and lifecycle handlers",
	Locate:   locateHostProbes,
	Mend:     mendHostProbes,
	Doc: Doc{
		Means: "Probes and lifecycle handlers call the pod itself, not another host.",
		Danger: "The kubelet makes the call, from the node's own network. With a host of his choice, whoever writes the pod makes it call " +
			"services that are closed to pods, such as the node's loopback or the cloud's metadata service.",
		Fields: []string{
			"spec.{initContainers,containers,ephemeralContainers}[*].{livenessProbe,readinessProbe,startupProbe}.{httpGet,tcpSocket}.host",
			"spec.{initContainers,containers,ephemeralContainers}[*].lifecycle.{postStart,preStop}.{httpGet,tcpSocket}.host",
		},
		Allowed: []Allowed{{minor(34), "undefined, empty"}},
		Mended:  "host goes, and the kubelet calls the pod's own address.",
		Advice:  "Take host away: without it the kubelet asks the pod itself.",
		Page:    standardsBaseline,
	},
}

func locateHostProbes(pod *render.PodTemplate, version api.Version) []Field {
	if !since(version, 34) {
		return nil
	}
	var fields []Field
	for _, container := range containersOf(pod) {
		fields = append(fields, hostCalls(container)...)
	}
	return fields
}

// hostCalls returns every host that a container's probes and lifecycle handlers name.
func hostCalls(container placedContainer) []Field {
	var fields []Field
	add := func(http *corev1.HTTPGetAction, tcp *corev1.TCPSocketAction, handler ...any) {
		at := container.at.Join(handler...)
		if http != nil && http.Host != "" {
			fields = append(fields, Field{Path: at.Join("httpGet", "host"), Container: container.Name, Value: http.Host})
		}
		if tcp != nil && tcp.Host != "" {
			fields = append(fields, Field{Path: at.Join("tcpSocket", "host"), Container: container.Name, Value: tcp.Host})
		}
	}
	probe := func(probe *corev1.Probe, name string) {
		if probe != nil {
			add(probe.HTTPGet, probe.TCPSocket, name)
		}
	}
	probe(container.LivenessProbe, "livenessProbe")
	probe(container.ReadinessProbe, "readinessProbe")
	probe(container.StartupProbe, "startupProbe")
	if lifecycle := container.Lifecycle; lifecycle != nil {
		if handler := lifecycle.PostStart; handler != nil {
			add(handler.HTTPGet, handler.TCPSocket, "lifecycle", "postStart")
		}
		if handler := lifecycle.PreStop; handler != nil {
			add(handler.HTTPGet, handler.TCPSocket, "lifecycle", "preStop")
		}
	}
	return fields
}

func mendHostProbes(_ *render.PodTemplate, fields []Field, _ MendOptions) []Remedy {
	remedies := remedyForEach(fields, func(field Field) []yamledit.Change {
		return []yamledit.Change{{Op: yamledit.Delete, Path: field.Path}}
	})
	for i := range remedies {
		remedies[i].Notes = []string{"The kubelet then calls the pod's own address; a container that listens on its loopback only does not answer there."}
	}
	return remedies
}
