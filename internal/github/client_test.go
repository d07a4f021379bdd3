package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

const secret = "ghs_secret"

// newClient is one whose waits are added up.
func newClient(t *testing.T, api string, change func(*Options)) (c *Client, waited *time.Duration) {
	t.Helper()
	waited = new(time.Duration)
	start := time.Now()
	options := Options{
		Token: secret, APIURL: api, Repository: "octo/shop",
		Now: func() time.Time { return start.Add(*waited) },
		Sleep: func(_ context.Context, d time.Duration) error {
			*waited += d
			return nil
		},
	}
	if change != nil {
		change(&options)
	}
	c, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c, waited
}

func TestAddresses(t *testing.T) {
	for _, test := range []struct{ rest, graph, wantRest, wantGraph, err string }{
		{"", "", "https://api.github.com/", "https://api.github.com/graphql", ""},
		{"https://github.example.com/api/v3", "", "https://github.example.com/api/v3/", "https://github.example.com/api/graphql", ""},
		{"https://github.example.com/api/v3/", "https://github.example.com/api/graphql", "https://github.example.com/api/v3/", "https://github.example.com/api/graphql", ""},
		{"http://127.0.0.1:8080", "", "http://127.0.0.1:8080/", "http://127.0.0.1:8080/graphql", ""},
		{"http://github.example.com", "", "", "", "must begin with https://"},
		{"ftp://127.0.0.1", "", "", "", "must begin with https://"},
		{"https://user:pass@github.example.com", "", "", "", "no plain URL"},
		{"https://github.example.com/?x", "", "", "", "no plain URL"},
		{"nonsense", "", "", "", "no plain URL"},
		{"", "https://evil.example.com/graphql", "", "", "one token is for one server"},
	} {
		rest, graph, err := addresses(test.rest, test.graph)
		switch {
		case test.err != "":
			if err == nil || !strings.Contains(err.Error(), test.err) {
				t.Errorf("%q, %q: %v", test.rest, test.graph, err)
			}
		case err != nil || rest.String() != test.wantRest || graph.String() != test.wantGraph:
			t.Errorf("%q, %q: %v, %v, %v", test.rest, test.graph, rest, graph, err)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	for _, options := range []Options{{Token: secret}, {Token: secret, Repository: "shop"}, {Token: secret, Repository: "/"}, {Repository: "octo/shop"}} {
		if _, err := New(options); err == nil {
			t.Errorf("%+v is taken", options)
		}
	}
}

// A redirect to another server is not followed, and the token is not told to it.
func TestTokenStaysAtItsServer(t *testing.T) {
	var heard []string
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		heard = append(heard, r.Header.Get("Authorization"))
	}))
	defer other.Close()
	for _, status := range []int{301, 302, 307, 308} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+r.URL.Path, status)
		}))
		c, _ := newClient(t, server.URL, nil)
		_, err := c.Pull(context.Background(), 1)
		var refused *Error
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), "redirects to another server") {
			t.Errorf("%d: %v", status, err)
		}
		if _, err := c.Conversation(context.Background(), 1); !errors.As(err, &refused) {
			t.Errorf("%d: %v", status, err)
		}
		if err != nil && strings.Contains(err.Error()+refused.Detail, secret) {
			t.Errorf("%d: the token is told: %v", status, err)
		}
		server.Close()
	}
	if len(heard) > 0 {
		t.Errorf("the other server heard %q", heard)
	}
}

// A repository that was renamed is followed on the same server.
func TestMovedRepository(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+secret {
			t.Errorf("%s came without the token", r.URL)
		}
		if strings.HasPrefix(r.URL.Path, "/repos/") {
			http.Redirect(w, r, "/repositories/1/pulls/7", http.StatusMovedPermanently)
			return
		}
		fmt.Fprint(w, `{"number": 7, "state": "open"}`)
	}))
	defer server.Close()
	c, _ := newClient(t, server.URL, nil)
	if pull, err := c.Pull(context.Background(), 7); err != nil || pull.Number != 7 {
		t.Errorf("%+v, %v", pull, err)
	}
}

func TestRedirectsWithoutEnd(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		http.Redirect(w, r, "/repositories/1", http.StatusFound)
	}))
	defer server.Close()
	c, _ := newClient(t, server.URL, nil)
	if _, err := c.Pull(context.Background(), 7); err == nil || asked > maxRedirects+1 {
		t.Errorf("%v after %d requests", err, asked)
	}
}

