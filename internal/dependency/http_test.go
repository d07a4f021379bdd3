package dependency

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/podmend/podmend/render"
)

func onDependency(name, version, repository string) string {
	return fmt.Sprintf("- {name: %s, version: %q, repository: %q}\n", name, version, repository)
}

// A locked chart renders as helm template prints it after helm dependency build.
func TestHTTPRepository(t *testing.T) {
	server := serveCharts(t, "redis 1.2.3", "redis 1.3.0", "postgres 2.0.0+build.5")
	chart := newChart(t, onDependency("redis", "~1.2", server.URL)+onDependency("postgres", "2.0.0+build.5", server.URL+"/"))
	server.requests()
	cache := t.TempDir()
	source := NewSource(clientFor(t, server.URL), nil, NewCache(cache, 1<<20))
	result := chart.render(t, source)
	if result.Err != nil {
		t.Fatal(result.Err)
	}
	if got := objectNames(result); got != "postgres-2.0.0+build.5 redis-1.2.3 app" && got != "app postgres-2.0.0+build.5 redis-1.2.3" {
		t.Errorf("objects: %s", got)
	}
	for _, object := range result.Objects {
		if object.Name == "redis-1.2.3" && (object.Source.File != "app/charts/redis-1.2.3.tgz" || object.Source.Declared != render.Declaration{File: "app/Chart.yaml", Line: 5}) {
			t.Errorf("the source of redis is %+v", object.Source)
		}
		if object.Name == "app" && object.Source.Declared.File != "" {
			t.Errorf("the source of app is %+v", object.Source)
		}
	}
	if notes := strings.Join(result.Notes, "\n"); !strings.Contains(notes, "The dependency redis 1.2.3 was fetched from "+server.URL+" (sha256:") {
		t.Errorf("notes: %s", notes)
	}
	asked := server.paths()
	slices.Sort(asked)
	if want := []string{"/index.yaml", "/index.yaml", "/postgres-2.0.0+build.5.tgz", "/redis-1.2.3.tgz"}; !slices.Equal(asked, want) {
		t.Errorf("requests: %q", asked)
	}

	// A second run asks for the index alone.
	result = chart.render(t, NewSource(clientFor(t, server.URL), nil, NewCache(cache, 1<<20)))
	if result.Err != nil || !strings.Contains(strings.Join(result.Notes, "\n"), "taken from the cache") {
		t.Errorf("%v %q", result.Err, result.Notes)
	}
	if asked := server.paths(); slices.ContainsFunc(asked, func(path string) bool { return strings.HasSuffix(path, ".tgz") }) {
		t.Errorf("requests with a cache: %q", asked)
	}

	// helm dependency build puts the same bytes into charts/.
	mustHelm(t, "dependency", "update", filepath.Join(chart.dir, "app"))
	for name, added := range sourceFiles(source) {
		theirs, err := os.ReadFile(filepath.Join(chart.dir, "app", "charts", name))
		if err != nil || !bytes.Equal(theirs, added) {
			t.Errorf("%s differs from helm's: %v", name, err)
		}
	}
	printed := mustHelm(t, "template", filepath.Join(chart.dir, "app"))
	for _, object := range result.Objects {
		if !strings.Contains(printed, object.Name) {
			t.Errorf("helm template does not print %s", object.Name)
		}
	}
}

func sourceFiles(source *Source) map[string][]byte {
	files := map[string][]byte{}
	for chart, archive := range source.have {
		files[chart.name+"-"+chart.version+".tgz"] = archive.content
	}
	return files
}

