package githubfake

import "slices"

// A Request is one that the server got.
type Request struct {
	Method string
	Path   string // without /api/v3
	Route  string // as in GitHub's description; "" of a GraphQL request
	Query  string
	Body   []byte
	Status int  // 0 if the connection was cut
	Write  bool // it may change something: a mutation, or no GET
}

// Requests returns all requests so far.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.log)
}

// Writes counts the requests so far that may change something, whether they succeeded or not.
func (s *Server) Writes() int {
	writes := 0
	for _, r := range s.Requests() {
		if r.Write {
			writes++
		}
	}
	return writes
}

// Forget empties the log of requests.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = nil
}
