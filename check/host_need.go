package check

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/podmend/podmend/render"
)

// HostNeed says whether a container and field likely need the host, and what speaks for it.
type HostNeed struct {
	Likely   bool
	Evidence []string // sorted; made of podmend's own words, never of rendered text
}

// HostNeedOf judges one field that breaks a control, by what the pod does with it and not by
// what it is called. It is silent on trade-offs (a host port, a sysctl, a controller on
// the node's network): whoever wants them can say so in an exemption.
func HostNeedOf(pod *render.PodTemplate, control *Control, field Field) HostNeed {
	return newNodeUse(pod).need(control, field)
}

// need judges one field of the pod.
func (node *nodeUse) need(control *Control, field Field) HostNeed {
	var evidence []string
	switch control.ID {
	case "hostPathVolumes", "restrictedVolumes":
		evidence = node.ofVolume(field)
	case "privileged":
		evidence = node.inContainer(field, ofPrivilege)
	case "appArmorProfile", "seccompProfile_baseline", "procMount":
		evidence = node.inContainer(field, ofPrivilege)
	case "seLinuxOptions":
		evidence = node.inContainer(field, anything)
	case "capabilities_baseline", "capabilities_restricted":
		evidence = node.ofCapability(field)
	case "hostNamespaces":
		evidence = node.ofNamespace(field)
	case "hostPorts":
		// Only ports that hostNetwork opens share its reason.
		if field.Path.String() == hostNetworkPath.String() {
			evidence = node.ofNamespace(field)
		}
	case "windowsHostProcess":
		evidence = node.ofHostProcess()
	}
	slices.Sort(evidence)
	evidence = slices.Compact(evidence)
	return HostNeed{Likely: len(evidence) > 0, Evidence: evidence}
}

// merge joins what is known of several occurrences: one that needs the host is enough.
func (n *HostNeed) merge(other HostNeed) {
	n.Likely = n.Likely || other.Likely
	n.Evidence = slices.Concat(n.Evidence, other.Evidence)
	slices.Sort(n.Evidence)
	n.Evidence = slices.Compact(n.Evidence)
}

// ofVolume judges a hostPath by its path and by how containers mount it.
func (n *nodeUse) ofVolume(field Field) []string {
	if len(field.Path) < 3 || !field.Path[2].List {
		return nil
	}
	volume := n.pod.Spec.Volumes[field.Path[2].Index]
	if volume.HostPath == nil {
		return nil
	}
	name := nodePath(volume.HostPath.Path)
	if ordinary.MatchString(name) {
		return nil
	}
	var found []string
	for i := range n.containers {
		for _, mount := range n.containers[i].mounts[volume.Name] {
			if mount.MountPropagation != nil && *mount.MountPropagation != corev1.MountPropagationNone {
				found = append(found, "a container shares mounts with the node (mountPropagation: "+string(*mount.MountPropagation)+")")
			}
			if known, ok := placeOfMount(volume.HostPath.Path, &mount); ok && n.counts(known, &mount) {
				found = append(found, "the volume is "+known.what)
			}
		}
	}
	if len(found) == 0 {
		found = n.asCompanion(volume.Name, name)
	}
	return found
}

// counts says whether a place speaks for itself: who may write to the whole file system of a node,
// and isn't an agent on each, could be anybody.
func (n *nodeUse) counts(place nodePlace, mount *corev1.VolumeMount) bool {
	return place.what != wholeNode || mount.ReadOnly || n.onEachNode()
}

// asCompanion judges a hostPath that says little by itself by who mounts it.
func (n *nodeUse) asCompanion(volume, name string) []string {
	for i := range n.containers {
		use := &n.containers[i]
		switch {
		case len(use.mounts[volume]) == 0:
		case (companions.MatchString(name) || name == "/") && len(use.evidence) > 0:
			return []string{"a container uses it beside other parts of the node's system"}
		case strings.HasPrefix(name, "/run/") && n.onEachNode():
			return []string{"processes of each node meet in the volume (/run)"}
		case n.installsCNI() && strings.HasPrefix(name, "/var/lib/"):
			return []string{"a container shares it with the CNI plugin that the pod installs on the node"}
		}
	}
	return nil
}

// installsCNI says whether the pod writes a CNI plugin to the node, which then runs there.
func (n *nodeUse) installsCNI() bool {
	return slices.ContainsFunc(n.containers, func(use containerUse) bool {
		return slices.ContainsFunc(use.evidence, func(e evidence) bool { return e.needs&ofCNI != 0 })
	})
}

// ofNamespace judges hostNetwork, hostPID and hostIPC, which the whole pod shares.
func (n *nodeUse) ofNamespace(field Field) []string {
	switch field.Path[len(field.Path)-1].Key {
	case "hostNetwork":
		return slices.Concat(n.podNeeds(ofNetwork|ofNetworkStatistics), n.ofHostProcess())
	case "hostPID":
		return n.podNeeds(ofProcesses)
	case "hostIPC":
		return n.podNeeds(ofNamespaces)
	}
	return nil
}

// ofCapability judges one entry of capabilities.add.
func (n *nodeUse) ofCapability(field Field) []string {
	switch strings.TrimPrefix(strings.ToUpper(field.Value), "CAP_") {
	case "NET_ADMIN", "NET_RAW":
		return n.inContainer(field, ofNetwork)
	case "AUDIT_CONTROL", "AUDIT_READ":
		return n.inContainer(field, ofProcesses)
	case "SYS_PTRACE":
		return n.inContainer(field, ofProcesses|ofPrivilege)
	case "DAC_READ_SEARCH", "SYSLOG":
		return n.inContainer(field, anything)
	case "":
		return nil // the field is missing: nothing is added
	default:
		return n.inContainer(field, ofPrivilege)
	}
}

// ofHostProcess tells a container that runs as a system account of a Windows node.
func (n *nodeUse) ofHostProcess() []string {
	account := func(options *corev1.WindowsSecurityContextOptions) bool {
		return options != nil && isTrue(options.HostProcess) && options.RunAsUserName != nil &&
			strings.HasPrefix(strings.ToUpper(*options.RunAsUserName), `NT AUTHORITY\`)
	}
	found := account(podSecurity(n.pod).WindowsOptions)
	for _, container := range containersOf(n.pod) {
		found = found || account(container.security().WindowsOptions)
	}
	if found && n.onEachNode() {
		return []string{"it runs on each Windows node as a system account of it"}
	}
	return nil
}