func TestPermissionAndLock(t *testing.T) {
	server := serveCharts(t, "redis 1.2.3")
	chart := newChart(t, onDependency("redis", "^1.0.0", server.URL))
	server.requests()
	app := filepath.Join(chart.dir, "app")
	expectError(t, chart.render(t, NewSource(clientFor(t, "charts.example.com"), nil, nil)),
		"missing-dependency", 5, "Add "+server.URL+" to network.allow")
	if asked := server.paths(); len(asked) > 0 {
		t.Errorf("without permission it asked for %q", asked)
	}
	plain := render.One(context.Background(), chart.files, render.Target{ID: "app", Kind: render.Helm, Path: "app"}, render.Detail{})
	expectError(t, plain, "missing-dependency", 5, "(network: {allow: [\""+server.URL+"\"]})")

	allowed := NewSource(clientFor(t, server.URL), nil, nil)
	lock, err := os.ReadFile(filepath.Join(app, "Chart.lock"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(app, "Chart.lock"), strings.Replace(string(lock), "1.2.3", "1.2.4", 1))
	expectError(t, chart.render(t, allowed), "lock-mismatch", 5, "Run helm dependency update and commit Chart.lock")
	if err := os.Remove(filepath.Join(app, "Chart.lock")); err != nil {
		t.Fatal(err)
	}
	expectError(t, chart.render(t, allowed), "missing-lock", 5, "podmend picks no versions")
	if asked := server.paths(); len(asked) > 0 {
		t.Errorf("without a lock it asked for %q", asked)
	}
}

// A dependency that values disable is not fetched, and one that the values of another enable is.
func TestOnlyEnabledDependenciesAreFetched(t *testing.T) {
	server := serveCharts(t, "redis 1.2.3", "mysql 1.0.0")
	chart := newChart(t, onDependency("redis", "1.2.3", server.URL)+
		fmt.Sprintf("- {name: mysql, version: 1.0.0, repository: %q, condition: mysql.enabled}\n", server.URL))
	write(t, filepath.Join(chart.dir, "app", "values.yaml"), "mysql: {enabled: false}\n")
	server.requests()
	result := chart.render(t, NewSource(clientFor(t, server.URL), nil, nil))
	if result.Err != nil || strings.Contains(objectNames(result), "mysql") {
		t.Fatalf("%v %s", result.Err, objectNames(result))
	}
	if asked := server.paths(); slices.Contains(asked, "/mysql-1.0.0.tgz") {
		t.Errorf("requests: %q", asked)
	}
}

func TestBrokenHTTPRepositories(t *testing.T) {
	server := serveCharts(t, "redis 1.2.3")
	elsewhere := serveCharts(t, "redis 1.2.3")
	chart := newChart(t, onDependency("redis", "1.2.3", server.URL))
	index, err := os.ReadFile(filepath.Join(server.dir, "index.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	other, err := os.ReadFile(pack(t, t.TempDir(), "other", "1.2.3"))
	if err != nil {
		t.Fatal(err)
	}
	hang := make(chan struct{})
	serve := func(path, content string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != path {
				return false
			}
			fmt.Fprint(w, content)
			return true
		}
	}
	swap := func(old, new string) func(http.ResponseWriter, *http.Request) bool {
		return serve("/index.yaml", strings.ReplaceAll(string(index), old, new))
	}
	redirect := func(path, to string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == path {
				http.Redirect(w, r, to, http.StatusFound)
			}
			return r.URL.Path == path
		}
	}
	digestLine := string(index[strings.Index(string(index), "    digest:"):])
	digestLine = digestLine[:strings.IndexByte(digestLine, '\n')+1]
	for name, test := range map[string]struct {
		before     func(http.ResponseWriter, *http.Request) bool
		kind, says string
	}{
		"wrong digest":             {serve("/redis-1.2.3.tgz", "something else"), "dependency-digest", "another SHA-256"},
		"no digest":                {swap(digestLine, ""), "dependency-digest", "gives no SHA-256"},
		"short digest":             {swap(digestLine, "    digest: abc\n"), "dependency-digest", "gives no SHA-256"},
		"missing version":          {swap("version: 1.2.3", "version: 1.2.4"), "dependency-version", "does not list that version"},
		"missing chart":            {swap("  redis:", "  radish:"), "dependency-version", "does not list that version"},
		"index is a web page":      {serve("/index.yaml", "<html>hello</html>"), "dependency-invalid", "is no index of charts"},
		"index is missing":         {redirect("/index.yaml", "/nothing"), "fetch-not-found", "/nothing does not exist (404)"},
		"archive is missing":       {swap("redis-1.2.3.tgz", "gone.tgz"), "fetch-not-found", "/gone.tgz does not exist"},
		"archive at another host":  {swap("- redis-1.2.3.tgz", "- "+elsewhere.URL+"/redis-1.2.3.tgz"), "fetch-refused", "add " + elsewhere.URL + " to network.allow"},
		"archive is a file":        {swap("- redis-1.2.3.tgz", "- file:///etc/passwd"), "dependency-invalid", "holds a URL for it that cannot be read"},
		"redirect to another host": {redirect("/redis-1.2.3.tgz", elsewhere.URL+"/redis-1.2.3.tgz"), "fetch-refused", "redirects to " + elsewhere.URL},
		"redirect to metadata":     {redirect("/index.yaml", "http://169.254.169.254/latest/"), "fetch-refused", "redirects to http://169.254.169.254/latest/"},
		"huge archive":             {serve("/redis-1.2.3.tgz", strings.Repeat("x", 2<<20)), "fetch-too-large", "larger than 1 MiB; raise network.maxSize"},
		"slow server":              {func(http.ResponseWriter, *http.Request) bool { <-hang; return true }, "fetch-timeout", "raise network.timeout"},
		"wants credentials": {func(w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(http.StatusUnauthorized)
			return true
		}, "fetch-unauthorized", "network.credentials.helmRepositories"},
		"another chart": {func(w http.ResponseWriter, r *http.Request) bool {
			return swap(digestLine, "    digest: "+digestSum(other)+"\n")(w, r) || serve("/redis-1.2.3.tgz", string(other))(w, r)
		}, "dependency-invalid", "is the chart other 1.2.3"},
		"no archive": {func(w http.ResponseWriter, r *http.Request) bool {
			return swap(digestLine, "    digest: "+digestSum([]byte("text"))+"\n")(w, r) || serve("/redis-1.2.3.tgz", "text")(w, r)
		}, "dependency-invalid", "is no packaged chart"},
	} {
		t.Run(name, func(t *testing.T) {
			server.answer(test.before)
			elsewhere.requests()
			cache := t.TempDir()
			expectError(t, chart.render(t, NewSource(clientFor(t, server.URL), nil, NewCache(cache, 1<<20))), test.kind, 5, test.says)
			if asked := elsewhere.paths(); len(asked) > 0 {
				t.Errorf("a host that is not allowed was asked for %q", asked)
			}
			if kept := listing(t, cache); kept != "" {
				t.Errorf("the cache holds %s", kept)
			}
		})
	}
	close(hang)
	server.Close()
	expectError(t, chart.render(t, NewSource(clientFor(t, server.URL), nil, nil)), "fetch-unreachable", 5, "cannot be reached")
}
