package worker

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	_ "github.com/podmend/podmend/internal/memory" // as in podmend
	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/render"
)

// TestMain lets the test program be its own child, as podmend is.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == Command {
		if err := Serve(os.Stdin, os.Stdout); err != nil {
			os.Exit(1)
		}
		return
	}
	if len(os.Args) > 1 && os.Args[1] == probeCommand {
		os.Exit(probe(os.Args[2:]))
	}
	os.Exit(m.Run())
}

// chart makes a repository of one chart with one template.
func chart(t *testing.T, template string) *overlay.FS {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"Chart.yaml":          "apiVersion: v2\nname: c\nversion: 1.0.0\n",
		"templates/pods.yaml": template,
	} {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
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
	return files
}

func pool(t *testing.T, size int, limits Limits) *Pool {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := NewPool(program, size, limits)
	t.Cleanup(p.Close)
	return p
}

var target = render.Target{ID: "helm:.", Kind: render.Helm, Path: "."}

const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: i}]}\n"

// Each hostile chart costs one error of its kind in bounded time, and the next target is rendered
// as if nothing had happened.
func TestLimits(t *testing.T) {
	tests := []struct {
		name, template string
		limits         Limits
		want           render.ErrorKind
	}{
		{"a loop", `{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}`, Limits{Time: time.Second}, render.ErrTimeout},
		{
			"memory", `{{ $s := repeat 1000000 "x" }}{{ range until 2000 }}{{ $s = print $s $s }}{{ end }}`,
			Limits{Memory: 512 << 20},
			render.ErrMemory,
		},
		{"output", "a: {{ repeat 3000000 \"x\" }}\n---\n" + pod + "---\nb: 1\n", Limits{Output: 1 << 10, Objects: 10}, ""},
		{"large objects", pod + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: {{ repeat 3000000 \"x\" }} }\n", Limits{Output: 1 << 20}, render.ErrOutputLimit},
		{"many objects", "{{ range until 50 }}---\n" + pod + "{{ end }}", Limits{Objects: 49}, render.ErrOutputLimit},
		{"endless tpl", `{{ tpl .Template.Name . }}{{ define "x" }}{{ tpl "{{ include \"x\" . }}" . }}{{ end }}{{ include "x" . }}`, Limits{Memory: 512 << 20, Time: 20 * time.Second}, "any"},
	}
	good := chart(t, pod)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := pool(t, 1, test.limits)
			start := time.Now()
			result, err := p.Render(context.Background(), chart(t, test.template), target, render.Detail{})
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case test.want == "" && result.Err != nil:
				t.Errorf("error %v, want none", result.Err)
			case test.want == "any" && result.Err == nil:
				t.Error("no error")
			case test.want != "" && test.want != "any" && (result.Err == nil || result.Err.Kind != test.want):
				t.Errorf("error %v, want one of kind %s", result.Err, test.want)
			}
			if took := time.Since(start); took > time.Minute {
				t.Errorf("it took %v", took)
			}
			if result, err := p.Render(context.Background(), good, target, render.Detail{}); err != nil || len(result.Objects) == 0 {
				t.Errorf("the next target: %+v, %v", result.Err, err)
			}
		})
	}
}

func TestChildrenSeeChangesAndNoEnvironment(t *testing.T) {
	t.Setenv("PODMEND_TEST_TOKEN", "secret")
	p := pool(t, 1, Limits{})
	files := chart(t, `{{ env "PODMEND_TEST_TOKEN" }}`)
	result, err := p.Render(context.Background(), files, target, render.Detail{})
	if err != nil || result.Err == nil || result.Err.Kind != render.ErrTemplateSyntax {
		t.Errorf("a template with env: %+v, %v; want one that cannot be parsed", result.Err, err)
	}
	view := files.With(map[string][]byte{"templates/pods.yaml": []byte(pod)})
	result, err = p.Render(context.Background(), view, target, render.Detail{})
	if err != nil || result.Err != nil || len(result.Objects) != 1 {
		t.Errorf("the changed template: %d objects, %v, %v", len(result.Objects), result.Err, err)
	}
	gone := files.With(map[string][]byte{"Chart.yaml": nil})
	if result, err = p.Render(context.Background(), gone, target, render.Detail{}); err != nil || result.Err == nil {
		t.Errorf("a chart that is gone: %+v, %v", result, err)
	}
}

func TestCancelledRenderEnds(t *testing.T) {
	p := pool(t, 1, Limits{})
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	_, err := p.Render(ctx, chart(t, `{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}`), target, render.Detail{})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want the context's", err)
	}
}

func TestManyAtOnce(t *testing.T) {
	p := pool(t, 4, Limits{})
	files := chart(t, pod)
	var group sync.WaitGroup
	for range 12 {
		group.Go(func() {
			result, err := p.Render(context.Background(), files, target, render.Detail{PodTemplatesOnly: true})
			if err != nil || result.Err != nil || len(result.Objects) != 1 {
				t.Errorf("%d objects, %v, %v", len(result.Objects), result.Err, err)
			}
		})
	}
	group.Wait()
}

func TestMissingProgramIsAnError(t *testing.T) {
	p := NewPool(filepath.Join(t.TempDir(), "missing"), 1, Limits{})
	if _, err := p.Render(context.Background(), chart(t, pod), target, render.Detail{}); err == nil {
		t.Error("no error")
	}
}
