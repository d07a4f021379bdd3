package dependency

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/podmend/podmend/render"
)

func TestCredentialsOfHelm(t *testing.T) {
	other := serveCharts(t, "redis 1.2.3")
	server := serveCharts(t, "redis 1.2.3")
	chart := newChart(t, onDependency("redis", "1.2.3", server.URL))
	index, err := os.ReadFile(filepath.Join(server.dir, "index.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var mutex sync.Mutex
	var leaked []string
	other.answer(func(_ http.ResponseWriter, r *http.Request) bool {
		mutex.Lock()
		defer mutex.Unlock()
		leaked = append(leaked, r.Header.Get("Authorization"))
		return false
	})
	guard := func(w http.ResponseWriter, r *http.Request) bool {
		if user, password, _ := r.BasicAuth(); user != "me" || password != "pw" {
			w.WriteHeader(http.StatusUnauthorized)
			return true
		}
		return false
	}
	server.answer(guard)
	file := fmt.Sprintf("repositories:\n- {name: other, url: %q, username: no, password: no}\n- {name: mine, url: %q, username: me, password: pw, pass_credentials_all: true}\n",
		"https://other.example", server.URL)
	credentials := &Credentials{}
	if err := credentials.AddHelm([]byte(file)); err != nil {
		t.Fatal(err)
	}
	if result := chart.render(t, NewSource(clientFor(t, server.URL), credentials, nil)); result.Err != nil {
		t.Fatal(result.Err)
	}
	// An archive at another host that is allowed too gets no password, whatever the file says.
	server.answer(func(w http.ResponseWriter, r *http.Request) bool {
		if guard(w, r) {
			return true
		}
		fmt.Fprint(w, strings.Replace(string(index), "- redis-1.2.3.tgz", "- "+other.URL+"/redis-1.2.3.tgz", 1))
		return true
	})
	theirs, err := os.ReadFile(filepath.Join(server.dir, "redis-1.2.3.tgz"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(other.dir, "redis-1.2.3.tgz"), theirs, 0o644); err != nil {
		t.Fatal(err)
	}
	if result := chart.render(t, NewSource(clientFor(t, server.URL, other.URL), credentials, nil)); result.Err != nil {
		t.Fatal(result.Err)
	}
	if !slices.Equal(leaked, []string{""}) {
		t.Errorf("the other host got %q", leaked)
	}
}

func TestRepositoryNames(t *testing.T) {
	server := serveCharts(t, "redis 1.2.3")
	home := filepath.Join(t.TempDir(), "repositories.yaml")
	file := fmt.Sprintf("apiVersion: \"\"\nrepositories:\n- {name: mine, url: %q}\n", server.URL)
	write(t, home, file)
	for _, alias := range []string{"@mine", "alias:mine"} {
		chart := newChart(t, onDependency("redis", "1.2.3", alias), "--repository-config", home, "--repository-cache", t.TempDir())
		expectError(t, chart.render(t, NewSource(clientFor(t, server.URL), nil, nil)), "dependency-source", 5, "network.credentials.helmRepositories")
		credentials := &Credentials{}
		if err := credentials.AddHelm([]byte(file)); err != nil {
			t.Fatal(err)
		}
		if result := chart.render(t, NewSource(clientFor(t, server.URL), credentials, nil)); result.Err != nil {
			t.Error(result.Err)
		}
		expectError(t, chart.render(t, NewSource(clientFor(t, "charts.example.com"), credentials, nil)), "missing-dependency", 5, "Add "+server.URL+" to network.allow")
	}
}

func TestStrangeRepositories(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	for repository, says := range map[string]string{
		"s3://bucket/charts":               "has the scheme s3",
		"stable":                           "is no URL",
		"https://user:secret@example.com/": "holds a user",
		"oci://example.com/UPPER Case":     "is not what a repository of a registry can be called",
	} {
		_, err := NewSource(clientFor(t, "example.com"), nil, nil).plan(&render.MissingDependency{Name: "redis", Repository: repository})
		if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", repository, err)
		}
	}
}