// Waits are those that GitHub names, and bounded in sum.
func TestWaits(t *testing.T) {
	reset := fmt.Sprint(time.Now().Add(90 * time.Second).Unix())
	for _, test := range []struct {
		name     string
		status   int
		header   map[string]string
		body     string
		times    int // that it is answered so
		min, max time.Duration
		kind     Kind // "" if it succeeds in the end
	}{
		{"secondary", 403, map[string]string{"Retry-After": "30"}, "", 1, 30 * time.Second, 32 * time.Second, ""},
		{"secondary as 429", 429, map[string]string{"Retry-After": "30"}, "", 2, 60 * time.Second, 63 * time.Second, ""},
		{"secondary without a time", 403, nil, `{"message": "You have exceeded a secondary rate limit"}`, 1, time.Minute, 61 * time.Second, ""},
		{"primary", 403, map[string]string{"X-Ratelimit-Remaining": "0", "X-Ratelimit-Reset": reset}, "", 1, 80 * time.Second, 95 * time.Second, ""},
		{"too long", 403, map[string]string{"Retry-After": "301"}, "", 9, 0, 0, Limited},
		{"too often", 429, map[string]string{"Retry-After": "90"}, "", 9, 270 * time.Second, 5 * time.Minute, Limited},
		{"no limit", 403, nil, `{"message": "Resource not accessible by integration"}`, 9, 0, 0, Forbidden},
		{"down", 502, nil, "<html>", 2, 3 * time.Second, 3 * time.Second, ""},
		{"down for long", 502, nil, "<html>", 9, 7 * time.Second, 7 * time.Second, Failed},
	} {
		t.Run(test.name, func(t *testing.T) {
			asked := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if asked++; asked > test.times {
					fmt.Fprint(w, `{"number": 1}`)
					return
				}
				for key, value := range test.header {
					w.Header().Set(key, value)
				}
				w.WriteHeader(test.status)
				fmt.Fprint(w, test.body)
			}))
			defer server.Close()
			var told []string
			c, waited := newClient(t, server.URL, func(o *Options) {
				o.Wait = func(reason string, _ time.Duration) { told = append(told, reason) }
			})
			_, err := c.Pull(context.Background(), 1)
			var refused *Error
			if test.kind == "" && err != nil || test.kind != "" && (!errors.As(err, &refused) || refused.Kind != test.kind) {
				t.Errorf("got %v, want %q", err, test.kind)
			}
			if *waited < test.min || *waited > test.max {
				t.Errorf("waited %v, want %v to %v", *waited, test.min, test.max)
			}
			if long := *waited >= 30*time.Second; long != (len(told) > 0) {
				t.Errorf("waited %v and told %q", *waited, told)
			}
		})
	}
}

// What adds something is not sent again where it may have had its effect.
func TestAdditionsAreSentOnce(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.WriteHeader(http.StatusBadGateway)
	}))
	defer server.Close()
	c, _ := newClient(t, server.URL, nil)
	err := c.CreateReview(context.Background(), 1, "sha", "body", nil)
	var refused *Error
	if !errors.As(err, &refused) || !refused.Unclear || asked != 1 {
		t.Errorf("%v after %d requests", err, asked)
	}
}

// Requests that write keep the distance that GitHub asks for.
func TestWritesKeepTheirDistance(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{}`) }))
	defer server.Close()
	c, waited := newClient(t, server.URL, nil)
	for range 5 {
		if err := c.UpdateReview(context.Background(), 1, 2, "body"); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Pull(context.Background(), 1); err != nil {
			t.Fatal(err)
		}
	}
	if *waited != 4*time.Second {
		t.Errorf("waited %v between five writes", *waited)
	}
}

func TestErrorsSayWhatIsMissing(t *testing.T) {
	for status, want := range map[int]string{
		401: "GitHub does not know the token", 403: "add `permissions: pull-requests: write`", 404: "the token does not see the repository",
		406: "300 files or 20,000 lines", 410: "it is gone", 422: "does not take what podmend sent", 503: "answers with 503",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			fmt.Fprint(w, `{"message": "`+secret+` ::error::"}`)
		}))
		c, _ := newClient(t, server.URL, nil)
		err := c.CommentFile(context.Background(), 1, "sha", "a.yaml", "body")
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "::error") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%d: %v", status, err)
		}
		server.Close()
	}
}

// A proxy reads what is not encrypted, so it gets none of that.
func TestProxies(t *testing.T) {
	plain, err := url.Parse("http://127.0.0.1/")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("HTTP_PROXY", "http://proxy.example.com")
	if proxy, err := proxyForTLS(&http.Request{URL: plain}); proxy != nil || err != nil {
		t.Errorf("%v, %v", proxy, err)
	}
}

// An answer without an end is not read to it.
func TestLongAnswers(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"number": 1, "title": "`)
		for range maxAnswer>>20 + 1 {
			if _, err := w.Write(make([]byte, 1<<20)); err != nil {
				return
			}
		}
	}))
	defer server.Close()
	c, _ := newClient(t, server.URL, nil)
	if _, err := c.Pull(context.Background(), 1); err == nil {
		t.Error("it was read")
	}
}
