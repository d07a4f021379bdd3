package cli

import (
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/githubfake"
)

// A saved report goes to code scanning for the commit of the event, and says what is missing.
func TestUploadToCodeScanning(t *testing.T) {
	w := newWorkflow(t, githubfake.Files{"readme": "x\n"}, githubfake.Files{"pod.yaml": hostPod})
	dir := w.checkout()
	if code, _ := w.run("check", "--format", "json", "--output", dir+"/report.json"); code != 1 {
		t.Fatalf("check ended with %d: %s", code, w.stderr)
	}
	upload := []string{"report", "--from", dir + "/report.json", "--to", "code-scanning"}
	if code, _ := w.run(upload...); code != 4 || !strings.Contains(w.stderr, "security-events: write") {
		t.Errorf("without the permission it ended with %d: %s", code, w.stderr)
	}
	w.token = w.repo.ActionsToken("contents: read", "security-events: write")
	if code, writes := w.run(upload...); code != 0 || writes != 1 || !strings.Contains(w.stderr, "code scanning has 1 finding") {
		t.Errorf("it ended with %d after %d writes: %s", code, writes, w.stderr)
	}
	if texts := w.repo.SARIFs(); len(texts) != 1 || !strings.Contains(texts[0], "hostNamespaces") {
		t.Errorf("code scanning has %q", texts)
	}
	w.env["GITHUB_EVENT_NAME"] = "workflow_run"
	if code, writes := w.run(upload...); code != 2 || writes != 0 || !strings.Contains(w.stderr, "this one is on") {
		t.Errorf("on workflow_run it ended with %d after %d writes: %s", code, writes, w.stderr)
	}
	delete(w.env, "GITHUB_EVENT_NAME")
	w.repo.Push("feature", "mona", "Go on", githubfake.Files{"pod.yaml": hostPod + "# more\n"})
	if code, _ := w.run(upload...); code != 2 || !strings.Contains(w.stderr, "take the report of the run that the event is about") {
		t.Errorf("for another commit it ended with %d: %s", code, w.stderr)
	}
}

const hostPod = `apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  hostNetwork: true
  containers: [{name: a, image: a}]
`
