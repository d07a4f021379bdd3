package dependency

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestRegistryCredentials(t *testing.T) {
	server := serveOCI(t, "redis 1.2.3+build.7")
	chart := onOCI(t, server)
	password := base64.StdEncoding.EncodeToString([]byte("me:pw"))
	credentials := func(host string) *Credentials {
		known := &Credentials{}
		file := fmt.Sprintf(`{"auths": {%q: {"auth": %q}, "other.example": {"auth": "bm86bm8="}}, "credsStore": "desktop"}`, host, password)
		if err := known.AddDocker([]byte(file)); err != nil {
			t.Fatal(err)
		}
		return known
	}
	basic := func(w http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Authorization") == "Basic "+password {
			return false
		}
		w.Header().Set("WWW-Authenticate", `Basic realm="registry"`)
		w.WriteHeader(http.StatusUnauthorized)
		return true
	}
	server.answer(basic)
	for _, key := range []string{server.host(), "http://" + server.host() + "/v2/", server.host() + "/charts"} {
		if result := chart.render(t, NewSource(clientFor(t, server.URL), credentials(key), nil)); result.Err != nil {
			t.Errorf("%s: %v", key, result.Err)
		}
	}
	for _, key := range []string{"other2.example", server.host() + "/elsewhere"} {
		expectError(t, chart.render(t, NewSource(clientFor(t, server.URL), credentials(key), nil)),
			"fetch-unauthorized", 5, "leaves passwords to a program, and podmend runs none")
	}

	// Tokens: the password goes to the host that the file names, never to a realm elsewhere.
	var seen []string
	var mutex sync.Mutex
	tokens := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mutex.Lock()
		defer mutex.Unlock()
		seen = append(seen, r.Header.Get("Authorization")+" "+r.URL.Query().Get("scope"))
		fmt.Fprint(w, `{"access_token": "abc"}`)
	}))
	t.Cleanup(tokens.Close)
	bearer := func(w http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Authorization") == "Bearer abc" {
			return false
		}
		w.Header().Set("WWW-Authenticate", `Bearer realm="`+tokens.URL+`/token",service="registry",scope="repository:charts/redis:pull,push"`)
		w.WriteHeader(http.StatusUnauthorized)
		return true
	}
	server.answer(bearer)
	tokenHost := strings.TrimPrefix(tokens.URL, "http://")
	for key, want := range map[string]string{
		server.host(): " repository:charts/redis:pull",
		tokenHost:     "Basic " + password + " repository:charts/redis:pull",
	} {
		seen = nil
		if result := chart.render(t, NewSource(clientFor(t, server.URL, tokens.URL), credentials(key), nil)); result.Err != nil {
			t.Errorf("%s: %v", key, result.Err)
		}
		if !slices.Equal(seen, []string{want}) {
			t.Errorf("%s: the token server got %q", key, seen)
		}
	}
}

func TestDockerHubKeys(t *testing.T) {
	for key, want := range map[string]string{
		"https://index.docker.io/v1/": dockerHub, "docker.io": dockerHub, "GHCR.io": "ghcr.io", "https://ghcr.io/v2/": "ghcr.io", "ghcr.io/org": "ghcr.io/org",
	} {
		if got := registryKey(key); got != want {
			t.Errorf("%s is kept as %s", key, got)
		}
	}
}
