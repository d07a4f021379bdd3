// Package githubfake is a strict, stateful stand-in for GitHub in tests. Git repositories are real
// ones, so SHAs, patches, merge bases and the lines of a diff come from git. Each request and each
// answer is checked against GitHub's own descriptions, and what GitHub refuses is refused.
//
// Where GitHub documents no rule, the fake takes the strict reading; what it shows is not proof of
// what GitHub accepts.
package githubfake

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"
)

// T is the part of testing.TB that the fake needs.
type T interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	TempDir() string
	Cleanup(func())
}

// A Server is a GitHub of its own. Its methods may be called while requests run.
type Server struct {
	URL           string // as api.github.com: REST at the root, GraphQL at /graphql
	EnterpriseURL string // as a GitHub Enterprise Server: REST at /api/v3, GraphQL at /api/graphql

	t        T
	dir      string // holds the git repositories
	routes   []route
	contract *contract

	mu       sync.Mutex // guards all below; held while a request is answered
	accounts map[string]*account
	tokens   map[string]*token
	repos    []*Repo
	lastID   int64
	passed   time.Duration // what Advance added to the clock
	modes    modes
	log      []Request
}

// New starts a server that ends with the test.
func New(t T) *Server {
	t.Helper()
	described, err := loadContract()
	if err != nil {
		t.Fatalf("fake of GitHub: %v", err)
	}
	s := &Server{t: t, routes: routes(), contract: described, accounts: map[string]*account{}, tokens: map[string]*token{}}
	s.modes.limit = 5000
	s.dir = t.TempDir() // goes after the listener, and the requests that still run
	listener := httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(listener.Close)
	s.URL = listener.URL
	s.EnterpriseURL = listener.URL + "/api/v3"
	return s
}

// Advance passes time: comments get another date, limits are lifted.
func (s *Server) Advance(by time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.passed += by
}

func (s *Server) now() time.Time {
	return time.Now().Add(s.passed).UTC().Truncate(time.Second)
}

func (s *Server) nextID() int64 {
	s.lastID++
	return 1000 + s.lastID
}

// complain fails the test: podmend, or the fake itself, did what GitHub's description forbids.
func (s *Server) complain(method, path, format string, args ...any) {
	s.t.Errorf("GitHub: %s %s: %s", method, path, fmt.Sprintf(format, args...))
}
