package fetch

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// names resolves the names of a test, each request anew.
func names(addresses map[string][]string) func(context.Context, string) ([]netip.Addr, error) {
	return func(_ context.Context, host string) ([]netip.Addr, error) {
		var found []netip.Addr
		for _, text := range addresses[host] {
			found = append(found, netip.MustParseAddr(text))
		}
		if found == nil {
			return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
		}
		return found, nil
	}
}

func rules(t *testing.T, words ...string) []Rule {
	t.Helper()
	var parsed []Rule
	for _, word := range words {
		rule, err := ParseRule(word)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, rule)
	}
	return parsed
}

func get(t *testing.T, options Options, at string) (*Response, *Error) {
	t.Helper()
	client := New(options)
	t.Cleanup(client.Close)
	response, err := client.Get(context.Background(), Request{URL: at})
	var failed *Error
	if err != nil && !errors.As(err, &failed) {
		t.Fatalf("%s: %v is no *Error", at, err)
	}
	return response, failed
}

func serve(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

func TestNothingIsPermittedByDefault(t *testing.T) {
	asked := atomic.Int32{}
	server := serve(t, func(http.ResponseWriter, *http.Request) { asked.Add(1) })
	_, failed := get(t, Options{}, server.URL+"/index.yaml")
	if failed == nil || failed.Kind != Refused || !strings.Contains(failed.Message, "add "+server.URL+" to network.allow") || asked.Load() != 0 {
		t.Errorf("%v after %d requests", failed, asked.Load())
	}
}

func TestHTTPSIsVerified(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "ok") }))
	t.Cleanup(server.Close)
	host := strings.TrimPrefix(server.URL, "https://")
	if _, failed := get(t, Options{Allow: rules(t, host)}, server.URL); failed == nil || failed.Kind != Unreachable || !strings.Contains(failed.Message, "certificate") {
		t.Errorf("a certificate of nobody: %v", failed)
	}
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	response, failed := get(t, Options{Allow: rules(t, host), RootCAs: pool}, server.URL)
	if failed != nil || string(response.Body) != "ok" {
		t.Errorf("a good certificate: %v", failed)
	}
}

// A name that leads to addresses that are not public is refused when it is dialled, whatever it led
// to before.
func TestAddressesOfNames(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "ok") })
	port := server.URL[strings.LastIndex(server.URL, ":"):]
	resolve := names(map[string][]string{
		"inside.example": {"127.0.0.1"}, "both.example": {"169.254.169.254", "127.0.0.1"}, "meta.example": {"169.254.169.254"},
		"mapped.example": {"::ffff:169.254.169.254"}, "localhost": {"127.0.0.1"}, "0x7f.1": {"127.0.0.1"},
	})
	for _, test := range []struct {
		host    string
		private bool
		want    string // "" is allowed
	}{
		{"inside.example", false, "add inside.example" + port + " to network.allowPrivate"},
		{"inside.example", true, ""},
		{"both.example", true, ""},
		{"meta.example", false, "169.254.169.254, a link-local address"},
		{"meta.example", true, "a link-local address"},
		{"mapped.example", true, "a link-local address"},
		{"0x7f.1", false, "a loopback address"},
		{"localhost", false, ""},
	} {
		options := Options{Allow: rules(t, "http://"+test.host+port), Lookup: resolve}
		if test.private {
			options.AllowPrivate = rules(t, test.host+port)
		}
		_, failed := get(t, options, "http://"+test.host+port+"/x")
		switch {
		case test.want == "" && failed != nil:
			t.Errorf("%s %v: %v", test.host, test.private, failed)
		case test.want != "" && (failed == nil || failed.Kind != Refused || !strings.Contains(failed.Message, test.want)):
			t.Errorf("%s %v: %v", test.host, test.private, failed)
		}
	}
}

func TestRedirects(t *testing.T) {
	var elsewhere *httptest.Server
	targets := map[string]string{}
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/end" {
			fmt.Fprint(w, "ok")
			return
		}
		http.Redirect(w, r, targets[r.URL.Path], http.StatusFound)
	})
	asked := atomic.Int32{}
	elsewhere = serve(t, func(http.ResponseWriter, *http.Request) { asked.Add(1) })
	targets["/own"], targets["/loop"] = "/end", "/loop"
	targets["/elsewhere"] = elsewhere.URL + "/x"
	targets["/metadata"] = "http://169.254.169.254/latest/meta-data/?token=secret"
	targets["/file"] = "file:///etc/passwd"
	targets["/user"] = "http://user:pw@" + strings.TrimPrefix(server.URL, "http://") + "/end"
	options := Options{Allow: rules(t, server.URL)}
	if response, failed := get(t, options, server.URL+"/own"); failed != nil || string(response.Body) != "ok" {
		t.Errorf("a redirect to the same host: %v", failed)
	}
	for path, want := range map[string]struct {
		kind Kind
		says string
	}{
		"/elsewhere": {Refused, "add " + elsewhere.URL + " to network.allow"},
		"/metadata":  {Refused, "redirects to http://169.254.169.254/latest/meta-data/, which"},
		"/file":      {BadStatus, "redirects to what cannot be read"},
		"/user":      {BadStatus, "redirects to what cannot be read"},
		"/loop":      {BadStatus, "too many redirects"},
	} {
		_, failed := get(t, options, server.URL+path)
		if failed == nil || failed.Kind != want.kind || !strings.Contains(failed.Message, want.says) || strings.Contains(failed.Message, "secret") {
			t.Errorf("%s: %v", path, failed)
		}
	}
	if asked.Load() != 0 {
		t.Errorf("a host that is not allowed was asked %d times", asked.Load())
	}
}

