package githubfake

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A Failure is a way in which a request goes wrong.
type Failure string

// The ways. CutAfter and BadGatewayDone come after the effect. Go's own client repeats a request that
// reads by itself if a connection which it used before is cut.
const (
	InternalError  Failure = "500"
	BadGateway     Failure = "502"
	CutBefore      Failure = "connection cut before the effect"
	CutAfter       Failure = "connection cut after the effect"
	BadGatewayDone Failure = "502 after the effect"
	Secondary403   Failure = "secondary rate limit, 403"
	Secondary429   Failure = "secondary rate limit, 429"
	PrimaryLimit   Failure = "primary rate limit"
	TooLargeDiff   Failure = "406"
	TooQuickly     Failure = "422, submitted too quickly"
	Denied         Failure = "403, without a limit"
	NotThere       Failure = "404"
	Refused        Failure = "422"
)

// modes is how the server misbehaves.
type modes struct {
	slow     sync.Map // of one key: the duration by which each request is delayed
	failures []plannedFailure
	limit    int // requests an hour, for all tokens together
	used     int
	window   time.Time // when used begins at 0 again
	throttle bool
	writes   []time.Time // when content was written
	noPulls  bool
}

// A plannedFailure meets the request that brings its count to zero.
type plannedFailure struct {
	method, path string // "" for any
	writesOnly   bool
	in           int
	failure      Failure
}

// FailNth lets the nth request from now fail, counted from 1.
func (s *Server) FailNth(n int, failure Failure) {
	s.plan(plannedFailure{in: n, failure: failure})
}

// FailNthWrite lets the nth request from now that may change something fail, counted from 1.
func (s *Server) FailNthWrite(n int, failure Failure) {
	s.plan(plannedFailure{in: n, failure: failure, writesOnly: true})
}

// FailNthOf lets the nth request from now of a method and a path fail. The path is one of the
// description or its end, "/reviews"; GraphQL's is "/graphql".
func (s *Server) FailNthOf(method, path string, n int, failure Failure) {
	s.plan(plannedFailure{method: method, path: path, in: n, failure: failure})
}

func (s *Server) plan(p plannedFailure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.modes.failures = append(s.modes.failures, p)
}

// SetSlow delays each request.
func (s *Server) SetSlow(by time.Duration) {
	s.modes.slow.Store("slow", by)
}

// SetThrottle turns on GitHub's limit of 80 requests a minute that write content.
func (s *Server) SetThrottle(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.modes.throttle = on
}

// SetRateLimit sets how many requests are left until the next hour of the server's clock.
func (s *Server) SetRateLimit(left int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.modes.used = s.modes.limit - left
	s.modes.window = s.now().Truncate(time.Hour).Add(time.Hour)
}

// ForbidPullRequests turns off the setting that lets workflows open pull requests.
func (s *Server) ForbidPullRequests(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.modes.noPulls = on
}

func (m *modes) wait(r *http.Request) {
	if by, ok := m.slow.Load("slow"); ok {
		select {
		case <-time.After(by.(time.Duration)):
		case <-r.Context().Done():
		}
	}
}

// next counts a request and says how it fails, "" if it doesn't.
func (m *modes) next(r *Request) Failure {
	for i := range m.failures {
		p := &m.failures[i]
		if p.in == 0 || p.writesOnly && !r.Write || p.method != "" && p.method != r.Method || !r.onPath(p.path) {
			continue
		}
		if p.in--; p.in == 0 {
			return p.failure
		}
	}
	return ""
}

// onPath compares with the end of the path, of which words in braces stand for any.
func (r *Request) onPath(path string) bool {
	given := strings.Split(strings.TrimSuffix(r.Path, "/"), "/")
	wanted := strings.Split(path, "/")
	if path == "" {
		return true
	}
	if wanted[0] == "" {
		wanted = wanted[1:]
	}
	if len(wanted) > len(given) {
		return false
	}
	given = given[len(given)-len(wanted):]
	for i, want := range wanted {
		if want != given[i] && !strings.HasPrefix(want, "{") {
			return false
		}
	}
	return true
}

// before is the answer of a request that fails before its effect.
func (f Failure) before() (answer, bool) {
	switch f {
	case InternalError:
		return refuse(http.StatusInternalServerError, "Server Error"), true
	case BadGateway:
		return badGateway(), true
	case Secondary403:
		return secondary(http.StatusForbidden, 60), true
	case Secondary429:
		return secondary(http.StatusTooManyRequests, 1), true
	case PrimaryLimit:
		a := refuse(http.StatusForbidden, "API rate limit exceeded for installation ID 1.")
		a.header = http.Header{
			"X-Ratelimit-Limit": {"5000"}, "X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Resource": {"core"},
			"X-Ratelimit-Reset": {strconv.FormatInt(time.Now().Add(time.Minute).Unix(), 10)},
		}
		return a, true
	case TooQuickly:
		return invalid("Validation Failed", fields{"resource": "PullRequestReview", "code": "custom", "field": "body", "message": "was submitted too quickly"}), true
	case TooLargeDiff:
		return tooLarge(), true
	case Denied:
		return refuse(http.StatusForbidden, "Resource not accessible by integration"), true
	case NotThere:
		return refuse(http.StatusNotFound, "Not Found"), true
	case Refused:
		return invalid("Validation Failed"), true
	case CutBefore:
		return answer{}, true
	}
	return answer{}, false
}

// after is the answer of a request that had its effect and fails all the same.
func (f Failure) after() (answer, bool) {
	return badGateway(), f == BadGatewayDone
}

func (f Failure) cuts() bool { return f == CutBefore || f == CutAfter }

// badGateway is a page for people, as GitHub's front sends it.
func badGateway() answer {
	return answer{status: http.StatusBadGateway, kind: "text/html", text: "<html><head><title>Unicorn!</title></head></html>"}
}
