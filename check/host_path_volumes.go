package check

import (
	"k8s.io/pod-security-admission/api"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// hostPathVolumes forbids volumes that are files or directories of the node.
//
// Fields:
//
//	spec.volumes[*].hostPath
//
// Allowed: undefined. Since v1.0. At the restricted level restrictedVolumes stands in for it.
//
// https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
// https://github.com/kubernetes/pod-security-admission/blob/master/policy/check_hostPathVolumes.go
var hostPathVolumes = Control{
	ID:       "hostPathVolumes",
	Level:    api.LevelBaseline,
	Severity: High,
	Title:    "hostPath volumes",
	Locate:   locateHostPathVolumes,
	Mend:     mendHostPathVolumes,
	Doc: Doc{
		Means: "No volume is a file or directory of the node.",
		Danger: "A writable hostPath is a way onto the node: a cron file, a static pod manifest or a binary that root runs is enough, and " +
			"a container runtime's socket is full control of every container. Read-only ones leak the kubelet's credentials, other pods' " +
			"secrets and logs.",
		Fields:  []string{"spec.volumes[*].hostPath"},
		Allowed: []Allowed{{minor(0), "undefined"}},
		Mended: "A volume that is mounted read-only everywhere or nowhere, a file, a device or a socket is dropped with every mount of it. " +
			"A writable directory becomes an emptyDir; its data no longer outlives the pod. " +
			"The option hostPath forces either.",
		Advice: "Replace the hostPath by an emptyDir, a ConfigMap or a persistent volume claim, or take the volume " +
			"away with its mounts.",
		Page: standardsBaseline,
	},
}

func locateHostPathVolumes(pod *render.PodTemplate, _ api.Version) []Field {
	var fields []Field
	for i, volume := range pod.Spec.Volumes {
		if volume.HostPath != nil {
			fields = append(fields, Field{Path: volumePath(i).Join("hostPath"), Value: volume.HostPath.Path})
		}
	}
	return fields
}

func volumePath(i int) yamledit.Path {
	return yamledit.NewPath("spec", "volumes", i)
}

func mendHostPathVolumes(pod *render.PodTemplate, fields []Field, options MendOptions) []Remedy {
	var remedies []Remedy
	for _, field := range fields {
		if pod.Partial && len(usesOf(pod, pod.Spec.Volumes[field.Path[2].Index].Name)) == 0 {
			continue // a container that the operator adds may mount it
		}
		remedies = append(remedies, mendHostPath(pod, field, options.HostPath))
	}
	return remedies
}
