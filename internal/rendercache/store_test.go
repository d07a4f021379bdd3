package rendercache

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/render"
)

const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: a, image: a}]\n"

// A counter renders in this process and counts.
type counter struct{ renders atomic.Int64 }

func (c *counter) Render(ctx context.Context, files *overlay.FS, target render.Target, detail render.Detail) (render.Result, error) {
	c.renders.Add(1)
	return render.One(ctx, files, target, detail), nil
}

// A kit is a repository and a cache.
type kit struct {
	t          *testing.T
	repo, dir  string
	now        time.Time
	max        int64
	lastResult render.Result
	damaged    int
}

func newKit(t *testing.T) *kit {
	k := &kit{t: t, repo: t.TempDir(), dir: t.TempDir(), now: time.Now(), max: MaxSize}
	k.write("base/kustomization.yaml", "resources: [pod.yaml]\n")
	k.write("base/pod.yaml", pod)
	k.write("over/kustomization.yaml", "resources: [../base]\n")
	return k
}

func (k *kit) write(name, content string) {
	k.t.Helper()
	name = filepath.Join(k.repo, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		k.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		k.t.Fatal(err)
	}
}

// render renders in a run of its own, and says how often something was rendered.
func (k *kit) render(target render.Target, changed map[string][]byte) int64 {
	k.t.Helper()
	files, err := overlay.Open(k.repo)
	if err != nil {
		k.t.Fatal(err)
	}
	defer files.Close()
	next := &counter{}
	store := NewStore(k.dir, k.max, func() time.Time { return k.now })
	renderer := New(store, next, "program")
	view := files
	if changed != nil {
		view = files.With(changed)
	}
	if k.lastResult, err = renderer.Render(context.Background(), view, target, render.Detail{PodTemplatesOnly: true}); err != nil {
		k.t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		k.t.Fatal(err)
	}
	k.damaged = store.Damaged()
	return next.renders.Load()
}

func (k *kit) entries() []string {
	k.t.Helper()
	names, err := filepath.Glob(filepath.Join(k.dir, "renders", "*", "*"+extension))
	if err != nil {
		k.t.Fatal(err)
	}
	return names
}

var over = render.Target{ID: "kustomize:over", Kind: render.Kustomize, Path: "over"}

// TestWhatIsLookedAtCounts changes, one after the other, all kinds of things that a rendering depends on.
func TestWhatIsLookedAtCounts(t *testing.T) {
	k := newKit(t)
	want := func(what string, target render.Target, changed map[string][]byte, renders int64) {
		t.Helper()
		if got := k.render(target, changed); got != renders {
			t.Errorf("%s: %d renderings, want %d", what, got, renders)
		}
	}
	want("nothing is there", over, nil, 1)
	want("nothing has changed", over, nil, 0)
	k.write("elsewhere/x.yaml", "a: 1\n")
	want("another folder", over, nil, 0)
	k.write("base/pod.yaml", pod+"# more\n")
	want("a file that is read", over, nil, 1)
	k.write("base/pod.yaml", pod)
	want("back as it was", over, nil, 0)
	want("changed in memory", over, map[string][]byte{"base/pod.yaml": []byte(pod + "# other\n")}, 1)
	want("changed alike in memory", over, map[string][]byte{"base/pod.yaml": []byte(pod + "# other\n")}, 0)
	want("as on disk again", over, map[string][]byte{"elsewhere/y.yaml": nil}, 0)
	other := over
	other.KubeVersion = "v1.30.0"
	want("another option", other, nil, 1)
	k.write("over/kustomization.yml", "resources: []\n") // two of them are an error
	want("a file that was looked for and not there", over, nil, 1)
	if k.lastResult.Err == nil {
		t.Error("two kustomization files are no error")
	}
	want("an error that lasts", over, nil, 0)

	chart := render.Target{ID: "helm:chart", Kind: render.Helm, Path: "chart"}
	k.write("chart/Chart.yaml", "apiVersion: v2\nname: a\nversion: 1.0.0\n")
	k.write("chart/templates/a.yaml", "{{ range $path, $_ := .Files.Glob \"files/*\" }}# {{ $path }}\n{{ end }}"+pod)
	want("a chart", chart, nil, 1)
	want("a chart as it was", chart, nil, 0)
	k.write("chart/files/new.txt", "x")
	want("a new file in a folder that was listed", chart, nil, 1)
	if err := os.Symlink("../../elsewhere/x.yaml", filepath.Join(k.repo, "chart/files/link.txt")); err != nil {
		t.Fatal(err)
	}
	want("a link", chart, nil, 1)
	k.write("elsewhere/x.yaml", "a: 2\n")
	want("what a link leads to", chart, nil, 1)
	want("a chart as it is", chart, nil, 0)
}

