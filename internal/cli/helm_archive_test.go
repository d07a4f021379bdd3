package cli

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"strings"
	"testing"
)

// packed returns the files as a gzipped archive, the same each time.
func packed(t *testing.T, files map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	zipped := gzip.NewWriter(&b)
	archive := tar.NewWriter(zipped)
	for _, name := range sortedNames(files) {
		if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(files[name]))}); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write([]byte(files[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// What a template of a packaged subchart prints of a value is mended in the values of the chart around it; of what is its
// own text, the refusal names the line.
func TestPackagedSubchart(t *testing.T) {
	charts := &chartFiles{files: map[string]string{
		"chart/Chart.yaml":  "apiVersion: v2\nname: app\nversion: 1.0.0\n",
		"chart/values.yaml": "agent:\n  tag: v1\n",
	}}
	dir := charts.write(t, map[string]string{"chart/charts/agent-1.0.0.tgz": packed(t, map[string]string{
		"agent/Chart.yaml":  "apiVersion: v2\nname: agent\nversion: 1.0.0\n",
		"agent/values.yaml": "tag: v0\nsharesProcesses: true\n",
		"agent/templates/pod.yaml": `apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  hostPID: {{ .Values.sharesProcesses }}
  hostIPC: true
  containers:
  - name: a
    image: a:{{ .Values.tag }}
`,
	})})
	r, _ := runJSON(t, dir, "fix", "--include-host-workloads")
	if len(r.Findings) != 2 {
		t.Fatalf("%d findings", len(r.Findings))
	}
	for _, finding := range r.Findings {
		switch finding.Occurrences[0].Field {
		case "spec.hostPID":
			if finding.Refusal != nil {
				t.Fatalf("hostPID: %s", finding.Refusal.Message)
			}
			for _, proposal := range r.Proposals {
				if proposal.ID == finding.Proposal && (len(proposal.Edits) != 1 || !strings.Contains(proposal.Edits[0].NewText, "sharesProcesses: false")) {
					t.Errorf("hostPID: %+v", proposal.Edits)
				}
			}
		case "spec.hostIPC":
			if finding.Refusal == nil || !strings.Contains(finding.Refusal.Message, "templates/pod.yaml:6 in the archive") {
				t.Errorf("hostIPC: %+v", finding.Refusal)
			}
		}
	}
}
