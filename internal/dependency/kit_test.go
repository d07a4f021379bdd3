package dependency

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/podmend/podmend/internal/fetch"
	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/render"
)

// helm runs the command line that the tests compare with, in a home of its own.
func helm(t *testing.T, args ...string) (string, error) {
	t.Helper()
	home := t.TempDir()
	command := exec.Command(helmCommand(t), args...)
	command.Env = []string{"HOME=" + home, "HELM_NO_PLUGINS=1", "PATH=" + os.Getenv("PATH")}
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	err := command.Run()
	return output.String(), err
}

func mustHelm(t *testing.T, args ...string) string {
	t.Helper()
	output, err := helm(t, args...)
	if err != nil {
		t.Fatalf("helm %v: %v\n%s", args, err, output)
	}
	return output
}

var built struct {
	sync.Once
	name string
	err  error
}

func helmCommand(t *testing.T) string {
	t.Helper()
	if name := os.Getenv("PODMEND_TEST_HELM"); name != "" {
		return name
	}
	built.Do(func() {
		dir, err := os.MkdirTemp("", "podmend-helm")
		if err != nil {
			built.err = err
			return
		}
		built.name = filepath.Join(dir, "helm")
		output, err := exec.Command("go", "build", "-C", filepath.Join("..", "tools"), "-o", built.name, "helm.sh/helm/v3/cmd/helm").CombinedOutput()
		if err != nil {
			built.err = fmt.Errorf("%w: %s", err, output)
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.name
}

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// pack makes the archive of a chart whose one template prints a ConfigMap with its name, and
// returns the archive's name.
func pack(t *testing.T, dir, name, version string) string {
	t.Helper()
	source := filepath.Join(t.TempDir(), name)
	write(t, filepath.Join(source, "Chart.yaml"), fmt.Sprintf("apiVersion: v2\nname: %s\nversion: %s\n", name, version))
	write(t, filepath.Join(source, "values.yaml"), "greeting: hello\n")
	write(t, filepath.Join(source, "templates", "cm.yaml"),
		"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Chart.Name }}-{{ .Chart.Version }}}\ndata: {greeting: {{ .Values.greeting }}}\n")
	mustHelm(t, "package", source, "--destination", dir)
	return filepath.Join(dir, name+"-"+version+".tgz")
}

// A chartServer is a chart repository on loopback. before may answer in its stead.
type chartServer struct {
	recordingServer
	dir string
}

// A recordingServer keeps what it is asked. before may answer in its stead.
type recordingServer struct {
	*httptest.Server
	mutex  sync.Mutex
	asked  []*http.Request
	before func(w http.ResponseWriter, r *http.Request) bool
}

func (s *recordingServer) start(t *testing.T, handler http.Handler) {
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mutex.Lock()
		s.asked = append(s.asked, r)
		before := s.before
		s.mutex.Unlock()
		if before == nil || !before(w, r) {
			handler.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(s.Close)
}

// requests returns what was asked since it was called last.
func (s *recordingServer) requests() []*http.Request {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	asked := s.asked
	s.asked = nil
	return asked
}

func (s *recordingServer) answer(before func(w http.ResponseWriter, r *http.Request) bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.before = before
}

// serveCharts packs charts ("name version") and serves them.
func serveCharts(t *testing.T, charts ...string) *chartServer {
	t.Helper()
	server := &chartServer{dir: t.TempDir()}
	for _, chart := range charts {
		name, version, _ := strings.Cut(chart, " ")
		pack(t, server.dir, name, version)
	}
	server.serve(t)
	return server
}

func (s *chartServer) serve(t *testing.T) {
	t.Helper()
	mustHelm(t, "repo", "index", s.dir)
	s.start(t, http.FileServer(http.Dir(s.dir)))
}

// paths are those of the requests.
func (s *recordingServer) paths() (paths []string) {
	for _, request := range s.requests() {
		paths = append(paths, request.URL.Path)
	}
	return paths
}

// A chartRepository is a repository with the chart app, whose dependencies helm locked.
type chartRepository struct {
	dir   string
	files *overlay.FS
}

// newChart makes the chart app with dependencies as they stand in Chart.yaml, and lets helm write its
// lock; what helm fetched is taken away.
func newChart(t *testing.T, dependencies string, updateArgs ...string) *chartRepository {
	t.Helper()
	repository := &chartRepository{dir: t.TempDir()}
	app := filepath.Join(repository.dir, "app")
	write(t, filepath.Join(app, "Chart.yaml"), "apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n"+dependencies)
	write(t, filepath.Join(app, "templates", "cm.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app}\n")
	mustHelm(t, append([]string{"dependency", "update", app}, updateArgs...)...)
	if err := os.RemoveAll(filepath.Join(app, "charts")); err != nil {
		t.Fatal(err)
	}
	files, err := overlay.Open(repository.dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Close() })
	repository.files = files
	return repository
}

func clientFor(t *testing.T, allow ...string) *fetch.Client {
	t.Helper()
	options := fetch.Options{Timeout: 2 * time.Second, MaxSize: 1 << 20}
	for _, word := range allow {
		rule, err := fetch.ParseRule(word)
		if err != nil {
			t.Fatal(err)
		}
		options.Allow = append(options.Allow, rule)
	}
	client := fetch.New(options)
	t.Cleanup(client.Close)
	return client
}

// render renders the chart app as it stands now with what source has, and requires that nothing was written.
func (c *chartRepository) render(t *testing.T, source *Source) render.Result {
	t.Helper()
	files, err := overlay.Open(c.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	before := listing(t, c.dir)
	target := render.Target{ID: "app", Kind: render.Helm, Path: "app"}
	result, err := NewRenderer(source, nil).Render(context.Background(), files, target, render.Detail{})
	if err != nil {
		t.Fatal(err)
	}
	if after := listing(t, c.dir); after != before {
		t.Errorf("the repository was changed:\n%s\nis now\n%s", before, after)
	}
	return result
}

func listing(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(dir, func(name string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(name)
		fmt.Fprintln(&all, name, digestSum(content))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

func objectNames(result render.Result) string {
	var found []string
	for _, object := range result.Objects {
		found = append(found, object.Name)
	}
	return strings.Join(found, " ")
}

// expectError asks for a typed error at a line of app/Chart.yaml.
func expectError(t *testing.T, result render.Result, kind string, line int, says string) {
	t.Helper()
	failed := result.Err
	if failed == nil {
		t.Fatalf("it renders %s, expected %s", objectNames(result), kind)
	}
	if string(failed.Kind) != kind || failed.File != "app/Chart.yaml" || failed.Line != line || !strings.Contains(failed.Message, says) {
		t.Errorf("got %s %v\nwant %s at line %d that says %q", failed.Kind, failed, kind, line, says)
	}
}