func TestCredentialsStayWithTheirOwner(t *testing.T) {
	var seen atomic.Value
	other := serve(t, func(_ http.ResponseWriter, r *http.Request) { seen.Store(r.Header.Get("Authorization")) })
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Basic x" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Set-Cookie", "a=b")
		http.Redirect(w, r, other.URL+"/x", http.StatusTemporaryRedirect)
	})
	owner, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	client := New(Options{Allow: rules(t, server.URL, other.URL)})
	defer client.Close()
	request := Request{URL: server.URL + "/chart", Credential: &Credential{Owner: owner, Header: "Basic x"}}
	if _, err := client.Get(context.Background(), request); err != nil {
		t.Fatal(err)
	}
	if seen.Load() != "" {
		t.Errorf("another port got %q", seen.Load())
	}
	request.URL = other.URL
	if _, err := client.Get(context.Background(), request); err != nil || seen.Load() != "" {
		t.Errorf("another host got %q: %v", seen.Load(), err)
	}
}

func TestLimits(t *testing.T) {
	release := make(chan struct{})
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/announced":
			w.Header().Set("Content-Length", "100000000000")
		case "/endless":
			for {
				if _, err := w.Write(make([]byte, 64<<10)); err != nil {
					return
				}
			}
		case "/slow-body":
			w.(http.Flusher).Flush()
			<-release
		case "/slow":
			<-release
		case "/small":
			fmt.Fprint(w, strings.Repeat("x", 700))
		}
	})
	defer close(release)
	options := Options{Allow: rules(t, server.URL), MaxSize: 1 << 10, Timeout: 200 * time.Millisecond}
	for path, kind := range map[string]Kind{"/announced": TooLarge, "/endless": TooLarge, "/slow": TimedOut, "/slow-body": TimedOut} {
		start := time.Now()
		if _, failed := get(t, options, server.URL+path); failed == nil || failed.Kind != kind || time.Since(start) > 5*time.Second {
			t.Errorf("%s after %v: %v", path, time.Since(start), failed)
		}
	}
	client := New(Options{Allow: rules(t, server.URL), MaxTotal: 1000, Timeout: 200 * time.Millisecond})
	defer client.Close()
	var failed *Error
	for range 2 {
		_, err := client.Get(context.Background(), Request{URL: server.URL + "/small"})
		errors.As(err, &failed)
	}
	if failed == nil || failed.Kind != TooLarge {
		t.Errorf("the sum of all: %v", failed)
	}
	// A host that hangs is waited for once.
	start := time.Now()
	for range 20 {
		if _, err := client.Get(context.Background(), Request{URL: server.URL + "/slow"}); !errors.As(err, &failed) || failed.Kind != TimedOut {
			t.Errorf("%v", err)
		}
	}
	if time.Since(start) > 3*time.Second {
		t.Errorf("a host that hangs cost %v", time.Since(start))
	}
}

func TestStatusAndUnreachable(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/401" {
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.WriteHeader(map[string]int{"/404": 404, "/500": 500, "/403": 403}[r.URL.Path])
	})
	for path, kind := range map[string]Kind{"/404": NotFound, "/500": BadStatus, "/401": Unauthorized, "/403": Unauthorized} {
		_, failed := get(t, Options{Allow: rules(t, server.URL)}, server.URL+path)
		if failed == nil || failed.Kind != kind || (path == "/401") != (failed.Challenge != "") {
			t.Errorf("%s: %v", path, failed)
		}
	}
	server.Close()
	for _, at := range []string{server.URL, "http://nowhere.example"} {
		options := Options{Allow: rules(t, at), Lookup: names(nil), ProxyIgnored: true}
		if _, failed := get(t, options, at); failed == nil || failed.Kind != Unreachable || !strings.Contains(failed.Message, "proxy of the environment is not used") {
			t.Errorf("%s: %v", at, failed)
		}
	}
	stopped, stop := context.WithCancel(context.Background())
	stop()
	if _, err := New(Options{Allow: rules(t, server.URL)}).Get(stopped, Request{URL: server.URL}); !errors.Is(err, context.Canceled) {
		t.Errorf("a stopped run: %v", err)
	}
}

func TestTheEnvironmentsProxyIsNotUsed(t *testing.T) {
	asked := atomic.Int32{}
	proxy := serve(t, func(http.ResponseWriter, *http.Request) { asked.Add(1) })
	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("HTTPS_PROXY", proxy.URL)
	if _, failed := get(t, Options{Allow: rules(t, "http://a.example"), Lookup: names(nil)}, "http://a.example/"); failed == nil || asked.Load() != 0 {
		t.Errorf("%v, and the proxy was asked %d times", failed, asked.Load())
	}
}
