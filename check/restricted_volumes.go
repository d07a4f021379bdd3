package check

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"

	"github.com/podmend/podmend/render"
)

// restrictedVolumes limits volumes to types that grant nothing of the node and hold no
// credentials of a storage system inline.
//
// Fields: spec.volumes[*] with any source but configMap, csi, downwardAPI, emptyDir,
// ephemeral, image, persistentVolumeClaim, projected, secret. Since v1.0. A volume with one
// of these is allowed whatever other sources it names, though Kubernetes refuses it then;
// one without any source is an emptyDir.
//
// https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
// https://github.com/kubernetes/pod-security-admission/blob/master/policy/check_restrictedVolumes.go
var restrictedVolumes = Control{
	ID:       "restrictedVolumes",
	Level:    api.LevelRestricted,
	Severity: Low,
	Title:    "volume types",
	Locate:   locateRestrictedVolumes,
	Mend:     mendRestrictedVolumes,
	Doc: Doc{
		Means: "Volumes are of a type that Kubernetes manages: configuration, secrets, scratch space, images, CSI volumes and claims.",
		Danger: "Other types name a server, a disk or a path right in the pod, so whoever may create pods reaches storage past the " +
			"rules for claims, and the old drivers for them run with the node's privileges.",
		Fields:  []string{"spec.volumes[*]"},
		Allowed: []Allowed{{minor(0), "configMap, csi, downwardAPI, emptyDir, ephemeral, image, persistentVolumeClaim, projected, secret"}},
		Mended: "A hostPath is mended as in hostPathVolumes. For other types podmend has no remedy, since only the owner of the data knows " +
			"which claim can take the volume's place.",
		Advice: "Use only volumes that belong to the pod or the cluster's storage, such as configMap, secret, " +
			"emptyDir, projected and persistentVolumeClaim.",
		Page: standardsRestricted,
	},
}

func locateRestrictedVolumes(pod *render.PodTemplate, _ api.Version) []Field {
	var fields []Field
	for i, volume := range pod.Spec.Volumes {
		if !volumeAllowed(&volume) {
			fields = append(fields, restrictedSources(&volume, i)...)
		}
	}
	return fields
}

func volumeAllowed(volume *corev1.Volume) bool {
	return volume.ConfigMap != nil || volume.CSI != nil || volume.DownwardAPI != nil || volume.EmptyDir != nil ||
		volume.Ephemeral != nil || volume.Image != nil || volume.PersistentVolumeClaim != nil ||
		volume.Projected != nil || volume.Secret != nil || !hasSource(volume)
}

// restrictedSources returns each source of a volume that has no allowed one.
func restrictedSources(volume *corev1.Volume, i int) []Field {
	var fields []Field
	add := func(there bool, source string) {
		if there {
			fields = append(fields, Field{Path: volumePath(i).Join(source), Because: source + " is not an allowed volume type"})
		}
	}
	add(volume.HostPath != nil, "hostPath")
	add(volume.GCEPersistentDisk != nil, "gcePersistentDisk")
	add(volume.AWSElasticBlockStore != nil, "awsElasticBlockStore")
	add(volume.GitRepo != nil, "gitRepo")
	add(volume.NFS != nil, "nfs")
	add(volume.ISCSI != nil, "iscsi")
	add(volume.Glusterfs != nil, "glusterfs")
	add(volume.RBD != nil, "rbd")
	add(volume.FlexVolume != nil, "flexVolume")
	add(volume.Cinder != nil, "cinder")
	add(volume.CephFS != nil, "cephfs")
	add(volume.Flocker != nil, "flocker")
	add(volume.FC != nil, "fc")
	add(volume.AzureFile != nil, "azureFile")
	add(volume.VsphereVolume != nil, "vsphereVolume")
	add(volume.Quobyte != nil, "quobyte")
	add(volume.AzureDisk != nil, "azureDisk")
	add(volume.PhotonPersistentDisk != nil, "photonPersistentDisk")
	add(volume.PortworxVolume != nil, "portworxVolume")
	add(volume.ScaleIO != nil, "scaleIO")
	add(volume.StorageOS != nil, "storageos")
	return fields
}

func mendRestrictedVolumes(pod *render.PodTemplate, fields []Field, options MendOptions) []Remedy {
	var remedies []Remedy
	for _, field := range fields {
		if field.Path[len(field.Path)-1].Key == "hostPath" {
			remedies = append(remedies, mendHostPath(pod, field, options.HostPath))
		}
	}
	return remedies
}
