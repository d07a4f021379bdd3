package githubfake

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// fields is a JSON object.
type fields = map[string]any

// An answer is what the fake says to a request.
type answer struct {
	status int
	body   any    // JSON; nil if there is none
	text   string // in place of body, for diffs
	kind   string // the media type of text
	header http.Header
}

// A call is a request whose route, token and repository are known.
type call struct {
	s       *Server
	request *http.Request
	params  map[string]string
	body    []byte
	token   *token
	repo    *Repo
	api     string // where REST is served for this request
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client went away
	}
	if s.modes.wait(r); r.Context().Err() != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("X-GitHub-Request-Id", strconv.FormatInt(s.nextID(), 16))
	path, enterprise := strings.CutPrefix(r.URL.EscapedPath(), "/api/v3")
	graphql := path == "/graphql" || path == "/api/graphql"
	c := &call{s: s, request: r, body: body, api: s.URL}
	if enterprise {
		c.api = s.EnterpriseURL
	}
	entry := &Request{Method: r.Method, Path: path, Query: r.URL.RawQuery, Body: body}
	entry.Write = r.Method != http.MethodGet && r.Method != http.MethodHead
	if graphql {
		entry.Write = isMutation(body)
	}
	failure := s.modes.next(entry)
	a, before := failure.before()
	if !before {
		a = s.answerTo(c, path, graphql, entry)
	}
	if failure.cuts() {
		entry.Status = 0
		s.log = append(s.log, *entry)
		cut(w)
		return
	}
	if after, ok := failure.after(); ok {
		a = after
	}
	entry.Status = a.status
	s.log = append(s.log, *entry)
	write(w, a)
}

// answerTo does what GitHub does with each request before and after its own rules.
func (s *Server) answerTo(c *call, path string, graphql bool, entry *Request) answer {
	if a, ok := s.authenticate(c); !ok {
		return a
	}
	if a, ok := s.modes.limited(s, c, entry); ok {
		return s.withLimits(a)
	}
	if graphql {
		return s.withLimits(s.answerGraphQL(c))
	}
	found, params := find(s.routes, c.request.Method, path)
	if found == nil {
		s.complain(c.request.Method, path, "the fake does not serve this; if GitHub does, add it to routes.go")
		return refuse(http.StatusNotFound, "Not Found")
	}
	c.params = params
	entry.Route = found.path
	checked := s.contract.open(s, c, found)
	a := s.answerRoute(c, found)
	checked.answer(&a)
	return s.withLimits(a)
}

func (s *Server) answerRoute(c *call, found *route) answer {
	if strings.HasPrefix(found.path, inRepo) {
		c.repo = s.repo(c.params["owner"] + "/" + c.params["repo"])
		if c.repo == nil || !c.token.sees(c.repo) {
			return refuse(http.StatusNotFound, "Not Found")
		}
		for _, repo := range s.repos {
			repo.follow()
		}
	}
	if c.token == nil && c.request.Method != http.MethodGet {
		return refuse(http.StatusUnauthorized, "Requires authentication")
	}
	if c.repo != nil && !c.token.may(c.repo, found.needs) {
		return c.forbidden()
	}
	return found.answer(c)
}

// forbidden is what GitHub says to a token whose permissions don't suffice.
func (c *call) forbidden() answer {
	if c.token != nil && c.token.permissions == nil {
		return refuse(http.StatusForbidden, "Resource not accessible by personal access token")
	}
	return refuse(http.StatusForbidden, "Resource not accessible by integration")
}

func (s *Server) authenticate(c *call) (answer, bool) {
	header := c.request.Header.Get("Authorization")
	if header == "" {
		return answer{}, true
	}
	_, text, _ := strings.Cut(header, " ")
	known, ok := s.tokens[text]
	if !ok {
		return refuse(http.StatusUnauthorized, "Bad credentials"), false
	}
	c.token = known
	return answer{}, true
}

// decode reads the body. What does not fit has been complained about by the contract.
func (c *call) decode(into any) {
	decoder := json.NewDecoder(bytes.NewReader(c.body))
	if err := decoder.Decode(into); err != nil && len(c.body) > 0 {
		c.s.complain(c.request.Method, c.request.URL.Path, "the body is not what GitHub expects: %v", err)
	}
}

func ok(body any) answer      { return answer{status: http.StatusOK, body: body} }
func created(body any) answer { return answer{status: http.StatusCreated, body: body} }
func gone() answer            { return answer{status: http.StatusNoContent} }

func refuse(status int, message string) answer {
	return answer{status: status, body: fields{
		"message": message, "documentation_url": "https://docs.github.com/rest", "status": strconv.Itoa(status),
	}}
}

// invalid is 422 with errors as GitHub gives them, texts or objects with resource, code, field and message.
func invalid(message string, errors ...any) answer {
	a := refuse(http.StatusUnprocessableEntity, message)
	if len(errors) > 0 {
		a.body.(fields)["errors"] = errors
	}
	return a
}

func write(w http.ResponseWriter, a answer) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	if a.kind != "" {
		w.Header().Set("Content-Type", a.kind)
		w.WriteHeader(a.status)
		_, _ = io.WriteString(w, a.text)
		return
	}
	if a.body == nil {
		w.WriteHeader(a.status)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(a.status)
	text, err := json.Marshal(a.body)
	if err != nil {
		panic(err) // fields hold plain values only
	}
	_, _ = w.Write(text)
}

// cut ends the connection without an answer.
func cut(w http.ResponseWriter) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		_ = connection.Close()
	}
}
