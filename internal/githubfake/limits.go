package githubfake

import (
	"net/http"
	"strconv"
	"time"
)

const (
	aboutLimits     = "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits"
	contentAMinute  = 80
	longestBody     = 65536
	secondaryBlames = "You have exceeded a secondary rate limit and have been temporarily blocked from content creation. Please retry your request again later."
)

func secondary(status, seconds int) answer {
	a := refuse(status, secondaryBlames)
	a.body.(fields)["documentation_url"] = aboutLimits
	a.header = http.Header{"Retry-After": {strconv.Itoa(seconds)}}
	return a
}

// limited refuses what is over a limit, and counts the rest.
func (m *modes) limited(s *Server, c *call, r *Request) (answer, bool) {
	if r.Path == "/rate_limit" {
		return answer{}, false // costs nothing
	}
	if now := s.now(); now.After(m.window) {
		m.used, m.window = 0, now.Truncate(time.Hour).Add(time.Hour)
	}
	if m.used >= m.limit {
		return refuse(http.StatusForbidden, "API rate limit exceeded for installation ID 1."), true
	}
	m.used++
	if !m.throttle || !r.Write {
		return answer{}, false
	}
	now := s.now()
	for len(m.writes) > 0 && now.Sub(m.writes[0]) >= time.Minute {
		m.writes = m.writes[1:]
	}
	if len(m.writes) >= contentAMinute {
		left := time.Minute - now.Sub(m.writes[0])
		return secondary(http.StatusForbidden, int(left/time.Second)), true
	}
	m.writes = append(m.writes, now)
	return answer{}, false
}

// withLimits adds the headers that tell how much of the primary limit is left.
func (s *Server) withLimits(a answer) answer {
	if a.header == nil {
		a.header = http.Header{}
	}
	a.header["X-Ratelimit-Limit"] = []string{strconv.Itoa(s.modes.limit)}
	a.header["X-Ratelimit-Remaining"] = []string{strconv.Itoa(s.modes.limit - s.modes.used)}
	a.header["X-Ratelimit-Used"] = []string{strconv.Itoa(s.modes.used)}
	a.header["X-Ratelimit-Reset"] = []string{strconv.FormatInt(s.modes.window.Unix(), 10)}
	a.header["X-Ratelimit-Resource"] = []string{"core"}
	return a
}

func getRateLimit(c *call) answer {
	rate := fields{
		"limit": c.s.modes.limit, "remaining": c.s.modes.limit - c.s.modes.used,
		"used": c.s.modes.used, "reset": c.s.modes.window.Unix(),
	}
	return ok(fields{"rate": rate, "resources": fields{"core": rate, "graphql": rate, "search": rate}})
}
