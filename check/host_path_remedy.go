package check

import (
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// A volumeUse is a mount of a volume, or its use as a block device.
type volumeUse struct {
	at       yamledit.Path
	readOnly bool
}

// mendHostPath makes the remedy for one hostPath volume, field being spec.volumes[i].hostPath.
func mendHostPath(pod *render.PodTemplate, field Field, choice HostPathRemedy) Remedy {
	at := field.Path[:len(field.Path)-1]
	volume := &pod.Spec.Volumes[at[len(at)-1].Index]
	remedy := Remedy{Fields: []Field{field}}

	rest := volume.VolumeSource
	rest.HostPath = nil
	if rest != (corev1.VolumeSource{}) {
		// Kubernetes refuses a volume with two sources; the other one stays.
		remedy.Changes = []yamledit.Change{{Op: yamledit.Delete, Path: field.Path}}
		return remedy
	}

	uses := usesOf(pod, volume.Name)
	if choice == "" || choice == HostPathAuto {
		choice = chooseHostPath(volume.HostPath, uses)
	}
	if choice == HostPathEmptyDir {
		remedy.Changes = []yamledit.Change{{Op: yamledit.Rename, Path: field.Path, Key: "emptyDir", Value: map[string]any{}}}
		remedy.Notes = []string{"The data of " + at.String() + " no longer outlives the pod, and the volume starts empty."}
		return remedy
	}
	remedy.Changes = []yamledit.Change{{Op: yamledit.Delete, Path: at, Prune: 1}}
	for _, use := range uses {
		remedy.Changes = append(remedy.Changes, yamledit.Change{Op: yamledit.Delete, Path: use.at, Prune: 1})
	}
	remedy.Notes = []string{"The containers no longer see what " + at.String() + " showed them of the node."}
	return remedy
}

// usesOf returns where containers of any kind use the volume.
func usesOf(pod *render.PodTemplate, name string) []volumeUse {
	var uses []volumeUse
	for _, container := range containersOf(pod) {
		for i, mount := range container.VolumeMounts {
			if mount.Name == name {
				uses = append(uses, volumeUse{container.at.Join("volumeMounts", i), mount.ReadOnly})
			}
		}
		for i, device := range container.VolumeDevices {
			if device.Name == name {
				uses = append(uses, volumeUse{container.at.Join("volumeDevices", i), false})
			}
		}
	}
	return uses
}

// chooseHostPath drops what an empty directory can't stand in for: a volume that is only
// read (the node's files are the point of it), a file, a device or a socket.
func chooseHostPath(source *corev1.HostPathVolumeSource, uses []volumeUse) HostPathRemedy {
	written := slices.ContainsFunc(uses, func(use volumeUse) bool { return !use.readOnly })
	asDevice := slices.ContainsFunc(uses, func(use volumeUse) bool { return use.at[3].Key == "volumeDevices" })
	if written && !asDevice && !IsFile(source) {
		return HostPathEmptyDir
	}
	return HostPathDrop
}

// plainFiles are paths that are a file or device on any Linux node. Others are taken for
// directories unless their type or ending says otherwise.
var plainFiles = []string{
	"/etc/hostname", "/etc/hosts", "/etc/localtime", "/etc/machine-id", "/etc/os-release", "/etc/resolv.conf", "/etc/timezone",
	"/dev/fuse", "/dev/kmsg", "/dev/kvm", "/dev/mem", "/dev/net/tun", "/dev/null", "/dev/random", "/dev/urandom", "/dev/zero",
}

// IsFile says whether a hostPath is a file, a device or a socket, for which an empty directory can't stand in.
func IsFile(source *corev1.HostPathVolumeSource) bool {
	if source.Type != nil && *source.Type != corev1.HostPathUnset {
		switch *source.Type {
		case corev1.HostPathFile, corev1.HostPathFileOrCreate, corev1.HostPathSocket,
			corev1.HostPathCharDev, corev1.HostPathBlockDev:
			return true
		}
		return false
	}
	switch path.Ext(source.Path) {
	case ".sock", ".lock":
		return true
	}
	// \\.\pipe\ holds the named pipes of Windows, its sockets.
	return strings.HasPrefix(source.Path, `\\.\pipe\`) || slices.Contains(plainFiles, path.Clean(source.Path))
}
