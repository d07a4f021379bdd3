package check

import (
	"k8s.io/pod-security-admission/api"

	"github.com/podmend/podmend/render"
)

// windowsHostProcess forbids Windows containers that run as processes of the node.
//
// Fields:
//
//	spec.securityContext.windowsOptions.hostProcess
//	spec.{initContainers,containers,ephemeralContainers}[*].securityContext.windowsOptions.hostProcess
//
// Allowed: false, undefined. Since v1.0.
//
// https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
// https://github.com/kubernetes/pod-security-admission/blob/master/policy/check_windowsHostProcess.go
var windowsHostProcess = Control{
	ID:       "windowsHostProcess",
	Level:    api.LevelBaseline,
	Severity: High,
	Title:    "Windows HostProcess containers",
	Locate:   locateWindowsHostProcess,
	Mend:     mendWindowsHostProcess,
	Doc: Doc{
		Means: "No Windows container runs as a process of the node.",
		Danger: "A HostProcess container is the Windows counterpart of a privileged one: it runs on the node itself, as SYSTEM if it wants, " +
			"with its files, registry, network and services. Whoever takes it over owns the node.",
		Fields: []string{
			"spec.securityContext.windowsOptions.hostProcess",
			"spec.initContainers[*].securityContext.windowsOptions.hostProcess",
			"spec.containers[*].securityContext.windowsOptions.hostProcess",
			"spec.ephemeralContainers[*].securityContext.windowsOptions.hostProcess",
		},
		Allowed: []Allowed{{minor(0), "false, undefined"}},
		Mended: "hostProcess becomes false wherever it is true, in the pod and its containers at once, because Kubernetes " +
			"wants them to agree; hostNetwork, which HostProcess pods must have, becomes false with it.",
		Advice: "Set windowsOptions.hostProcess to false in the pod and in every container, and hostNetwork with it.",
		Page:   standardsBaseline,
	},
}

func locateWindowsHostProcess(pod *render.PodTemplate, _ api.Version) []Field {
	return hostProcessFields(pod)
}

// hostProcessFields returns every hostProcess: true of the pod.
func hostProcessFields(pod *render.PodTemplate) []Field {
	var fields []Field
	if options := podSecurity(pod).WindowsOptions; options != nil && isTrue(options.HostProcess) {
		fields = append(fields, podField("true", "windowsOptions", "hostProcess"))
	}
	for _, container := range containersOf(pod) {
		if options := container.security().WindowsOptions; options != nil && isTrue(options.HostProcess) {
			fields = append(fields, container.field("true", "windowsOptions", "hostProcess"))
		}
	}
	return fields
}

func mendWindowsHostProcess(pod *render.PodTemplate, fields []Field, _ MendOptions) []Remedy {
	if len(fields) == 0 {
		return nil
	}
	changes, notes := leaveHostNetwork(pod)
	return []Remedy{{Fields: fields, Changes: changes, Notes: notes}}
}