func TestPoisonedEntries(t *testing.T) {
	for name, poison := range map[string]func(t *testing.T, entry string){
		"a bit": func(t *testing.T, entry string) {
			content, err := os.ReadFile(entry)
			if err != nil {
				t.Fatal(err)
			}
			content[len(content)/2] ^= 1
			write(t, entry, content)
		},
		"cut":   func(t *testing.T, entry string) { write(t, entry, []byte("x")) },
		"empty": func(t *testing.T, entry string) { write(t, entry, nil) },
		"under its own name, no result": func(t *testing.T, entry string) {
			content := []byte("poison")
			write(t, filepath.Join(filepath.Dir(entry), digest(content)+extension), content)
			remove(t, entry)
		},
		"a result outside of the repository": func(t *testing.T, entry string) {
			result := render.Result{Status: render.OK, Objects: []render.Object{{Kind: "Pod", Source: render.Source{File: "../x"}}}}
			forge(t, entry, result)
		},
		"an index to nowhere": func(t *testing.T, entry string) {
			trace := &render.Trace{Template: &render.TemplateTrace{Spans: []render.TemplateSpan{{Kind: render.SpanLiteral, File: 7}}}}
			forge(t, entry, render.Result{Status: render.OK, Objects: []render.Object{{Kind: "Pod", Trace: trace}}})
		},
		"no status": func(t *testing.T, entry string) { forge(t, entry, render.Result{}) },
		"a link": func(t *testing.T, entry string) {
			remove(t, entry)
			if err := os.Symlink("/etc/hostname", entry); err != nil {
				t.Fatal(err)
			}
		},
		"a folder": func(t *testing.T, entry string) {
			remove(t, entry)
			if err := os.MkdirAll(filepath.Join(entry, "x"), 0o755); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t)
			k.render(over, nil)
			entries := k.entries()
			if len(entries) != 1 {
				t.Fatalf("%q", entries)
			}
			poison(t, entries[0])
			if got := k.render(over, nil); got != 1 || k.damaged != 1 {
				t.Errorf("%d renderings and %d damaged entries, want one each", got, k.damaged)
			}
			if got := k.render(over, nil); got != 0 || k.damaged != 0 {
				t.Errorf("it is not mended: %d renderings and %d damaged entries", got, k.damaged)
			}
		})
	}
}

func write(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, name string) {
	t.Helper()
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
}

// forge puts another result in the place of an entry, with the name that it must have.
func forge(t *testing.T, name string, result render.Result) {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	read, err := decode(content)
	if err != nil {
		t.Fatal(err)
	}
	read.Result = result
	if content, err = encode(read); err != nil {
		t.Fatal(err)
	}
	remove(t, name)
	write(t, filepath.Join(filepath.Dir(name), digest(content)+extension), content)
}

func TestBounds(t *testing.T) {
	k := newKit(t)
	var size int64
	for i := range 3 * maxEntries {
		k.now = k.now.Add(time.Minute)
		k.write("base/pod.yaml", pod+"# "+string(rune('a'+i))+"\n")
		k.render(over, nil)
		for _, name := range k.entries() {
			if info, err := os.Stat(name); err == nil {
				size = info.Size()
			}
		}
	}
	if got := len(k.entries()); got != maxEntries {
		t.Errorf("%d states of one target are kept, want %d", got, maxEntries)
	}
	if got := k.render(over, nil); got != 0 {
		t.Error("the newest state is gone")
	}
	k.max = 3*size + size/2
	k.write("base/pod.yaml", pod+"# last\n")
	k.render(over, nil)
	if got := len(k.entries()); got < 2 || got > 3 {
		t.Errorf("%d entries of %d bytes are kept, and the bound is %d", got, size, k.max)
	}
	if got := k.render(over, nil); got != 0 {
		t.Error("the last used is gone")
	}
	k.now = k.now.Add(MaxAge + time.Minute)
	if got := k.render(over, nil); got != 1 {
		t.Error("an old result is taken")
	}
}

// TestManyAtOnce fills and empties one cache from many sides.
func TestManyAtOnce(t *testing.T) {
	k := newKit(t)
	k.max = 1 // whoever closes empties it
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			own := *k
			for range 20 {
				own.render(over, nil)
				if own.lastResult.Err != nil || len(own.lastResult.Objects) != 1 || own.damaged > 0 {
					t.Errorf("%+v, %d damaged", own.lastResult.Err, own.damaged)
				}
			}
		})
	}
	group.Wait()
}

func TestMask(t *testing.T) {
	for text, want := range map[string]string{
		"env:\n- name: a\n  value: secret # why\n":                    "env:\n- name: a\n  value: xxxxxx # why\n",
		"env: [{name: a, value: \"se\\\"cret\"}, {name: b}]\n":        "env: [{name: a, value: \"xxxxxxxx\"}, {name: b}]\n",
		"env:\n- value: 'it''s'\n  name: a\n":                         "env:\n- value: 'xxxxx'\n  name: a\n",
		"env:\n- name: a\n  value: |-\n    one two\n\n    three\n":    "env:\n- name: a\n  value: |-\n    xxx xxx\n\n    xxxxx\n",
		"a: {env: {value: kept}}\nenv: kept\nvalue: kept\n":           "a: {env: {value: kept}}\nenv: kept\nvalue: kept\n",
		"env:\n- name: a\n  valueFrom: {secretKeyRef: {name: b}}\n":   "env:\n- name: a\n  valueFrom: {secretKeyRef: {name: b}}\n",
		"env:\n- name: a\n  value: s\u00e9cret\nx: {y: [1, \"2\"]}\n": "env:\n- name: a\n  value: xxxxxxx\nx: {y: [1, \"2\"]}\n",
	} {
		if got, ok := withoutVariables([]byte(text)); !ok || string(got) != want {
			t.Errorf("%q becomes %q (%v), want %q", text, got, ok, want)
		}
	}
	for _, text := range []string{"env:\n- name: a\n  value: 5\n", "x: &x {value: s}\nenv: [*x]\n", "a: [\n", "env:\n- {name: a, value: &s secret}\n- {name: b, value: *s}\n"} {
		if got, ok := withoutVariables([]byte(text)); ok && string(got) != text {
			t.Errorf("%q becomes %q", text, got)
		} else if ok && text != "x: &x {value: s}\nenv: [*x]\n" {
			t.Errorf("%q is kept", text)
		}
	}
}
