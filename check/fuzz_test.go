package check

import (
	"math/rand/v2"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/podmend/podmend/render"
)

// FuzzLocate makes pods with every field that any control reads and holds the controls
// against upstream with them. Run it with -fuzzminimizetime 1x: each byte changes all that
// follow, so there is little to minimize.
func FuzzLocate(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{1, 37, 1, 1, 1, 2, 2, 2, 3, 3, 3, 0, 0, 1, 1, 1})
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		bytes := make([]byte, 100+random.IntN(500))
		for i := range bytes {
			bytes[i] = byte(random.Uint32())
		}
		f.Add(bytes)
	}
	o := newOracle(f)
	lvs := policies()
	f.Fuzz(func(t *testing.T, bytes []byte) {
		choices := choices(bytes)
		lv := lvs[choices.below(len(lvs))]
		o.hold(t, choices.pod(), lv)
	})
}

// choices turns bytes into decisions; when they run out, every decision is the first.
type choices []byte

func (c *choices) below(n int) int {
	if len(*c) == 0 {
		return 0
	}
	first := int((*c)[0])
	*c = (*c)[1:]
	return first % n
}

func pick[T any](c *choices, values ...T) T {
	return values[c.below(len(values))]
}

// maybe is nil at first.
func maybe[T any](c *choices, values ...T) *T {
	n := c.below(len(values) + 1)
	if n == 0 {
		return nil
	}
	return &values[n-1]
}

func (c *choices) pod() *render.PodTemplate {
	pod := &render.PodTemplate{}
	spec := &pod.Spec
	spec.HostNetwork, spec.HostPID, spec.HostIPC = pick(c, false, true), pick(c, false, true), pick(c, false, true)
	spec.HostUsers = maybe(c, true, false)
	spec.DNSPolicy = pick(c, "", corev1.DNSClusterFirst, corev1.DNSClusterFirstWithHostNet)
	if name := pick(c, "", corev1.Linux, corev1.Windows); name != "" {
		spec.OS = &corev1.PodOS{Name: name}
	}
	if pick(c, false, true) {
		spec.SecurityContext = &corev1.PodSecurityContext{
			RunAsNonRoot: maybe(c, true, false), RunAsUser: maybe[int64](c, 0, 1000), SELinuxOptions: c.seLinux(),
			SeccompProfile: c.seccomp(), AppArmorProfile: c.appArmor(), WindowsOptions: c.windows(), Sysctls: c.sysctls(),
		}
	}
	for range c.below(4) {
		spec.Volumes = append(spec.Volumes, c.volume())
	}
	for range c.below(3) {
		spec.InitContainers = append(spec.InitContainers, c.container())
	}
	for range c.below(4) {
		spec.Containers = append(spec.Containers, c.container())
	}
	for range c.below(3) {
		spec.EphemeralContainers = append(spec.EphemeralContainers,
			corev1.EphemeralContainer{EphemeralContainerCommon: corev1.EphemeralContainerCommon(c.container())})
	}
	for i, container := range containersOf(pod) {
		// Kubernetes wants them unique, and finds annotations by them.
		container.Name = string(rune('a' + i))
	}
	for range c.below(5) {
		if pod.Meta.Annotations == nil {
			pod.Meta.Annotations = map[string]string{}
		}
		key := pick(c, seccompPodAnnotation, seccompContainerAnnotation+"a", seccompContainerAnnotation+"b", seccompContainerAnnotation,
			appArmorAnnotation+"a", appArmorAnnotation+"b", appArmorAnnotation+"none", appArmorAnnotation, "example.com/other")
		pod.Meta.Annotations[key] = pick(c, "unconfined", "", "runtime/default", dockerDefault, "localhost/x", "localhost", "other")
	}
	return pod
}

func (c *choices) container() corev1.Container {
	container := corev1.Container{}
	for range c.below(3) {
		container.Ports = append(container.Ports, corev1.ContainerPort{
			ContainerPort: pick[int32](c, 80, 8080, 0), HostPort: pick[int32](c, 0, 80, 9000),
		})
	}
	for range c.below(3) {
		container.VolumeMounts = append(container.VolumeMounts, corev1.VolumeMount{
			Name: pick(c, "v", "w", "x", ""), ReadOnly: pick(c, true, false), SubPath: pick(c, "", "sub"),
			MountPropagation: maybe(c, corev1.MountPropagationBidirectional, corev1.MountPropagationHostToContainer),
		})
	}
	if pick(c, false, false, true) {
		container.VolumeDevices = []corev1.VolumeDevice{{Name: pick(c, "v", "w")}}
	}
	container.LivenessProbe, container.ReadinessProbe, container.StartupProbe = c.probe(), c.probe(), c.probe()
	if pick(c, false, true) {
		container.Lifecycle = &corev1.Lifecycle{PostStart: c.handler(), PreStop: c.handler()}
	}
	if pick(c, false, true, true) {
		container.SecurityContext = c.securityContext()
	}
	return container
}

