package fix

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/podmend/podmend/render"
)

// admissible refuses pods that have a problem which they did not have before, and which the API
// server's validation would reject.
// https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
func admissible(target string, before, after *render.Object) *Refusal {
	podsBefore, err := before.PodTemplates()
	if err != nil {
		return nil // it was no pod before either
	}
	podsAfter, err := after.PodTemplates()
	if err != nil {
		return &Refusal{NotAdmissible, fmt.Sprintf("with the edit Kubernetes would refuse an object of %s: %v", target, err)}
	}
	if len(podsBefore) != len(podsAfter) {
		return &Refusal{ChangesMore, fmt.Sprintf("the edit takes a pod template of %s away", target)}
	}
	for i := range podsAfter {
		known := problems(&podsBefore[i], before.Kind)
		for _, problem := range problems(&podsAfter[i], after.Kind) {
			if !slices.Contains(known, problem) {
				return &Refusal{NotAdmissible, fmt.Sprintf("with the edit the API server would refuse a pod of %s: %s; change it by hand", target, problem)}
			}
		}
	}
	return nil
}

// problems lists what validation rejects of the fields that remedies touch.
func problems(pod *render.PodTemplate, kind string) []string {
	var found []string
	volumes := map[string]bool{}
	for i, volume := range pod.Spec.Volumes {
		volumes[volume.Name] = true
		if volume.HostPath != nil && volume.EmptyDir != nil {
			found = append(found, fmt.Sprintf("volume %d has two sources", i+1))
		}
	}
	// Claim templates of a StatefulSet are volumes too, by names that the template does not hold.
	claims := kind == "StatefulSet"
	for n, c := range pod.Containers() {
		name := fmt.Sprintf("container %d", n+1) // in the report's own words, not by rendered names
		for i, mount := range c.VolumeMounts {
			if !volumes[mount.Name] && !claims {
				found = append(found, fmt.Sprintf("mount %d of %s has no volume", i+1, name))
			}
			bidirectional := mount.MountPropagation != nil && *mount.MountPropagation == corev1.MountPropagationBidirectional
			if bidirectional && !privileged(c.SecurityContext) {
				found = append(found, fmt.Sprintf("mount %d of %s is Bidirectional, and the container is not privileged", i+1, name))
			}
		}
		for i, device := range c.VolumeDevices {
			if !volumes[device.Name] && !claims {
				found = append(found, fmt.Sprintf("device %d of %s has no volume", i+1, name))
			}
		}
		found = append(found, portProblems(pod, name, c.Ports)...)
		if hostProcess(c.SecurityContext) && !pod.Spec.HostNetwork {
			found = append(found, name+" is a hostProcess without hostNetwork")
		}
	}
	return found
}

// portProblems reports host ports that differ from the container's in the host's network.
func portProblems(pod *render.PodTemplate, name string, ports []corev1.ContainerPort) []string {
	var found []string
	for _, port := range ports {
		if pod.Spec.HostNetwork && port.HostPort != 0 && port.HostPort != port.ContainerPort {
			found = append(found, fmt.Sprintf("%s has a hostPort that differs from containerPort %d under hostNetwork", name, port.ContainerPort))
		}
	}
	return found
}

func privileged(context *corev1.SecurityContext) bool {
	return context != nil && context.Privileged != nil && *context.Privileged
}

func hostProcess(context *corev1.SecurityContext) bool {
	return context != nil && context.WindowsOptions != nil &&
		context.WindowsOptions.HostProcess != nil && *context.WindowsOptions.HostProcess
}
