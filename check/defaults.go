package check

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podmend/podmend/render"
)

// defaulted returns the pod spec as the API server completes it before a pod is judged, as
// far as any control can tell. The pod template itself stays as it is: controllers create
// pods from it, and those are completed whatever the workload's template looks like.
//
// https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/v1/defaults.go
// (SetDefaults_Pod, SetDefaults_Volume)
func defaulted(pod *render.PodTemplate) *corev1.PodSpec {
	spec := pod.Spec.DeepCopy()
	if spec.HostNetwork {
		portsToHostPorts(spec.InitContainers)
		portsToHostPorts(spec.Containers)
	}
	for i := range spec.Volumes {
		if !hasSource(&spec.Volumes[i]) {
			spec.Volumes[i].EmptyDir = &corev1.EmptyDirVolumeSource{}
		}
	}
	return spec
}

// portsToHostPorts is for containers and init containers; the API server leaves ephemeral
// containers alone.
func portsToHostPorts(containers []corev1.Container) {
	for i := range containers {
		for j := range containers[i].Ports {
			if port := &containers[i].Ports[j]; port.HostPort == 0 {
				port.HostPort = port.ContainerPort
			}
		}
	}
}

func hasSource(volume *corev1.Volume) bool {
	return volume.VolumeSource != corev1.VolumeSource{}
}