func (c *choices) securityContext() *corev1.SecurityContext {
	security := &corev1.SecurityContext{
		Privileged: maybe(c, true, false), AllowPrivilegeEscalation: maybe(c, true, false),
		RunAsNonRoot: maybe(c, true, false), RunAsUser: maybe[int64](c, 0, 1000),
		ProcMount:      maybe(c, corev1.DefaultProcMount, corev1.UnmaskedProcMount, ""),
		SELinuxOptions: c.seLinux(), SeccompProfile: c.seccomp(), AppArmorProfile: c.appArmor(), WindowsOptions: c.windows(),
	}
	if pick(c, false, true) {
		security.Capabilities = &corev1.Capabilities{}
		names := []corev1.Capability{
			"ALL", "SYS_ADMIN", "CAP_SYS_ADMIN", "CHOWN", "CAP_CHOWN", "NET_BIND_SERVICE",
			"CAP_NET_BIND_SERVICE", "CAP_", "", "all", "CAP_ALL",
		}
		for range c.below(5) {
			security.Capabilities.Add = append(security.Capabilities.Add, pick(c, names...))
		}
		for range c.below(3) {
			security.Capabilities.Drop = append(security.Capabilities.Drop, pick(c, names...))
		}
	}
	return security
}

func (c *choices) volume() corev1.Volume {
	volume := corev1.Volume{Name: pick(c, "v", "w", "x", "")}
	for range c.below(3) {
		switch c.below(8) {
		case 0, 1:
			volume.HostPath = &corev1.HostPathVolumeSource{
				Path: pick(c, "", "/var/log", "/run/x.sock", "/dev/kmsg", `\\.\pipe\x`),
				Type: maybe(c, corev1.HostPathUnset, corev1.HostPathDirectory, corev1.HostPathFile, corev1.HostPathSocket),
			}
		case 2:
			volume.EmptyDir = &corev1.EmptyDirVolumeSource{}
		case 3:
			volume.Secret = &corev1.SecretVolumeSource{}
		case 4:
			volume.NFS = &corev1.NFSVolumeSource{}
		case 5:
			volume.StorageOS = &corev1.StorageOSVolumeSource{}
		case 6:
			volume.Image = &corev1.ImageVolumeSource{}
		case 7:
			volume.GCEPersistentDisk = &corev1.GCEPersistentDiskVolumeSource{}
		}
	}
	return volume
}

func (c *choices) probe() *corev1.Probe {
	handler := c.handler()
	if handler == nil {
		return nil
	}
	return &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: handler.HTTPGet, TCPSocket: handler.TCPSocket}}
}

func (c *choices) handler() *corev1.LifecycleHandler {
	switch c.below(4) {
	case 1:
		return &corev1.LifecycleHandler{HTTPGet: &corev1.HTTPGetAction{Host: pick(c, "127.0.0.1", "")}}
	case 2:
		return &corev1.LifecycleHandler{TCPSocket: &corev1.TCPSocketAction{Host: pick(c, "example.com", "")}}
	case 3:
		return &corev1.LifecycleHandler{Exec: &corev1.ExecAction{}}
	}
	return nil
}

func (c *choices) seLinux() *corev1.SELinuxOptions {
	return maybe(c, corev1.SELinuxOptions{
		Type: pick(c, "", "container_t", "container_engine_t", "spc_t"), User: pick(c, "", "system_u"), Role: pick(c, "", "r"), Level: pick(c, "", "s0"),
	})
}

func (c *choices) seccomp() *corev1.SeccompProfile {
	return maybe(c, corev1.SeccompProfile{
		Type:             pick(c, corev1.SeccompProfileTypeRuntimeDefault, corev1.SeccompProfileTypeUnconfined, corev1.SeccompProfileTypeLocalhost, ""),
		LocalhostProfile: maybe(c, "x"),
	})
}

func (c *choices) appArmor() *corev1.AppArmorProfile {
	return maybe(c, corev1.AppArmorProfile{
		Type:             pick(c, corev1.AppArmorProfileTypeRuntimeDefault, corev1.AppArmorProfileTypeUnconfined, corev1.AppArmorProfileTypeLocalhost, ""),
		LocalhostProfile: maybe(c, "x"),
	})
}

func (c *choices) windows() *corev1.WindowsSecurityContextOptions {
	return maybe(c, corev1.WindowsSecurityContextOptions{HostProcess: maybe(c, true, false)})
}

func (c *choices) sysctls() []corev1.Sysctl {
	var sysctls []corev1.Sysctl
	for range c.below(4) {
		sysctls = append(sysctls, corev1.Sysctl{Name: pick(c,
			"kernel.shm_rmid_forced", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time",
			"net.ipv4.tcp_rmem", "net.ipv4.tcp_notsent_lowat", "kernel.msgmax", "")})
	}
	return sysctls
}
