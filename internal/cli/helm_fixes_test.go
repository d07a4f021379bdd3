package cli

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/report"
)

// TestHelmFixes applies with git what podmend proves for the charts of a corpus, and asks of the helm
// command's output that what was mended is gone and that nothing else has changed.
func TestHelmFixes(t *testing.T) {
	t.Parallel()
	helm, corpus := os.Getenv("PODMEND_TEST_HELM"), os.Getenv("PODMEND_CORPUS")
	if helm == "" || corpus == "" {
		t.Log("set PODMEND_TEST_HELM to a helm command, and PODMEND_CORPUS to a folder of charts to fix")
		return
	}
	charts := readCharts(t, corpus)
	dir := charts.write(t, nil)
	git(t, dir, nil, "init", "--quiet")
	r, _ := runJSON(t, dir, "fix", "--include-host-workloads")
	before := templates(t, helm, dir, r.Targets)
	again := templates(t, helm, dir, r.Targets)

	var diff, stderr bytes.Buffer
	env := Env{Stdout: &diff, Stderr: &stderr, Getenv: func(string) string { return "" }, Dir: dir}
	Run(context.Background(), []string{"fix", "--include-host-workloads"}, env)
	if diff.Len() == 0 {
		t.Fatalf("no fixes: %s", stderr.String())
	}
	git(t, dir, &diff, "apply", "-")
	after := templates(t, helm, dir, r.Targets)

	mended := mendedFields(r)
	compared, changes := 0, 0
	for id, was := range before {
		is, ok := after[id]
		if !ok {
			t.Errorf("%s: helm template fails with the fixes", id)
			continue
		}
		if len(was) != len(is) || len(was) != len(again[id]) {
			t.Errorf("%s: %d objects have become %d", id, len(was), len(is))
			continue
		}
		compared++
		for i := range was {
			random := map[string]bool{}
			for _, at := range differing(was[i], again[id][i], "") {
				random[at] = true
			}
			key := id + " " + nameIn(was[i])
			for _, at := range differing(was[i], is[i], "") {
				changes++
				if !random[at] && !meant(at, mended[key]) {
					t.Errorf("%s: %s has changed; mended are %v", key, at, mended[key])
				}
			}
		}
	}
	t.Logf("%d targets compared, %d fields changed, %d findings mended", compared, changes, r.Summary.Proven)
	if compared == 0 || changes == 0 {
		t.Error("nothing was compared")
	}
	left, _ := runJSON(t, dir, "check")
	for _, finding := range left.Findings {
		for _, o := range finding.Occurrences {
			key := o.Target + " " + o.Object.Kind + "/" + o.Object.Name
			for _, m := range mended[key] {
				if m.control == finding.Control && m.container == o.Container && m.value == o.Value && m.field == o.Field {
					t.Errorf("%s: %s at %s is still there", key, finding.Control, o.Field)
				}
			}
		}
	}
}

// templates prints targets with the helm command; those that it cannot print are left out: it does not
// fetch or read dependencies from where podmend does.
func templates(t *testing.T, helm, dir string, targets []report.Target) map[string][]map[string]any {
	t.Helper()
	printed := map[string][]map[string]any{}
	for _, target := range targets {
		if target.Kind != "helm" || target.Status != "ok" {
			continue
		}
		args := []string{"template", "release-name", target.Path}
		for _, values := range target.Values {
			args = append(args, "--values", values)
		}
		command := exec.Command(helm, args...)
		command.Dir = dir
		command.Env = []string{"HOME=" + t.TempDir()}
		output, err := command.Output()
		if err != nil {
			continue
		}
		printed[target.ID] = []map[string]any{}
		for _, text := range regexp.MustCompile(`(?m)^---.*\n`).Split(string(output), -1) {
			var object map[string]any
			if err := yaml.Unmarshal([]byte(text), &object); err != nil {
				t.Fatalf("%s: %v", target.ID, err)
			}
			if object != nil {
				printed[target.ID] = append(printed[target.ID], object)
			}
		}
	}
	return printed
}

func nameIn(object map[string]any) string {
	metadata, _ := object["metadata"].(map[string]any)
	name, _ := metadata["name"].(string)
	kind, _ := object["kind"].(string)
	return kind + "/" + name
}

// A mendedField is an occurrence of a finding that a proven proposal mends.
type mendedField struct{ control, container, field, value string }

// mendedFields lists them by target and object.
func mendedFields(r *report.Report) map[string][]mendedField {
	proven := map[string]bool{}
	for _, proposal := range r.Proposals {
		proven[proposal.ID] = proposal.Status == "proven"
	}
	mended := map[string][]mendedField{}
	for _, finding := range r.Findings {
		if !proven[finding.Proposal] {
			continue
		}
		for _, o := range finding.Occurrences {
			key := o.Target + " " + o.Object.Kind + "/" + o.Object.Name
			mended[key] = append(mended[key], mendedField{finding.Control, o.Container, o.Field, o.Value})
		}
	}
	return mended
}

// coupled are the fields that go with a control's own in the same pod.
var coupled = map[string]*regexp.Regexp{
	"hostNamespaces":             regexp.MustCompile(`\.(hostNetwork|hostPID|hostIPC|dnsPolicy|hostPort)$`),
	"hostPathVolumes":            regexp.MustCompile(`\.(volumes|volumeMounts|volumeDevices)\b`),
	"hostPorts":                  regexp.MustCompile(`\.(hostPort|hostNetwork|dnsPolicy|ports)$`),
	"privileged":                 regexp.MustCompile(`\.(privileged|mountPropagation)$`),
	"capabilities_baseline":      regexp.MustCompile(`\.securityContext(\.capabilities.*)?$`),
	"hostProbesAndHostLifecycle": regexp.MustCompile(`\.host$`),
	"windowsHostProcess":         regexp.MustCompile(`\.(hostProcess|hostNetwork)$`),
	"appArmorProfile":            regexp.MustCompile(`(?i)apparmor`),
	"seccompProfile_baseline":    regexp.MustCompile(`(?i)seccomp`),
	"seLinuxOptions":             regexp.MustCompile(`seLinuxOptions`),
	"procMount":                  regexp.MustCompile(`procMount$`),
	"sysctls":                    regexp.MustCompile(`(sysctls|\.securityContext$)`),
}

// meant says whether a change belongs to what was mended in its object.
func meant(at string, mended []mendedField) bool {
	if strings.Contains(at, ".annotations.checksum/") {
		return true
	}
	for _, m := range mended {
		if coupled[m.control] != nil && coupled[m.control].MatchString(at) {
			return true
		}
	}
	return false
}

// differing lists the paths at which two trees differ; lists of different length differ as a whole.
func differing(a, b any, at string) []string {
	if reflect.DeepEqual(a, b) {
		return nil
	}
	var found []string
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok {
			return []string{at}
		}
		for key := range a {
			found = append(found, differing(a[key], b[key], at+"."+key)...)
		}
		for key := range b {
			if _, both := a[key]; !both {
				found = append(found, at+"."+key)
			}
		}
		return found
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return []string{at}
		}
		for i := range a {
			found = append(found, differing(a[i], b[i], at)...)
		}
		return found
	}
	return []string{at}
}

func git(t *testing.T, dir string, input *bytes.Buffer, args ...string) {
	t.Helper()
	command := exec.Command("git", args...)
	command.Dir = dir
	command.Env = append(os.Environ(), "HOME="+t.TempDir(), "GIT_CONFIG_NOSYSTEM=1")
	if input != nil {
		command.Stdin = input
	}
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("git %v in %s: %v\n%s", args, filepath.Base(dir), err, output)
	}
}
