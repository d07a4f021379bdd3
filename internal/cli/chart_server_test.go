package cli

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-containerregistry/pkg/registry"
)

// A chartServer has charts in a repository over HTTP and in an OCI registry, both on loopback, and counts
// what is asked.
type chartServer struct {
	t        *testing.T
	http     *httptest.Server
	registry *httptest.Server

	mutex    sync.Mutex
	archives map[string][]byte            // by name and version
	entries  map[string]map[string]string // lines of the index, by name and version
	fetched  map[string]int               // archives by path
	indexes  int
}

func newChartServer(t *testing.T) *chartServer {
	s := &chartServer{t: t, archives: map[string][]byte{}, entries: map[string]map[string]string{}, fetched: map[string]int{}}
	s.http = httptest.NewServer(http.HandlerFunc(s.answer))
	t.Cleanup(s.http.Close)
	images := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	s.registry = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/blobs/") {
			s.count(r.URL.Path)
		}
		images.ServeHTTP(w, r)
	}))
	t.Cleanup(s.registry.Close)
	return s
}

func (s *chartServer) count(archive string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.fetched[archive]++
}

func (s *chartServer) answer(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/index.yaml" {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		s.indexes++
		io.WriteString(w, "apiVersion: v1\nentries:\n")
		for _, name := range sortedNames(s.entries) {
			io.WriteString(w, "  "+name+":\n")
			for _, version := range sortedNames(s.entries[name]) {
				io.WriteString(w, s.entries[name][version])
			}
		}
		return
	}
	s.count(r.URL.Path)
	archive, ok := s.archives[strings.TrimPrefix(r.URL.Path, "/")]
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Write(archive)
}

// oci is the registry's URL as Flux and Argo CD name it.
func (s *chartServer) oci() string {
	return "oci://" + strings.TrimPrefix(s.registry.URL, "http://") + "/charts"
}

// allow is a configuration that lets podmend fetch from both.
func (s *chartServer) allow() string {
	return fmt.Sprintf("network:\n  allow: [%q, %q]\n", s.http.URL, s.registry.URL)
}

// taken returns how often archives were fetched since it was called last, and how often the index was.
func (s *chartServer) taken() (archives map[string]int, indexes int) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	archives, indexes = s.fetched, s.indexes
	s.fetched, s.indexes = map[string]int{}, 0
	return archives, indexes
}

var chartVersion = regexp.MustCompile(`(?m)^version: *["']?([^"'\s]+)`)

// add serves a chart, of its files, over HTTP.
func (s *chartServer) add(name string, files map[string]string) {
	s.t.Helper()
	archive := packChart(s.t, name, files)
	version := chartVersion.FindStringSubmatch(files["Chart.yaml"])[1]
	sum := sha256.Sum256(archive)
	file := name + "-" + version + ".tgz"
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.archives[file] = archive
	if s.entries[name] == nil {
		s.entries[name] = map[string]string{}
	}
	s.entries[name][version] = fmt.Sprintf("  - {name: %s, version: %q, digest: %s, urls: [%s]}\n", name, version, hex.EncodeToString(sum[:]), file)
}

// push puts a chart into the registry as helm push does.
// https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#push
func (s *chartServer) push(name string, files map[string]string) {
	s.t.Helper()
	archive := packChart(s.t, name, files)
	version := chartVersion.FindStringSubmatch(files["Chart.yaml"])[1]
	at := s.registry.URL + "/v2/charts/" + name
	config := []byte(fmt.Sprintf(`{"name": %q, "version": %q}`, name, version))
	for _, blob := range [][]byte{config, archive} {
		s.put(at+"/blobs/uploads/1?digest="+digestOf(blob), "application/octet-stream", blob)
	}
	manifest := fmt.Sprintf(`{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
		"config": {"mediaType": "application/vnd.cncf.helm.config.v1+json", "digest": %q, "size": %d},
		"layers": [{"mediaType": "application/vnd.cncf.helm.chart.content.v1.tar+gzip", "digest": %q, "size": %d}]}`,
		digestOf(config), len(config), digestOf(archive), len(archive))
	s.put(at+"/manifests/"+strings.ReplaceAll(version, "+", "_"), "application/vnd.oci.image.manifest.v1+json", []byte(manifest))
}

func digestOf(content []byte) string {
	sum := sha256.Sum256(content)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func (s *chartServer) put(url, mediaType string, content []byte) {
	s.t.Helper()
	request, err := http.NewRequest(http.MethodPut, url, bytes.NewReader(content))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Content-Type", mediaType)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode/100 != 2 {
		text, _ := io.ReadAll(response.Body)
		s.t.Fatalf("PUT %s: %s: %s", url, response.Status, text)
	}
}

// packChart makes the archive of a chart.
func packChart(t *testing.T, name string, files map[string]string) []byte {
	t.Helper()
	inFolder := map[string]string{}
	for file, content := range files {
		inFolder[path.Join(name, file)] = content
	}
	return []byte(packed(t, inFolder))
}
