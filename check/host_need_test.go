package check

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"k8s.io/pod-security-admission/api"

	"github.com/podmend/podmend/render"
)

// TestHostNeedCases reads testdata/host_need.txtar: pairs of NAME.yaml, a pod template whose first
// line may be "# kind=DaemonSet", and NAME.want, which of its findings need the host and why.
func TestHostNeedCases(t *testing.T) {
	file := filepath.Join("testdata", "host_need.txtar")
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	o := newOracle(t)
	var rewritten []txtar.File
	for i, pod := range archive.Files {
		name, isPod := strings.CutSuffix(pod.Name, ".yaml")
		if !isPod {
			continue
		}
		t.Run(name, func(t *testing.T) {
			got := needsTold(t, o, pod.Data)
			rewritten = append(rewritten, pod, txtar.File{Name: name + ".want", Data: []byte(got)})
			if *update {
				return
			}
			if i+1 == len(archive.Files) || archive.Files[i+1].Name != name+".want" {
				t.Fatalf("no %s.want follows; run go test ./check -run TestHostNeedCases -update", name)
			}
			if want := string(archive.Files[i+1].Data); got != want {
				t.Errorf("got:\n%swant:\n%s", got, want)
			}
		})
	}
	if *update {
		archive.Files = rewritten
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func needsTold(t *testing.T, o oracle, text []byte) string {
	t.Helper()
	pod := readPod(t, text)
	pod.Object = &render.Object{Kind: "Deployment"}
	if first, _, _ := strings.Cut(string(text), "\n"); strings.HasPrefix(first, "# kind=") {
		pod.Object.Kind = strings.TrimPrefix(first, "# kind=")
	}
	verdicts, err := o.evaluator.Evaluate(pod, api.LevelVersion{Level: api.LevelBaseline, Version: NewestVersion()})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, verdict := range verdicts {
		for _, field := range verdict.Fields {
			need := HostNeedOf(pod, verdict.Control, field)
			word := "no "
			if need.Likely {
				word = "yes"
			}
			fmt.Fprintf(&b, "%s %s %s\n", word, verdict.Control.ID, field.Path)
			for _, evidence := range need.Evidence {
				fmt.Fprintf(&b, "      %s\n", evidence)
			}
		}
	}
	return b.String()
}

// TestHostNeedHoldsForAnyPod asks for what is promised of each pod, over generated ones.
func TestHostNeedHoldsForAnyPod(t *testing.T) {
	for seed := range 300 {
		bytes := make(choices, 400)
		for i := range bytes {
			bytes[i] = byte(i*i*(seed+7) + i*31 + seed)
		}
		pod := bytes.pod()
		for _, control := range Controls() {
			for _, field := range control.Locate(pod, NewestVersion()) {
				need := HostNeedOf(pod, control, field)
				if need.Likely != (len(need.Evidence) > 0) {
					t.Fatalf("%s %s: likely %v by %v", control.ID, field.Path, need.Likely, need.Evidence)
				}
			}
		}
	}
}

func TestNodePath(t *testing.T) {
	for hostPath, want := range map[string]string{
		"/var/run/docker.sock":       "/run/docker.sock",
		"/var/run":                   "/run",
		"/var/running":               "/var/running",
		"/proc/":                     "/proc",
		`C:\Var\Lib\Kubelet\plugins`: "/var/lib/kubelet/plugins",
		`\\.\pipe\csi-proxy-disk-v1`: "pipe:csi-proxy-disk-v1",
		"":                           "/",
	} {
		if got := nodePath(hostPath); got != want {
			t.Errorf("%s: got %s, want %s", hostPath, got, want)
		}
	}
}
