package worker

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/render"
)

const (
	endless = `{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}`
	greedy  = `{{ $s := repeat 1000000 "x" }}{{ range until 2000 }}{{ $s = print $s $s }}{{ end }}`
)

// badProgram is a script that is a child of some bad kind.
func badProgram(t *testing.T, kind string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "program")
	script := fmt.Sprintf("#!/bin/sh\nexec %s %s %s\n", self, probeCommand, kind)
	if err := os.WriteFile(name, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return name
}

// Whatever a child sends instead of an answer is one error of its target.
func TestBadChildren(t *testing.T) {
	if _, err := os.Stat("/bin/sh"); err != nil {
		t.Skip(err)
	}
	for kind, want := range map[string]render.ErrorKind{
		"garbage": render.ErrCrash, "flood": render.ErrOutputLimit, "gone": render.ErrCrash, "panic": render.ErrCrash,
		"slow": render.ErrMemory, "ended": render.ErrMemory,
	} {
		t.Run(kind, func(t *testing.T) {
			p := NewPool(badProgram(t, kind), 1, Limits{Output: 1 << 20, Time: 20 * time.Second})
			defer p.Close()
			start := time.Now()
			result, err := p.Render(context.Background(), chart(t, pod), target, render.Detail{})
			if err != nil || result.Err == nil {
				t.Fatalf("%+v, %v; want an error of the target", result, err)
			}
			if kind == "ended" && !MemoryIsWatched {
				want = render.ErrCrash
			}
			// gob may refuse the type of a flood before there is too much of it.
			if result.Err.Kind != want && (kind != "flood" || result.Err.Kind != render.ErrCrash) {
				t.Errorf("an error of kind %s, want %s", result.Err.Kind, want)
			}
			if strings.Contains(result.Err.Message, "secret") {
				t.Errorf("the error tells what the child printed: %s", result.Err.Message)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
			if len(p.children)+len(p.idle) > 0 {
				t.Errorf("%d children are kept", len(p.children))
			}
		})
	}
}

func TestChildrenAreUsedAgain(t *testing.T) {
	p := pool(t, 2, Limits{})
	files := chart(t, pod)
	for range 3 {
		if result, err := p.Render(context.Background(), files, target, render.Detail{}); err != nil || result.Err != nil {
			t.Fatal(result.Err, err)
		}
	}
	if len(p.children) != 1 || len(p.idle) != 1 {
		t.Errorf("%d children, %d of them idle; want the same one each time", len(p.children), len(p.idle))
	}
	p.Close()
	if len(p.children) != 0 {
		t.Errorf("%d children are left after Close", len(p.children))
	}
}

// All children together have a limit too, and what one target may use does not depend on others.
func TestChildrenTogetherAreBounded(t *testing.T) {
	if !MemoryIsWatched {
		t.Skip("no memory is watched here")
	}
	p := pool(t, 4, Limits{Memory: 600 << 20, Total: 700 << 20})
	large := chart(t, `{{ $s := repeat 100000000 "x" }}{{ range until 30 }}{{ $t := print $s $s }}{{ end }}`+pod)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			result, err := p.Render(context.Background(), large, target, render.Detail{})
			if err != nil || result.Err != nil && result.Err.Kind != render.ErrMemory {
				t.Errorf("%v, %v", result.Err, err)
			}
		})
	}
	group.Wait()
	if result, err := p.Render(context.Background(), chart(t, pod), target, render.Detail{}); err != nil || result.Err != nil {
		t.Errorf("the next target: %v, %v", result.Err, err)
	}
}

func TestTimeForAllTargets(t *testing.T) {
	p := pool(t, 1, Limits{Run: time.Nanosecond})
	files := chart(t, pod)
	for range 2 {
		time.Sleep(time.Millisecond)
		result, err := p.Render(context.Background(), files, target, render.Detail{})
		if err != nil {
			t.Fatal(err)
		}
		if result.Err != nil && result.Err.Kind == render.ErrTimeout {
			return
		}
	}
	t.Error("the targets go on after the time for all of them")
}

// BenchmarkFiftyTargets compares fifty small charts in this process and in children, of which the
// start is part.
func BenchmarkFiftyTargets(b *testing.B) {
	dir := b.TempDir()
	var targets []render.Target
	for i := range 50 {
		name := fmt.Sprintf("chart%d", i)
		for file, content := range map[string]string{
			"Chart.yaml":  "apiVersion: v2\nname: c\nversion: 1.0.0\n",
			"values.yaml": "replicas: 3\nimage: {repository: app, tag: v1}\n",
			"templates/all.yaml": strings.Repeat(`---
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}-{{ .Chart.Name }}, labels: {{ dict "app" .Chart.Name | toJson }}}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: a}}
  template:
    metadata: {labels: {app: a}}
    spec:
      containers:
      - name: app
        image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
        securityContext: {privileged: false}
`, 20),
		} {
			file = filepath.Join(dir, name, file)
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				b.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
				b.Fatal(err)
			}
		}
		targets = append(targets, render.Target{ID: "helm:" + name, Kind: render.Helm, Path: name})
	}
	files, err := overlay.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	run := func(b *testing.B, options render.Options) {
		results, err := render.All(context.Background(), files, targets, options)
		if err != nil || results[0].Err != nil {
			b.Fatal(results[0].Err, err)
		}
	}
	b.Run("process", func(b *testing.B) {
		for b.Loop() {
			run(b, render.Options{Jobs: 2, Detail: render.Detail{PodTemplatesOnly: true}})
		}
	})
	b.Run("children", func(b *testing.B) {
		for b.Loop() {
			p := NewPool(program, 2, Limits{})
			run(b, render.Options{Jobs: 2, Detail: render.Detail{PodTemplatesOnly: true}, Renderer: p})
			p.Close()
		}
	})
}
