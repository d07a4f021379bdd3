package dependency

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/registry"
)

// An ociServer is a registry on loopback. before may answer in its stead.
type ociServer struct{ recordingServer }

// serveOCI lets helm push charts ("name version") to a registry, below charts/.
func serveOCI(t *testing.T, charts ...string) *ociServer {
	t.Helper()
	server := &ociServer{}
	server.start(t, registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	dir := t.TempDir()
	for _, chart := range charts {
		name, version, _ := strings.Cut(chart, " ")
		mustHelm(t, "push", pack(t, dir, name, version), server.repository(), "--plain-http")
	}
	server.requests()
	return server
}

func (s *ociServer) host() string       { return strings.TrimPrefix(s.URL, "http://") }
func (s *ociServer) repository() string { return "oci://" + s.host() + "/charts" }

func onOCI(t *testing.T, server *ociServer) *chartRepository {
	t.Helper()
	chart := newChart(t, onDependency("redis", "1.2.3+build.7", server.repository()), "--plain-http")
	server.requests()
	return chart
}

func TestOCIRegistry(t *testing.T) {
	server := serveOCI(t, "redis 1.2.3+build.7", "redis 1.3.0")
	chart := onOCI(t, server)
	cache := t.TempDir()
	for _, allow := range []string{server.URL, server.URL + "/charts", server.URL + "/charts/redis"} {
		result := chart.render(t, NewSource(clientFor(t, allow), nil, NewCache(cache, 1<<20)))
		if result.Err != nil || !strings.Contains(objectNames(result), "redis-1.2.3+build.7") {
			t.Fatalf("%s: %v %s", allow, result.Err, objectNames(result))
		}
	}
	blobs := 0
	for _, r := range server.requests() {
		if strings.Contains(r.URL.Path, "/blobs/") {
			blobs++
		}
	}
	if blobs != 1 {
		t.Errorf("the archive was fetched %d times in three runs with a cache", blobs)
	}
	mustHelm(t, "dependency", "update", filepath.Join(chart.dir, "app"), "--plain-http")
	server.requests()
	for _, allow := range []string{server.URL + "/other", "charts.example.com"} {
		again := onOCI(t, server)
		expectError(t, again.render(t, NewSource(clientFor(t, allow), nil, nil)), "missing-dependency", 5, "to network.allow")
		if asked := server.requests(); len(asked) > 0 {
			t.Errorf("%s: without permission it asked for %s", allow, asked[0].URL)
		}
	}
	// A host is named with http:// if it is meant without TLS.
	expectError(t, onOCI(t, server).render(t, NewSource(clientFor(t, server.host()), nil, nil)), "fetch-unreachable", 5, "named as "+server.URL+" there")
}

// changeManifest lets the registry answer with a changed manifest.
func changeManifest(t *testing.T, server *ociServer, change func(*manifest) any) func(http.ResponseWriter, *http.Request) bool {
	t.Helper()
	response, err := http.Get(server.URL + "/v2/charts/redis/manifests/1.2.3_build.7")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var kept manifest
	if err := json.NewDecoder(response.Body).Decode(&kept); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(change(&kept))
	if err != nil {
		t.Fatal(err)
	}
	return func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/manifests/1.2.3_build.7") {
			return false
		}
		_, _ = w.Write(text)
		return true
	}
}

