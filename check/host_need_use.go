package check

import (
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// nodeUse is what the containers of a pod do on their node, as far as the pod tells.
type nodeUse struct {
	pod        *render.PodTemplate
	containers []containerUse
}

// containerUse is what one container does on the node.
type containerUse struct {
	at       yamledit.Path
	mounts   map[string][]corev1.VolumeMount // by volume
	evidence []evidence
}

// evidence is a reason and what it is a reason for.
type evidence struct {
	needs  needs
	text   string
	volume string // that it comes from, "" for others
}

func newNodeUse(pod *render.PodTemplate) *nodeUse {
	n := &nodeUse{pod: pod}
	hostPaths := map[string]string{}
	for _, volume := range pod.Spec.Volumes {
		if volume.HostPath != nil {
			hostPaths[volume.Name] = volume.HostPath.Path
		}
	}
	for _, container := range containersOf(pod) {
		use := containerUse{at: container.at, mounts: map[string][]corev1.VolumeMount{}}
		for _, mount := range container.VolumeMounts {
			hostPath, ok := hostPaths[mount.Name]
			if !ok {
				continue
			}
			use.mounts[mount.Name] = append(use.mounts[mount.Name], mount)
			n.mount(&use, hostPath, &mount)
		}
		use.entersNode(container)
		n.actsOnNode(&use, container)
		n.containers = append(n.containers, use)
	}
	n.explainsHostPID()
	return n
}

// explainsHostPID takes hostPID for the way by which a privileged container of an agent enters its node
// if nothing else says what it is for: the command may stand in the image.
func (n *nodeUse) explainsHostPID() {
	if !n.pod.Spec.HostPID || !n.onEachNode() || len(n.podNeeds(ofProcesses)) > 0 {
		return
	}
	for i := range n.pod.Spec.Containers {
		container := &n.containers[len(n.pod.Spec.InitContainers)+i]
		if security := n.pod.Spec.Containers[i].SecurityContext; security != nil && isTrue(security.Privileged) {
			container.add(ofPrivilege|ofProcesses, "",
				"a privileged container sees each node's processes (hostPID), which is how one enters the node")
		}
	}
}

// mount judges one mount of a hostPath.
func (n *nodeUse) mount(use *containerUse, hostPath string, mount *corev1.VolumeMount) {
	if mount.MountPropagation != nil && *mount.MountPropagation == corev1.MountPropagationBidirectional {
		// Kubernetes allows it in privileged containers only. What is mounted for other pods often comes
		// over the network, and the kernel takes that of the one who mounts.
		use.add(ofPrivilege|ofNetwork, mount.Name, "a container mounts file systems for the node (mountPropagation: Bidirectional)")
	}
	if known, ok := placeOfMount(hostPath, mount); ok && n.counts(known, mount) {
		wants := known.use
		if !mount.ReadOnly {
			wants |= known.written
		}
		use.add(wants, mount.Name, "a container mounts "+known.what)
	}
}

func (u *containerUse) add(wants needs, volume, text string) {
	u.evidence = append(u.evidence, evidence{wants, text, volume})
}

// entersNode tells commands that leave the container for the node.
func (u *containerUse) entersNode(container placedContainer) {
	words := strings.FieldsFunc(strings.Join(slices.Concat(container.Command, container.Args), " "), func(r rune) bool {
		return strings.ContainsRune(" \t\r\n;|&()'\"`=", r)
	})
	for i, word := range words {
		switch path.Base(word) {
		case "nsenter":
			u.add(ofPrivilege|ofProcesses|ofNamespaces, "", "a container's command enters the node's namespaces (nsenter)")
		case "chroot":
			if i+1 < len(words) && u.mountedAt(words[i+1]) {
				u.add(ofPrivilege|ofProcesses|ofNamespaces, "", "a container's command enters the node's file system (chroot)")
			}
		}
	}
}

// mountedAt says whether a path in the container is a hostPath.
func (u *containerUse) mountedAt(name string) bool {
	for _, mounts := range u.mounts {
		for _, mount := range mounts {
			if path.Clean(mount.MountPath) == path.Clean(name) {
				return true
			}
		}
	}
	return false
}

// actsOnNode tells an agent on each node by a capability and the namespace of the node that it is for.
// Elsewhere than on each node the same may be a proxy or a debugger.
func (n *nodeUse) actsOnNode(use *containerUse, container placedContainer) {
	if !n.onEachNode() || container.security().Capabilities == nil {
		return
	}
	for _, capability := range container.security().Capabilities.Add {
		switch strings.TrimPrefix(string(capability), "CAP_") {
		case "NET_ADMIN", "NET_RAW":
			if n.pod.Spec.HostNetwork {
				use.add(ofNetwork, "", "a container on each node's network adds NET_ADMIN or NET_RAW")
			}
		case "SYS_PTRACE", "AUDIT_CONTROL", "AUDIT_READ":
			if n.pod.Spec.HostPID {
				use.add(ofProcesses, "", "a container that sees each node's processes adds SYS_PTRACE or reads the audit log")
			}
		}
	}
}

func (n *nodeUse) onEachNode() bool {
	return n.pod.Object != nil && n.pod.Object.Kind == "DaemonSet"
}

// podNeeds returns the evidence of all containers for a need.
func (n *nodeUse) podNeeds(wanted needs) []string {
	var texts []string
	for i := range n.containers {
		texts = append(texts, n.containers[i].needs(wanted)...)
	}
	return texts
}

func (u *containerUse) needs(wanted needs) []string {
	var texts []string
	for _, e := range u.evidence {
		if wanted == anything || e.needs&wanted != 0 {
			texts = append(texts, e.text)
		}
	}
	return texts
}

// inContainer returns the evidence for a need of the container that holds a field; for a field
// of the pod, that of all containers.
func (n *nodeUse) inContainer(field Field, wanted needs) []string {
	for i := range n.containers {
		if field.Path.HasPrefix(n.containers[i].at) {
			return n.containers[i].needs(wanted)
		}
	}
	if field.Container != "" { // an annotation names its container
		for i, container := range containersOf(n.pod) {
			if container.Name == field.Container {
				return n.containers[i].needs(wanted)
			}
		}
		return nil
	}
	return n.podNeeds(wanted)
}
