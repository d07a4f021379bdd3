package fix

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// trimmedBlocks holds lines that go with the blocks around them, where the actions of these trim the text beside.
const trimmedBlocks = `
-- chart/Chart.yaml --
apiVersion: v2
name: app
version: 1.0.0
-- chart/values.yaml --
local: true
-- chart/templates/pod.yaml --
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
  - name: c
    image: i
    livenessProbe:
      httpGet:
        {{- if .Values.local }}
        host: 127.0.0.1
        {{- end }}
        port: 80
    readinessProbe:
      httpGet:
        port: 80
        {{- if .Values.local }}
        host: 127.0.0.1
        {{- end }}
    startupProbe:
      httpGet:
        port: 80
        {{ if .Values.local -}}
        host: 127.0.0.1
        {{ end -}}
        path: /
`

// What is predicted of a proposal alone is what rendering with it prints.
func TestPredictions(t *testing.T) {
	if predicted := comparePredictions(t, extracted(t, txtar.Parse([]byte(trimmedBlocks)))); predicted != 3 {
		t.Errorf("%d proposals were predicted, want 3", predicted)
	}
	archives, err := filepath.Glob(filepath.Join("..", "testdata", "script", "helm-*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	predicted := 0
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		predicted += comparePredictions(t, extracted(t, archive))
	}
	if predicted == 0 {
		t.Error("nothing was predicted of the charts of scripts")
	}
	if corpus := os.Getenv("PODMEND_CORPUS"); corpus != "" {
		t.Logf("%d proposals were predicted in the corpus", comparePredictions(t, corpus))
	}
}

func extracted(t *testing.T, archive *txtar.Archive) string {
	t.Helper()
	dir := t.TempDir()
	if err := txtar.Write(archive, dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// comparePredictions returns how many proposals were predicted of the charts of a folder.
func comparePredictions(t *testing.T, dir string) (count int) {
	t.Helper()
	ctx := context.Background()
	files, err := overlay.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	discovery, err := render.Discover(files, render.DiscoverOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var charts []render.Target
	for _, target := range discovery.Targets {
		if target.Kind == render.Helm {
			charts = append(charts, target)
		}
	}
	results, err := render.All(ctx, files, charts, render.Options{Detail: render.Detail{PodTemplatesOnly: true, Traced: true}})
	if err != nil {
		t.Fatal(err)
	}
	locator := render.NewLocator(files)
	report, err := check.Run(results, locator, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	options := check.MendOptions{IncludeHostWorkloads: true}
	proposals, _ := Propose(files, results, report, locator, options, Budget{})
	prover := &Prover{Files: files, Targets: charts, Results: results, Report: report, editor: newEditor(files, Budget{})}
	var switches []*Proposal
	for _, proposal := range proposals {
		if proposal.another {
			switches = append(switches, proposal)
		}
	}
	proposals = append(proposals, prover.OtherWays(locator, options)(switches)...)
	if err := prover.know(ctx, editedFiles(proposals)); err != nil {
		t.Fatal(err)
	}
	for _, proposal := range proposals {
		if proposal.Refusal != nil || !proposal.inTemplates() {
			continue
		}
		for _, target := range prover.affected(editedFiles([]*Proposal{proposal})) {
			predicted, err := prover.predictedIn(target, proposal)
			if err != nil {
				t.Fatal(err)
			}
			if !predicted {
				continue
			}
			count++
			alone, err := prover.tryIn(ctx, []*Proposal{proposal}, map[string]bool{target.ID: true})
			if err != nil {
				t.Fatal(err)
			}
			if alone.failed() {
				t.Errorf("%s, %v: %s", target.ID, proposal.Findings, alone.first().Message)
			}
			if !mayVary(prover.before[target.ID].result) {
				compareWithRendered(t, prover, target, proposal)
			}
		}
	}
	return count
}

// compareWithRendered compares the objects with pods that are predicted with those that are rendered. Digests may differ, and
// white space.
func compareWithRendered(t *testing.T, prover *Prover, target render.Target, proposal *Proposal) {
	t.Helper()
	predicted, err := prover.predict(target, proposal)
	if err != nil {
		t.Fatal(err)
	}
	changed, err := prover.editor.apply([]*Proposal{proposal})
	if err != nil {
		t.Fatal(err)
	}
	rendered := render.One(context.Background(), prover.Files.With(changed), target, render.Detail{PodTemplatesOnly: true})
	for i := range rendered.Objects {
		if !rendered.Objects[i].HasPodTemplate() {
			continue
		}
		var was, is any
		if err := errors.Join(yaml.Unmarshal(predicted.result.Objects[i].YAML, &was), yaml.Unmarshal(rendered.Objects[i].YAML, &is)); err != nil {
			t.Fatal(err)
		}
		if at, differs := (likeness{}).difference(was, is, nil); differs {
			t.Errorf("%s, %v: %s is predicted as %v and rendered as %v", target.ID, proposal.Findings, at, yamledit.ValueAt(was, at), yamledit.ValueAt(is, at))
		}
	}
}