func TestBrokenRegistries(t *testing.T) {
	server := serveOCI(t, "redis 1.2.3+build.7")
	elsewhere := serveOCI(t)
	chart := onOCI(t, server)
	at := func(part string, answer http.HandlerFunc) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if strings.Contains(r.URL.Path, part) {
				answer(w, r)
				return true
			}
			return false
		}
	}
	text := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) }
	}
	status := func(code int, challenge string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", challenge)
			w.WriteHeader(code)
		}
	}
	change := func(change func(*manifest) any) func(http.ResponseWriter, *http.Request) bool {
		return changeManifest(t, server, change)
	}
	for name, test := range map[string]struct {
		before     func(http.ResponseWriter, *http.Request) bool
		kind, says string
	}{
		"wrong blob": {at("/blobs/", text("x")), "dependency-digest", "another SHA-256"},
		"wrong manifest": {at("/manifests/", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Docker-Content-Digest", "sha256:"+strings.Repeat("0", 64))
			fmt.Fprint(w, "{}")
		}), "dependency-digest", "another SHA-256 than the registry says"},
		"huge blob":         {at("/blobs/", text(strings.Repeat("x", 2<<20))), "fetch-too-large", "is larger than"},
		"missing version":   {at("/manifests/", status(404, "")), "fetch-not-found", "manifests/1.2.3_build.7 does not exist"},
		"no manifest":       {at("/manifests/", text("<html>")), "dependency-invalid", "is no manifest"},
		"an image":          {change(func(m *manifest) any { m.Config.MediaType = "application/vnd.oci.image.config.v1+json"; return m }), "dependency-invalid", "is no Helm chart"},
		"no layer":          {change(func(m *manifest) any { m.Layers = nil; return m }), "dependency-invalid", "has no chart in it"},
		"a digest of paths": {change(func(m *manifest) any { m.Layers[0].Digest = "sha256:../../secret"; return m }), "dependency-digest", "gives no SHA-256"},
		"a huge layer":      {change(func(m *manifest) any { m.Layers[0].Size = 1 << 40; return m }), "", ""},
		"list of nothing":   {change(func(*manifest) any { return manifest{MediaType: imageIndex, Manifests: make([]descriptor, 1000)} }), "dependency-invalid", "lists no Helm chart"},
		"blob elsewhere": {at("/blobs/", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+"/blob?secret=1", http.StatusTemporaryRedirect)
		}), "fetch-refused", "add " + elsewhere.URL + " to network.allow"},
		"wants a password":   {at("/v2/", status(401, `Basic realm="x"`)), "fetch-unauthorized", "network.credentials.docker"},
		"tokens elsewhere":   {at("/v2/", status(401, `Bearer realm="`+elsewhere.URL+`/token",service="x"`)), "fetch-refused", "add " + elsewhere.URL + " to network.allow"},
		"tokens of metadata": {at("/v2/", status(401, `Bearer realm="http://169.254.169.254/token"`)), "fetch-refused", "http://169.254.169.254"},
		"forbidden":          {at("/v2/", status(403, "")), "fetch-unauthorized", "network.credentials.docker"},
	} {
		t.Run(name, func(t *testing.T) {
			server.answer(test.before)
			result := chart.render(t, NewSource(clientFor(t, server.URL), nil, nil))
			if test.kind == "" {
				if result.Err != nil {
					t.Error(result.Err)
				}
			} else {
				expectError(t, result, test.kind, 5, test.says)
			}
			if asked := elsewhere.requests(); len(asked) > 0 {
				t.Errorf("a host that is not allowed was asked for %s", asked[0].URL)
			}
		})
	}
}

// An index of manifests is followed to the chart in it, as Helm follows it.
func TestOCIIndex(t *testing.T) {
	server := serveOCI(t, "redis 1.2.3+build.7")
	chart := onOCI(t, server)
	response, err := http.Get(server.URL + "/v2/charts/redis/manifests/1.2.3_build.7")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	server.answer(changeManifest(t, server, func(*manifest) any {
		return manifest{MediaType: imageIndex, Manifests: []descriptor{
			{MediaType: imageManifest, Digest: "sha256:" + strings.Repeat("0", 64)},
			{MediaType: imageManifest, Digest: "sha256:" + digestSum(content)},
		}}
	}))
	if result := chart.render(t, NewSource(clientFor(t, server.URL), nil, nil)); result.Err != nil {
		t.Error(result.Err)
	}
}

// Large HTTP repositories list archives that a registry keeps.
func TestIndexThatLeadsToARegistry(t *testing.T) {
	server := serveOCI(t, "redis 1.2.3+build.7")
	charts := serveCharts(t, "redis 1.2.3+build.7")
	chart := newChart(t, onDependency("redis", "1.2.3+build.7", charts.URL))
	index, err := os.ReadFile(filepath.Join(charts.dir, "index.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for reference, want := range map[string]struct{ without, with string }{
		"/charts/redis:1.2.3+build.7": {"fetch-refused", ""},
		"/charts/redis:1.2.3_build.7": {"fetch-refused", ""},
		"/charts/redis":               {"dependency-invalid", "dependency-invalid"},
		"/charts/redis:a/../b":        {"dependency-invalid", "dependency-invalid"},
		"/UPPER:1":                    {"dependency-source", "dependency-source"},
	} {
		changed := strings.Replace(string(index), "- redis-1.2.3+build.7.tgz", "- oci://"+server.host()+reference, 1)
		if err := os.WriteFile(filepath.Join(charts.dir, "index.yaml"), []byte(changed), 0o644); err != nil {
			t.Fatal(err)
		}
		server.requests()
		expectError(t, chart.render(t, NewSource(clientFor(t, charts.URL, server.URL+"/other"), nil, nil)), want.without, 5, "")
		if asked := server.requests(); len(asked) > 0 {
			t.Errorf("%s: without permission it asked for %s", reference, asked[0].URL)
		}
		result := chart.render(t, NewSource(clientFor(t, charts.URL, server.URL), nil, nil))
		if want.with != "" {
			expectError(t, result, want.with, 5, "")
		} else if result.Err != nil {
			t.Errorf("%s: %v", reference, result.Err)
		}
	}
}
