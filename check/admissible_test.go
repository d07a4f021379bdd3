package check

import (
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/podmend/podmend/render"
)

// stillAdmissible requires that a mended pod breaks none of Kubernetes' rules that concern the fields of the
// controls, unless the pod broke the same rule before.
func stillAdmissible(t testing.TB, before, after *render.PodTemplate) {
	t.Helper()
	known := complaints(before)
	for rule, n := range complaints(after) {
		if n > known[rule] {
			t.Errorf("the remedy makes Kubernetes complain: %s\nbefore %s\nafter  %s", rule, asJSON(t, before), asJSON(t, after))
		}
	}
}

// complaints counts by rule what Kubernetes would refuse.
//
// https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
func complaints(pod *render.PodTemplate) map[string]int {
	found := map[string]int{}
	complain := func(bad bool, rule string) {
		if bad {
			found[rule]++
		}
	}
	volumes := map[string]bool{}
	for _, volume := range pod.Spec.Volumes {
		complain(volumes[volume.Name], "two volumes of one name")
		volumes[volume.Name] = true
		complain(sourcesOf(&volume) > 1, "a volume with two sources")
	}
	windows := isWindows(pod)
	complain(windows && podSecurity(pod).SeccompProfile != nil, "seccompProfile in a Windows pod")
	complainOfProfiles(pod, complain)

	processes, containers := 0, containersOf(pod)
	podProcess := hostProcess(podSecurity(pod).WindowsOptions)
	for _, container := range containers {
		security := container.security()
		for _, mount := range container.VolumeMounts {
			complain(!volumes[mount.Name], "a mount without a volume")
			bidirectional := mount.MountPropagation != nil && *mount.MountPropagation == corev1.MountPropagationBidirectional
			complain(bidirectional && !isTrue(security.Privileged), "Bidirectional in an unprivileged container")
		}
		for _, device := range container.VolumeDevices {
			complain(!volumes[device.Name], "a device without a volume")
		}
		if allow := security.AllowPrivilegeEscalation; allow != nil && !*allow {
			complain(isTrue(security.Privileged), "allowPrivilegeEscalation: false in a privileged container")
			if security.Capabilities != nil {
				for _, added := range security.Capabilities.Add {
					complain(added == "CAP_SYS_ADMIN", "allowPrivilegeEscalation: false with CAP_SYS_ADMIN")
				}
			}
		}
		complain(windows && security.AllowPrivilegeEscalation != nil, "allowPrivilegeEscalation in a Windows pod")
		complain(windows && security.Capabilities != nil, "capabilities in a Windows pod")
		complain(windows && security.SeccompProfile != nil, "seccompProfile in a Windows pod")
		own := hostProcess(security.WindowsOptions)
		complain(own != nil && podProcess != nil && *own != *podProcess, "hostProcess of pod and container differ")
		if isTrue(own) || own == nil && isTrue(podProcess) {
			processes++
		}
	}
	complain(processes > 0 && processes < len(containers), "HostProcess and other containers in one pod")
	complain(processes > 0 && !pod.Spec.HostNetwork, "HostProcess without hostNetwork")
	return found
}

func hostProcess(options *corev1.WindowsSecurityContextOptions) *bool {
	if options == nil {
		return nil
	}
	return options.HostProcess
}

func sourcesOf(volume *corev1.Volume) int {
	n := len(restrictedSources(volume, 0))
	for _, there := range []bool{
		volume.ConfigMap != nil, volume.CSI != nil, volume.DownwardAPI != nil, volume.EmptyDir != nil, volume.Ephemeral != nil,
		volume.Image != nil, volume.PersistentVolumeClaim != nil, volume.Projected != nil, volume.Secret != nil,
	} {
		if there {
			n++
		}
	}
	return n
}

// complainOfProfiles compares annotations with fields as the API server does on creation.
func complainOfProfiles(pod *render.PodTemplate, complain func(bad bool, rule string)) {
	agree := func(p profile, key, rule string) {
		annotation, ok := pod.Meta.Annotations[key]
		if !ok || !p.set {
			return
		}
		switch p.kind {
		case runtimeDefault:
			complain(annotation != "runtime/default" && (annotation != dockerDefault || rule == "AppArmor"), rule+" annotation and field differ")
		case localhost:
			complain(p.localhost == nil || annotation != localhostPrefix+*p.localhost, rule+" annotation and field differ")
		case "Unconfined":
			complain(annotation != "unconfined", rule+" annotation and field differ")
		}
	}
	sound := func(p profile, rule string) {
		complain(p.set && (p.kind == localhost) != (p.localhost != nil && strings.TrimSpace(*p.localhost) != ""), fmt.Sprintf("%s localhostProfile without Localhost, or the reverse", rule))
	}
	sound(podAppArmor(pod), "AppArmor")
	sound(podSeccomp(pod), "seccomp")
	agree(podSeccomp(pod), seccompPodAnnotation, "seccomp")
	for _, container := range containersOf(pod) {
		sound(containerAppArmor(container), "AppArmor")
		sound(containerSeccomp(container), "seccomp")
		agree(containerSeccomp(container), seccompContainerAnnotation+container.Name, "seccomp")
		if p := containerAppArmor(container); p.set {
			agree(p, appArmorAnnotation+container.Name, "AppArmor")
		} else {
			agree(podAppArmor(pod), appArmorAnnotation+container.Name, "AppArmor")
		}
	}
}
