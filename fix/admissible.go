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
		return &Refusal{NotAdmissible, fmt.Sprintf("with the edit Kubernetes would refuse %s %q of %s: %v",
			after.Kind, after.Name, target, err)}
	}
	if len(podsBefore) != len(podsAfter) {
		return &Refusal{ChangesMore, fmt.Sprintf("the edit takes the pod template of %s %q in %s away", after.Kind, after.Name, target)}
	}
	for i := range podsAfter {
		known := problems(&podsBefore[i], before.Kind)
		for _, problem := range problems(&podsAfter[i], after.Kind) {
			if !slices.Contains(known, problem) {
				return &Refusal{NotAdmissible, fmt.Sprintf("with the edit the API server would refuse %s %q of %s: %s; change it by hand",
					after.Kind, after.Name, target, problem)}
			}
		}
	}
	return nil
}

// problems lists what validation rejects of the fields that remedies touch.
func problems(pod *render.PodTemplate, kind string) []string {
	var found []string
	volumes := map[string]bool{}
	for _, volume := range pod.Spec.Volumes {
		volumes[volume.Name] = true
		if volume.HostPath != nil && volume.EmptyDir != nil {
			found = append(found, fmt.Sprintf("volume %q has two sources", volume.Name))
		}
	}
	// Claim templates of a StatefulSet are volumes too, by names that the template does not hold.
	claims := kind == "StatefulSet"
	for _, c := range pod.Containers() {
		for _, mount := range c.VolumeMounts {
			if !volumes[mount.Name] && !claims {
				found = append(found, fmt.Sprintf("container %q mounts volume %q, which is not there", c.Name, mount.Name))
			}
			bidirectional := mount.MountPropagation != nil && *mount.MountPropagation == corev1.MountPropagationBidirectional
			if bidirectional && !privileged(c.SecurityContext) {
				found = append(found, fmt.Sprintf("container %q mounts %q with Bidirectional propagation and is not privileged", c.Name, mount.Name))
			}
		}
		for _, device := range c.VolumeDevices {
			if !volumes[device.Name] && !claims {
				found = append(found, fmt.Sprintf("container %q uses device %q, which is not there", c.Name, device.Name))
			}
		}
		found = append(found, portProblems(pod, c)...)
		if hostProcess(c.SecurityContext) && !pod.Spec.HostNetwork {
			found = append(found, fmt.Sprintf("container %q is a hostProcess without hostNetwork", c.Name))
		}
	}
	return found
}

// portProblems reports host ports that differ from the container's in the host's network.
func portProblems(pod *render.PodTemplate, c *corev1.Container) []string {
	var found []string
	for _, port := range c.Ports {
		if pod.Spec.HostNetwork && port.HostPort != 0 && port.HostPort != port.ContainerPort {
			found = append(found, fmt.Sprintf("container %q has a hostPort that differs from containerPort %d under hostNetwork", c.Name, port.ContainerPort))
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
