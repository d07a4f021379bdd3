package validation

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	v1 "k8s.io/api/core/v1"

	"github.com/podmend/podmend/render"
)

// TestGenerated mixes fixtures, so that controls meet that the fixtures show one at a time, and adds what
// the remedies change along: mounts, ports, the DNS policy. Only what Kubernetes takes before counts,
// since one complaint often hides another.
func TestGenerated(t *testing.T) {
	var m mended
	pods := fixtures(t)
	texts := slices.Sorted(maps.Keys(pods))
	random := rand.New(rand.NewPCG(seed(t), 2))
	judges := evaluator(t)
	valid := 0
	const n = 4000
	for range n {
		var mixed any
		for range 1 + random.IntN(5) {
			var next any
			if err := json.Unmarshal([]byte(texts[random.IntN(len(texts))]), &next); err != nil {
				t.Fatal(err)
			}
			mixed = mix(random, mixed, next)
		}
		text, err := json.Marshal(mixed)
		if err != nil {
			t.Fatal(err)
		}
		pod := read(t, text)
		decorate(random, pod)
		if len(complaints(t, pod)) > 0 {
			continue
		}
		valid++
		m.mends(t, judges, pod, policies[random.IntN(len(policies))])
		if t.Failed() {
			return // one example says more than a thousand
		}
	}
	if valid < n/4 {
		t.Errorf("only %d of %d generated pods are valid", valid, n)
	}
	t.Logf("%d pods, %d of them valid; %d remedies of %d violating ones", n, valid, m.remedies, m.pods)
}

// seed is 1, or what PODMEND_TEST_SEED says, to look at other pods.
func seed(t *testing.T) uint64 {
	t.Helper()
	text := os.Getenv("PODMEND_TEST_SEED")
	if text == "" {
		return 1
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// mix lays one tree over another. Of a scalar and of the list of volumes, either stays: volumes
// have one source each.
func mix(random *rand.Rand, a, b any) any {
	switch b := b.(type) {
	case nil:
		return a
	case map[string]any:
		under, ok := a.(map[string]any)
		if !ok {
			return b
		}
		for _, key := range slices.Sorted(maps.Keys(b)) {
			if key == "volumes" && under[key] != nil && random.IntN(2) == 0 {
				continue
			}
			if key == "volumes" {
				under[key] = b[key]
				continue
			}
			under[key] = mix(random, under[key], b[key])
		}
		return under
	case []any:
		under, ok := a.([]any)
		if !ok {
			return b
		}
		for i := range b {
			if i == len(under) {
				under = append(under, nil)
			}
			under[i] = mix(random, under[i], b[i])
		}
		return under
	}
	if a != nil && random.IntN(2) == 0 {
		return a
	}
	return b
}

// decorate adds fields that the fixtures of the controls don't have.
func decorate(random *rand.Rand, pod *render.PodTemplate) {
	spec := &pod.Spec
	if random.IntN(3) == 0 {
		for _, path := range []string{"/var/log", "/run/x.sock", "/dev"} {
			spec.Volumes = append(spec.Volumes, v1.Volume{
				Name: fmt.Sprintf("extra%d", len(spec.Volumes)), VolumeSource: v1.VolumeSource{HostPath: &v1.HostPathVolumeSource{Path: path}},
			})
		}
	}
	if spec.HostNetwork && random.IntN(2) == 0 {
		spec.DNSPolicy = v1.DNSClusterFirstWithHostNet
	}
	if random.IntN(10) == 0 {
		hostUsers := false
		spec.HostUsers = &hostUsers
	}
	if random.IntN(20) == 0 {
		becomeWindows(spec)
	}
	for _, containers := range [][]v1.Container{spec.InitContainers, spec.Containers} {
		for i := range containers {
			decorateContainer(random, pod, &containers[i])
		}
	}
}

// becomeWindows names Windows as the pod's system and takes away what Kubernetes refuses there.
func becomeWindows(spec *v1.PodSpec) {
	spec.OS = &v1.PodOS{Name: v1.Windows}
	spec.HostPID, spec.HostIPC, spec.HostUsers = false, false, nil
	if spec.SecurityContext != nil {
		spec.SecurityContext = &v1.PodSecurityContext{
			RunAsNonRoot: spec.SecurityContext.RunAsNonRoot, WindowsOptions: spec.SecurityContext.WindowsOptions,
		}
	}
	for _, containers := range [][]v1.Container{spec.InitContainers, spec.Containers} {
		for i := range containers {
			if security := containers[i].SecurityContext; security != nil {
				containers[i].SecurityContext = &v1.SecurityContext{
					RunAsNonRoot: security.RunAsNonRoot, WindowsOptions: security.WindowsOptions,
				}
			}
		}
	}
}

func decorateContainer(random *rand.Rand, pod *render.PodTemplate, container *v1.Container) {
	for i := range pod.Spec.Volumes {
		if random.IntN(2) == 0 {
			continue
		}
		mount := v1.VolumeMount{
			Name: pod.Spec.Volumes[i].Name, MountPath: fmt.Sprintf("/mnt/%d", i), ReadOnly: random.IntN(2) == 0,
		}
		if security := container.SecurityContext; security != nil && security.Privileged != nil && *security.Privileged && random.IntN(2) == 0 {
			propagation := v1.MountPropagationBidirectional
			mount.MountPropagation = &propagation
		}
		container.VolumeMounts = append(container.VolumeMounts, mount)
	}
	if random.IntN(3) == 0 {
		port := v1.ContainerPort{ContainerPort: int32(8000 + random.IntN(1000))}
		if pod.Spec.HostNetwork && random.IntN(2) == 0 {
			port.HostPort = port.ContainerPort
		}
		container.Ports = append(container.Ports, port)
	}
	const appArmor = "container.apparmor.security.beta.kubernetes.io/"
	if random.IntN(8) == 0 {
		if pod.Meta.Annotations == nil {
			pod.Meta.Annotations = map[string]string{}
		}
		values := []string{"unconfined", "runtime/default", "localhost/x"}
		pod.Meta.Annotations[appArmor+container.Name] = values[random.IntN(len(values))]
	}
}
