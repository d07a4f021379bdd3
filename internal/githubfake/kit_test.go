package githubfake

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-github/v60/github"
)

// client returns go-github's, as podmend uses it.
func client(t *testing.T, s *Server, token string) *github.Client {
	t.Helper()
	c := github.NewClient(nil)
	if token != "" {
		c = c.WithAuthToken(token)
	}
	at, err := c.BaseURL.Parse(s.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	c.BaseURL = at
	return c
}

// numbered is a text of lines "line 1" to "line n".
func numbered(n int) string {
	var lines strings.Builder
	for i := range n {
		fmt.Fprintf(&lines, "line %d\n", i+1)
	}
	return lines.String()
}

// shop is a repository with a pull request that changes lines 10 and 40 of a.yaml, and line 5 of b.yaml.
func shop(t *testing.T) (*Server, *Repo, *Pull) {
	t.Helper()
	s := New(t)
	r := s.CreateRepo("octo/shop", Files{"a.yaml": numbered(60), "b.yaml": numbered(20), "c.yaml": "c\n"})
	r.Push("feature", "mona", "Change a and b", Files{
		"a.yaml": change(change(numbered(60), "line 10", "ten"), "line 40", "forty"),
		"b.yaml": change(numbered(20), "line 5", "five"),
	})
	return s, r, r.OpenPullRequest(PullOptions{Head: "feature", Author: "mona", Title: "Change things"})
}

// change replaces one line.
func change(text, line, with string) string {
	return strings.Replace(text, line+"\n", with+"\n", 1)
}

// reviewOn is a review with one comment on a line of a.yaml.
func reviewOn(line int) *github.PullRequestReviewRequest {
	return &github.PullRequestReviewRequest{
		Body: github.String("Findings"), Event: github.String("COMMENT"),
		Comments: []*github.DraftReviewComment{draft("a.yaml", 0, line, right)},
	}
}

func ctx() context.Context { return context.Background() }

// wantStatus ends the test unless an error is an answer with the status and a text in its message or errors.
func wantStatus(t *testing.T, err error, status int, text string) {
	t.Helper()
	refused, ok := err.(*github.ErrorResponse)
	if !ok {
		t.Fatalf("got %v, want an answer %d", err, status)
	}
	if refused.Response.StatusCode != status || !strings.Contains(fmt.Sprint(refused), text) {
		t.Fatalf("got %v, want %d with %q", err, status, text)
	}
}

// A witness takes the complaints of a fake that is used wrongly on purpose.
type witness struct {
	*testing.T
	complaints []string
}

func (w *witness) Errorf(format string, args ...any) {
	w.complaints = append(w.complaints, fmt.Sprintf(format, args...))
}

func (w *witness) wants(text string) {
	w.Helper()
	if !strings.Contains(strings.Join(w.complaints, "\n"), text) {
		w.T.Errorf("the fake complained %q, want %q in it", w.complaints, text)
	}
	w.complaints = nil
}

func send(t *testing.T, method, url, token, body string) *http.Response {
	t.Helper()
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	return response
}
