package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/spf13/pflag"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/render"
)

// A countingRenderer counts what it renders.
type countingRenderer struct {
	mutex         sync.Mutex
	plain, traced int
}

func (c *countingRenderer) Render(ctx context.Context, files *overlay.FS, target render.Target, detail render.Detail) (render.Result, error) {
	c.mutex.Lock()
	if detail.Traced {
		c.traced++
	} else {
		c.plain++
	}
	c.mutex.Unlock()
	return render.One(ctx, files, target, detail), nil
}

// fixCounted fixes a chart of these files and counts the renderings.
func fixCounted(t *testing.T, files map[string]string) (*run, *countingRenderer) {
	t.Helper()
	charts := &chartFiles{files: map[string]string{"chart/Chart.yaml": "apiVersion: v2\nname: app\nversion: 1.0.0\n"}}
	dir := charts.write(t, files)
	if err := os.Mkdir(filepath.Join(dir, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	var f flags
	set := pflag.NewFlagSet("fix", pflag.ContinueOnError)
	f.addTargetFlags(set)
	f.addCheckFlags(set)
	f.hostPath = "auto"
	r, err := newRun(&Env{Stdout: &out, Stderr: &out, Getenv: func(string) string { return "" }, Dir: dir}, &f, ".")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.close(); err != nil {
			t.Error(err)
		}
	})
	counted := &countingRenderer{}
	r.renderer = counted
	r.mend.IncludeHostWorkloads = true
	if err := r.fix(context.Background(), true); err != nil {
		t.Fatal(err)
	}
	for _, proposal := range r.proposals {
		if proposal.Refusal != nil {
			t.Fatalf("%v: %s", proposal.Findings, proposal.Refusal.Message)
		}
	}
	return r, counted
}

// What templates hold as text is proven in one rendering, together and alone.
func TestRenderingsOfLiterals(t *testing.T) {
	r, counted := fixCounted(t, map[string]string{"chart/templates/pod.yaml": `apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  hostPID: true
  containers:
  - name: a
    image: a
    securityContext:
      privileged: true
      {{- if .Values.more }}
      runAsUser: 1
      {{- end }}
      procMount: Unmasked
      seccompProfile: {type: Unconfined}
`})
	if len(r.proposals) != 4 {
		t.Fatalf("%d proposals", len(r.proposals))
	}
	for _, proposal := range r.proposals {
		if !proposal.AloneProven() {
			t.Errorf("%v does not hold alone", proposal.Findings)
		}
	}
	if counted.plain != 2 || counted.traced != 1 {
		t.Errorf("%d renderings and %d traced ones, want 2 and 1", counted.plain, counted.traced)
	}
}

// Numbers of values are told apart in one rendering.
func TestRenderingsOfValues(t *testing.T) {
	_, counted := fixCounted(t, map[string]string{
		"chart/values.yaml": "ports:\n  a: {port: 8001, hostPort: 8001}\n  b: {port: 8002, hostPort: 8002}\n  c: {port: 8003, hostPort: 8003}\n",
		"chart/templates/pod.yaml": `apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers:
  - name: a
    image: a
    ports:
    {{- range $name, $port := .Values.ports }}
    - name: {{ $name }}
      containerPort: {{ $port.port }}
      {{- if $port.hostPort }}
      hostPort: {{ $port.hostPort }}
      {{- end }}
    {{- end }}
`,
	})
	// The chart, the values, the proof of all, and each of three ports of one pod alone.
	if counted.plain > 6 || counted.traced != 1 {
		t.Errorf("%d renderings and %d traced ones, want 6 and 1", counted.plain, counted.traced)
	}
}

// A switch that changes more than it should is found without trying what else failed with it.
func TestRenderingsOfASwitchThatChangesMore(t *testing.T) {
	r, counted := fixCounted(t, map[string]string{
		"chart/values.yaml": "root:\n  enabled: true\n",
		"chart/templates/pod.yaml": `apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  hostPID: true
  hostIPC: true
  containers:
  - name: a
    image: a
    args:
    - a
    {{- if .Values.root.enabled }}
    - --root=/host
    {{- end }}
    securityContext:
      privileged: true
      procMount: Unmasked
    volumeMounts:
    {{- if .Values.root.enabled }}
    - {name: root, mountPath: /host, readOnly: true}
    {{- end }}
    - {name: other, mountPath: /other}
  volumes:
  {{- if .Values.root.enabled }}
  - name: root
    hostPath: {path: /}
  {{- end }}
  - {name: other, emptyDir: {}}
`,
	})
	if len(r.proposals) != 5 {
		t.Fatalf("%d proposals", len(r.proposals))
	}
	// The chart, the proof that fails, and that of the others with the other way.
	if counted.plain != 3 || counted.traced != 1 {
		t.Errorf("%d renderings and %d traced ones, want 3 and 1", counted.plain, counted.traced)
	}
}

// Where it is certain that a fix holds alone, it is not rendered alone, though it is in other targets.
func TestRenderingsWhereOneTargetIsDoubtful(t *testing.T) {
	_, counted := fixCounted(t, map[string]string{
		"chart/values.yaml":         "text: none\n",
		"chart/ci/some-values.yaml": `text: '{{ include (print "na" "me") . }}'` + "\n",
		"chart/templates/_helpers.tpl": `{{- define "name" }}a{{ end }}
`,
		"chart/templates/pod.yaml": `apiVersion: v1
kind: Pod
metadata:
  name: a
  annotations: {text: {{ tpl .Values.text . }}}
spec:
  hostPID: true
  hostIPC: true
  containers: [{name: a, image: a}]
`,
	})
	// Both targets, the proof of all, and each of two fixes alone in the one whose text may call any template.
	if counted.plain != 6 || counted.traced != 2 {
		t.Errorf("%d renderings and %d traced ones, want 6 and 2", counted.plain, counted.traced)
	}
}

// Text that something reads can do more than stand in the output: whether its fix holds alone is tried.
func TestAloneWhereHelperIsRead(t *testing.T) {
	for _, reads := range []string{`(include "spec" . | fromYaml).hostPID`, `(contains "hostPID: true" (include (print "sp" "ec") .))`, `(contains "hostPID: true" (tpl .Values.text .))`} {
		r, _ := fixCounted(t, map[string]string{
			"chart/values.yaml": `text: '{{ include "spec" . }}'` + "\n",
			"chart/templates/_helpers.tpl": `{{- define "spec" -}}
hostPID: true
{{- end }}
{{- define "security" -}}
privileged: true
{{- end }}
`,
			"chart/templates/pod.yaml": `apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  {{- include "spec" . | nindent 2 }}
  {{- if and (not ` + reads + `) (include "security" . | fromYaml).privileged }}
  hostname: odd
  {{- end }}
  containers:
  - name: a
    image: a
    securityContext:
      {{- include "security" . | nindent 6 }}
`,
		})
		alone := map[bool]int{}
		for _, proposal := range r.proposals {
			alone[proposal.AloneProven()]++
		}
		if alone[true] != 1 || alone[false] != 1 {
			t.Errorf("%s: %d proposals hold alone and %d do not", reads, alone[true], alone[false])
		}
	}
}
