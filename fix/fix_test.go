package fix

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// analysed is a repository after proposing and proving.
type analysed struct {
	files     *overlay.FS
	report    *check.Report
	proposals []*Proposal
	refusals  map[string]*Refusal
}

func analyse(t *testing.T, archive string, options check.MendOptions) analysed {
	t.Helper()
	dir := t.TempDir()
	for _, file := range txtar.Parse([]byte(archive)).Files {
		name := filepath.Join(dir, filepath.FromSlash(file.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, file.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	files, err := overlay.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := files.Close(); err != nil {
			t.Error(err)
		}
	})
	discovery, err := render.Discover(files, render.DiscoverOptions{})
	if err != nil {
		t.Fatal(err)
	}
	results, err := render.All(context.Background(), files, discovery.Targets, render.Options{Detail: render.Detail{PodTemplatesOnly: true}})
	if err != nil {
		t.Fatal(err)
	}
	locator := render.NewLocator(files)
	report, err := check.Run(results, locator, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	a := analysed{files: files, report: report}
	a.proposals, a.refusals = Propose(files, results, report, locator, options, Budget{})
	prover := &Prover{Files: files, Targets: discovery.Targets, Results: results, Report: report, Alone: true}
	if err := prover.Prove(context.Background(), a.proposals); err != nil {
		t.Fatal(err)
	}
	return a
}

// outcomes tells of each finding, by control, whether it is proven or why not.
func (a analysed) outcomes() []string {
	var told []string
	for _, finding := range a.report.Findings {
		outcome := "unaccounted"
		if refusal := a.refusals[finding.ID]; refusal != nil {
			outcome = string(refusal.Reason)
		}
		for _, proposal := range a.proposals {
			if !slices.Contains(proposal.Findings, finding.ID) {
				continue
			}
			outcome = "proven"
			if proposal.Refusal != nil {
				outcome = string(proposal.Refusal.Reason)
			} else if !proposal.AloneProven() {
				outcome = "proven together"
			}
		}
		told = append(told, finding.Control.ID+" "+outcome)
	}
	slices.Sort(told)
	return told
}

const pod = `
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
`

func TestOutcomes(t *testing.T) {
	tests := []struct {
		name, archive string
		want          []string
	}{
		{
			"each field alone",
			"-- a.yaml --" + pod + "  hostPID: true\n  hostIPC: true\n  containers: [{name: c, image: i, securityContext: {privileged: true}}]\n",
			[]string{"hostNamespaces proven", "hostNamespaces proven", "privileged proven"},
		},
		{
			"an anchor that another pod template uses too",
			`-- a.yaml --
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
    - name: a
      image: i
      securityContext: &context {privileged: true}
  initContainers:
    - name: b
      image: i
      env: [{name: X, value: &y "true"}]
      securityContext: *context
`,
			[]string{"privileged proven"},
		},
		{
			"an anchor whose other use must stay",
			`-- a.yaml --
apiVersion: v1
kind: Pod
metadata: {name: p, labels: &labels {hostPID: "x"}}
spec:
  hostPID: &yes true
  shareProcessNamespace: *yes
  containers: [{name: a, image: i}]
`,
			[]string{"hostNamespaces shared-anchor"},
		},
		{
			"a volume whose overlay changes the path",
			`-- base/kustomization.yaml --
resources: [pod.yaml]
-- base/pod.yaml --
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  hostIPC: true
  containers: [{name: c, image: i, volumeMounts: [{name: v, mountPath: /v}]}]
  volumes: [{name: v, hostPath: {path: /v}}]
-- over/kustomization.yaml --
resources: [../base]
patches:
  - patch: |
      apiVersion: v1
      kind: Pod
      metadata: {name: p}
      spec:
        volumes: [{name: v, hostPath: {path: /other}}]
`,
			[]string{"hostNamespaces proven", "hostPathVolumes proven", "hostPathVolumes proven together"},
		},
		{
			"a chart that was not traced is not edited",
			`-- Chart.yaml --
apiVersion: v2
name: c
version: 1.0.0
-- templates/pod.yaml --` + pod + "  hostPID: true\n  containers: [{name: c, image: i}]\n",
			[]string{"hostNamespaces unsound-map"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := analyse(t, test.archive, check.MendOptions{}).outcomes()
			slices.Sort(test.want)
			if !slices.Equal(got, test.want) {
				t.Errorf("got  %v\nwant %v", got, test.want)
			}
		})
	}
}

// Volumes that go one by one leave a list; all of them together take the key along, and are one
// proposal then.
func TestEmptiedListIsOneProposal(t *testing.T) {
	archive := "-- a.yaml --" + pod + `  containers:
    - name: c
      image: i
  volumes:
    - name: one
      hostPath: {path: /one}
    - name: two
      hostPath: {path: /two}
`
	a := analyse(t, archive, check.MendOptions{HostPath: check.HostPathDrop})
	if len(a.proposals) != 1 || len(a.proposals[0].Findings) != 2 {
		t.Fatalf("%d proposals, want one for both findings", len(a.proposals))
	}
	changed, err := Apply(a.files, a.proposals)
	if err != nil {
		t.Fatal(err)
	}
	if text := string(changed["a.yaml"]); strings.Contains(text, "volumes") {
		t.Errorf("the emptied list stands:\n%s", text)
	}
}

func TestDiffHeaders(t *testing.T) {
	for name, want := range map[string]string{
		"a.yaml":     "diff --git a/a.yaml b/a.yaml\n--- a/a.yaml\n+++ b/a.yaml\n",
		"a b.yaml":   "diff --git a/a b.yaml b/a b.yaml\n--- a/a b.yaml\t\n+++ b/a b.yaml\t\n",
		"a\n\"é.yml": "diff --git \"a/a\\012\\\"\\303\\251.yml\" \"b/a\\012\\\"\\303\\251.yml\"\n--- \"a/a\\012\\\"\\303\\251.yml\"\n+++ \"b/a\\012\\\"\\303\\251.yml\"\n",
	} {
		if got := header(name, false, false); got != want {
			t.Errorf("header(%q) =\n%s\nwant\n%s", name, got, want)
		}
	}
}

// Adding behind a line does not change that line, though the edit starts at its end.
func TestDiffShowsOnlyChangedLines(t *testing.T) {
	before := "a: 1\nb: 2\nc: 3\n"
	edits := []yamledit.Edit{{Start: 4, End: 4, NewText: "\nx: 0"}, {Start: 8, End: 9, NewText: "4"}}
	var got []string
	for _, edit := range lineEdits([]byte(before), edits) {
		got = append(got, before[edit.Start:edit.End]+">"+edit.New)
	}
	if want := []string{">x: 0\n", "b: 2\n>b: 4\n"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
