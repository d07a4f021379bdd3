package check

import (
	"path"
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// A nodePlace is a part of the node's file system that belongs to the node itself, so that who
// mounts it works on the node. Application data that somebody put on a node is none.
type nodePlace struct {
	match *regexp.Regexp
	what  string // for people
	// use says what a container that mounts it likely needs beside the files, and written
	// what it needs more if it mounts them to write.
	use, written needs
	// unlessWritten says that only a reader works on the node: a writer keeps data of its own there.
	unlessWritten bool
	// byMount says that a mount path which looks so tells as much as the hostPath.
	byMount bool
}

// needs are the ways out of the container that a mount speaks for.
type needs uint

const (
	ofPrivilege         needs = 1 << iota // privileged, SYS_ADMIN, no AppArmor or seccomp
	ofNetwork                             // hostNetwork, NET_ADMIN, NET_RAW
	ofProcesses                           // hostPID, SYS_PTRACE
	ofNetworkStatistics                   // hostNetwork: /proc/net is that of the reader's own network
	ofNamespaces                          // any namespace of the node, also hostIPC
	ofCNI                                 // directories that are shared with a CNI plugin

	anything = ^needs(0)
)

// nodePlaces are tried in order; the first that matches counts. Distributions move some of
// these directories (k3s, MicroK8s, k0s), hence the loose beginnings.
var nodePlaces = []nodePlace{
	{match: place(`^/$`), what: wholeNode, use: ofProcesses, written: ofPrivilege},
	{match: place(`/(kubelet|kubelet-plugins|kubeletplugin)(/|$)`), what: "the kubelet's directory"},
	{match: place(`/plugins_registry(/|$)|/csi\.sock$`), what: "a socket that the kubelet calls a CSI driver by"},
	{match: place(`/cni(/(bin|net\.d|cache|networks)(/|$)|$)`), what: "a CNI directory", use: ofNetwork, written: ofPrivilege | ofCNI, byMount: true},
	{match: place(`/netns(/|$)`), what: "the network namespaces of the node", use: ofNetwork | ofPrivilege},
	{match: place(`^/var/lib/docker/containers(/|$)`), what: "the logs of the node's containers"},
	{match: place(`/(docker|containerd|crio|cri-dockerd|podman)(\.sock$|/|$)`), what: "the container runtime's socket or directory"},
	{match: place(`^/run$`), what: "the node's /run with the sockets of its services", written: ofPrivilege},
	{match: place(`^/run/k3s(/|$)|^/var/lib/containers(/|$)`), what: "the container runtime's socket or directory"},
	{match: place(`^/proc(/(1|net)(/.*)?)?$`), what: "the node's /proc", use: ofProcesses | ofNetworkStatistics, written: ofPrivilege},
	{match: place(`^/proc/`), what: "the node's /proc", written: ofPrivilege},
	{match: place(`^/sys/(fs/bpf|kernel)(/|$)`), what: "the kernel's BPF, debug or trace files", use: ofPrivilege | ofProcesses},
	{match: place(`^/sys(/|$)`), what: "the node's /sys", written: ofPrivilege},
	// Every container has these devices.
	{match: place(`^/dev/(shm|null|zero|full|random|urandom|tty)(/|$)`)},
	{match: place(`^/dev/log$`), what: "the socket of the node's system log"},
	{match: place(`^/dev(/|$)`), what: "devices of the node", use: ofPrivilege},
	{match: place(`^/var/log(/(pods|containers|journal|audit|syslog|messages|kern\.log|auth\.log|secure)(/|$)|$)`), what: "the node's logs"},
	{match: place(`^/var/log/`), what: "the node's logs", unlessWritten: true},
	{match: place(`^/run/(log/journal|systemd/journal)(/|$)`), what: "the node's journal"},
	{match: place(`^/(run|etc|lib)/udev(/|$)`), what: "the node's device database (udev)", use: ofPrivilege},
	{match: place(`^/(usr/)?lib/modules(/|$)`), what: "the kernel's modules", use: ofPrivilege},
	{match: place(`^/boot(/|$)|^/usr/src(/|$)`), what: "the kernel's files", use: ofPrivilege},
	{match: place(`^/run/xtables\.lock$`), what: "the lock of the node's packet filter", use: ofNetwork | ofPrivilege},
	{match: place(`^/(run|etc|lib|usr/lib)/systemd(/|$)|^/run/dbus(/|$)`), what: "the node's system manager (systemd, D-Bus)", use: ofProcesses},
	{match: place(`^/etc/(iscsi|lvm|multipath|nvme)(/|$)|^/(var/lib|run)/(iscsi|lvm)(/|$)`), what: "the node's storage configuration", use: ofPrivilege | ofNetwork},
	{match: place(`^/etc/(kubernetes|rancher)(/|$)|^/var/lib/kube-(proxy|scheduler|controller-manager)(/|$)`), what: "the configuration of the node's Kubernetes"},
	{match: place(`^/var/lib/etcd(/|$)`), what: "the data of the node's etcd", unlessWritten: true},
	{match: place(`^pipe:(csi-proxy|containerd-containerd|docker_engine)`), what: "a named pipe of the node's services"},
}

const wholeNode = "the node's whole file system"

// companions are directories of the node's system. Alone they say little; beside a nodePlace in
// one container they are read or written for the same work.
var companions = place(`^/(etc|usr|lib|lib64|bin|sbin|run|opt)(/|$)`)

// ordinary is what any program may want of a node and can have otherwise.
var ordinary = place(`/(ssl|pki|certs?|certificates|ca-certificates|ca-trust|zoneinfo)(/|$)|\.(crt|pem)$|` +
	`^/etc/(localtime|timezone|hosts|hostname|resolv\.conf)$`)

func place(pattern string) *regexp.Regexp { return regexp.MustCompile(pattern) }

// placeOf finds the nodePlace of a hostPath.
func placeOf(hostPath string, written bool) (nodePlace, bool) {
	name := nodePath(hostPath)
	if ordinary.MatchString(name) {
		return nodePlace{}, false
	}
	for _, known := range nodePlaces {
		if known.match.MatchString(name) {
			return known, known.what != "" && !(written && known.unlessWritten)
		}
	}
	return nodePlace{}, false
}

// placeOfMount finds the nodePlace that a container takes a hostPath for.
func placeOfMount(hostPath string, mount *corev1.VolumeMount) (nodePlace, bool) {
	if known, ok := placeOf(hostPath, !mount.ReadOnly); ok {
		return known, true
	}
	known, ok := placeOf(mount.MountPath, !mount.ReadOnly)
	return known, ok && known.byMount
}

// nodePath writes a hostPath in the one way that the patterns know: /var/run is /run on any
// node, and Windows paths lose their drive.
func nodePath(hostPath string) string {
	name := strings.ReplaceAll(hostPath, `\`, "/")
	if pipe, ok := strings.CutPrefix(name, "//./pipe/"); ok {
		return "pipe:" + pipe
	}
	if len(name) > 1 && name[1] == ':' {
		name = strings.ToLower(name[2:])
	}
	name = path.Clean("/" + name)
	if rest, ok := strings.CutPrefix(name, "/var/run"); ok && (rest == "" || rest[0] == '/') {
		name = "/run" + rest
	}
	return name
}
