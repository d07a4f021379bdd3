package check

import "slices"

// controls holds every control of the Pod Security Standards, baseline first, in the
// order in which findings of one pod are told.
var controls = []*Control{
	&privileged,
	&hostNamespaces,
	&windowsHostProcess,
	&capabilitiesBaseline,
	&hostPathVolumes,
	&hostPorts,
	&appArmorProfile,
	&seccompProfileBaseline,
	&seLinuxOptions,
	&procMount,
	&sysctls,
	&hostProbesAndHostLifecycle,
	&restrictedVolumes,
	&allowPrivilegeEscalation,
	&runAsNonRoot,
	&runAsUser,
	&seccompProfileRestricted,
	&capabilitiesRestricted,
	&procMountRestricted,
}

// Controls returns every control of the Pod Security Standards, baseline first.
func Controls() []*Control {
	return slices.Clone(controls)
}

// ControlByID returns the control of an upstream check id.
func ControlByID(id string) (*Control, bool) {
	for _, control := range controls {
		if control.ID == id {
			return control, true
		}
	}
	return nil, false
}
