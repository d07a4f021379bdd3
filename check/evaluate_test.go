package check

import (
	"slices"
	"testing"

	"k8s.io/pod-security-admission/api"

	"github.com/podmend/podmend/render"
)

const brokenPod = `
spec:
  hostNetwork: true
  volumes:
  - name: data
    hostPath: {path: /data}
  containers:
  - name: main
    ports: [{containerPort: 80}]
    securityContext:
      capabilities: {add: [SYS_ADMIN]}
`

func deniedIDs(t *testing.T, pod *render.PodTemplate, level api.Level, version api.Version) []string {
	t.Helper()
	evaluator, err := NewEvaluator()
	if err != nil {
		t.Fatal(err)
	}
	verdicts, err := evaluator.Evaluate(pod, api.LevelVersion{Level: level, Version: version})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, verdict := range verdicts {
		ids = append(ids, verdict.Control.ID)
	}
	return ids
}

func TestEvaluateLevelsAndVersions(t *testing.T) {
	baseline := []string{"hostNamespaces", "capabilities_baseline", "hostPathVolumes", "hostPorts"}
	for _, test := range []struct {
		level   api.Level
		version api.Version
		want    []string
	}{
		{api.LevelPrivileged, api.LatestVersion(), nil},
		{api.LevelBaseline, minor(0), baseline},
		{api.LevelBaseline, api.LatestVersion(), baseline},
		{api.LevelBaseline, minor(99), baseline}, // judged by the newest one
		// restrictedVolumes stands in for hostPathVolumes from the start,
		// capabilities_restricted for capabilities_baseline since v1.22.
		{api.LevelRestricted, minor(7), []string{
			"hostNamespaces", "capabilities_baseline", "hostPorts", "restrictedVolumes", "runAsNonRoot",
		}},
		{api.LevelRestricted, minor(37), []string{
			"hostNamespaces", "hostPorts", "restrictedVolumes", "allowPrivilegeEscalation", "runAsNonRoot",
			"seccompProfile_restricted", "capabilities_restricted",
		}},
	} {
		if got := deniedIDs(t, readPod(t, []byte(brokenPod)), test.level, test.version); !slices.Equal(got, test.want) {
			t.Errorf("%s %s denies %v, want %v", test.level, test.version, got, test.want)
		}
	}
}

func TestEvaluateRefusesUnknownPolicies(t *testing.T) {
	evaluator, err := NewEvaluator()
	if err != nil {
		t.Fatal(err)
	}
	for _, lv := range []api.LevelVersion{
		{Level: "basline", Version: minor(30)},
		{Level: api.LevelBaseline},
	} {
		if _, err := evaluator.Evaluate(&render.PodTemplate{}, lv); err == nil {
			t.Errorf("%s: no error", lv)
		}
	}
}

// TestEvaluateKeepsWhatNoLocatorFinds holds even if a locator is wrong.
func TestEvaluateKeepsWhatNoLocatorFinds(t *testing.T) {
	evaluator, err := NewEvaluator()
	if err != nil {
		t.Fatal(err)
	}
	blind := privileged
	blind.Locate = func(*render.PodTemplate, api.Version) []Field { return nil }
	evaluator.judges[0].control = &blind
	pod := readPod(t, []byte("spec: {containers: [{name: main, securityContext: {privileged: true}}]}"))
	verdicts, err := evaluator.Evaluate(pod, api.LevelVersion{Level: api.LevelBaseline, Version: minor(30)})
	if err != nil {
		t.Fatal(err)
	}
	if len(verdicts) != 1 || len(verdicts[0].Fields) != 1 || verdicts[0].Fields[0].Path.String() != "spec" || verdicts[0].Fields[0].Because == "" {
		t.Errorf("got %+v", verdicts)
	}

	eager := privileged
	eager.Locate = func(*render.PodTemplate, api.Version) []Field { return []Field{{Path: hostNetworkPath}} }
	evaluator.judges[0].control = &eager
	verdicts, err = evaluator.Evaluate(&render.PodTemplate{}, api.LevelVersion{Level: api.LevelBaseline, Version: minor(30)})
	if err != nil || len(verdicts) != 0 {
		t.Errorf("what upstream allows is denied: %+v, %v", verdicts, err)
	}
}

func TestNewestVersion(t *testing.T) {
	// Raise it with the module k8s.io/pod-security-admission.
	if got := NewestVersion(); got != minor(37) {
		t.Errorf("got %s", got)
	}
}

func TestDefaulted(t *testing.T) {
	pod := readPod(t, []byte(`
spec:
  hostNetwork: true
  volumes:
  - name: bare
  - {name: secret, secret: {secretName: x}}
  initContainers:
  - {name: init, ports: [{containerPort: 53}]}
  containers:
  - {name: main, ports: [{containerPort: 80}, {containerPort: 81, hostPort: 82}]}
  ephemeralContainers:
  - {name: debug, ports: [{containerPort: 22}]}
`))
	before := asJSON(t, pod)
	spec := defaulted(pod)
	if before != asJSON(t, pod) {
		t.Error("the pod template itself was changed")
	}
	if spec.InitContainers[0].Ports[0].HostPort != 53 || spec.Containers[0].Ports[0].HostPort != 80 || spec.Containers[0].Ports[1].HostPort != 82 {
		t.Error("ports of a hostNetwork pod become host ports")
	}
	if spec.EphemeralContainers[0].Ports[0].HostPort != 0 {
		t.Error("ports of ephemeral containers do not")
	}
	if spec.Volumes[0].EmptyDir == nil || spec.Volumes[1].EmptyDir != nil {
		t.Error("only a volume without a source is an emptyDir")
	}
	pod.Spec.HostNetwork = false
	if defaulted(pod).Containers[0].Ports[0].HostPort != 0 {
		t.Error("without hostNetwork no port becomes a host port")
	}
}
