package githubfake

import (
	"slices"
	"sort"
	"strings"
	"testing"
)

// TestMisuseIsToldToTheTest: what GitHub's description forbids fails the test of whoever sent it.
func TestMisuseIsToldToTheTest(t *testing.T) {
	w := &witness{T: t}
	s := New(w)
	r := s.CreateRepo("octo/shop", Files{"a": "1\n"})
	r.Push("feature", "mona", "Change", Files{"a": "2\n"})
	r.OpenPullRequest(PullOptions{Head: "feature"})
	token := r.ActionsToken("pull-requests: write", "contents: write", "checks: write")
	at := s.URL + "/repos/octo/shop"
	for _, test := range []struct{ method, url, body, says string }{
		{"GET", at + "/pullz", "", "does not serve"},
		{"GET", at + "/pulls?per_pages=3", "", `no query parameter "per_pages"`},
		{"GET", at + "/pulls?state=opened", "", "value is not one of the allowed values"},
		{"GET", at + "/pulls/one", "", "pull_number"},
		{"POST", at + "/pulls/1/reviews", `{"event": "COMMENTED", "body": "b"}`, "event"},
		{"POST", at + "/pulls/1/reviews", `{"event": "COMMENT", "body": "b", "comments": [{"path": "a", "body": "b", "lines": 1}]}`, ".comments[].lines"},
		{"POST", at + "/pulls/1/comments", `{"body": "b", "path": "a", "line": 1}`, "doesn't match any schema"},
		{"POST", at + "/pulls/1/reviews/7/events", `{"event": 1}`, "event"},
		{"POST", at + "/git/refs", `{"ref": "refs/heads/x", "sha": 1}`, "sha"},
		{"POST", at + "/git/refs", `{"ref": "refs/heads/x"}`, "sha"},
		{"POST", at + "/check-runs", `{"name": "podmend"}`, "head_sha"},
		{"PATCH", at + "/pulls/1", `{"draft": true}`, "no field .draft"},
	} {
		send(t, test.method, test.url, token, test.body)
		t.Log(test.method, test.url, test.body)
		w.wants(test.says)
	}
}

// TestAnswersAreChecked: an answer that is not what GitHub describes fails the test too.
func TestAnswersAreChecked(t *testing.T) {
	w := &witness{T: t}
	s := New(w)
	r := s.CreateRepo("octo/shop", Files{"a": "1\n"})
	for i := range s.routes {
		if s.routes[i].path == "/user" {
			s.routes[i].answer = func(c *call) answer { return ok(fields{"login": 7}) }
		}
		if s.routes[i].path == inRepo {
			s.routes[i].answer = func(c *call) answer {
				shown := c.showRepo(r)
				delete(shown, "full_name")
				return ok(shown)
			}
		}
	}
	send(t, "GET", s.URL+"/user", s.UserToken("mona"), "")
	w.wants("the fake's answer 200 breaks GitHub's description")
	send(t, "GET", s.URL+"/repos/octo/shop", s.UserToken("mona"), "")
	w.wants("full_name")
}

func TestDescriptionHoldsWhatIsServedAndNoMore(t *testing.T) {
	described, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	var has []string
	for path, item := range described.rest.Paths.Map() {
		for method := range item.Operations() {
			has = append(has, method+" "+path)
		}
	}
	served := Operations()
	sort.Strings(has)
	sort.Strings(served)
	if !slices.Equal(has, served) {
		t.Errorf("the trimmed description has\n%s\nthe fake serves\n%s\nrun internal/githubfake/trim", strings.Join(has, "\n"), strings.Join(served, "\n"))
	}
}

func TestSlashesInPathsAreTaken(t *testing.T) {
	s, r, _ := shop(t)
	r.Push("fix/one", "mona", "More", Files{"deep/er/file.yaml": "x\n"})
	c := client(t, s, r.ActionsToken("contents: read"))
	if ref, _, err := c.Git.GetRef(ctx(), "octo", "shop", "heads/fix/one"); err != nil || ref.GetObject().GetSHA() != r.SHA("fix/one") {
		t.Errorf("ref: %v %v", ref, err)
	}
	if branch, _, err := c.Repositories.GetBranch(ctx(), "octo", "shop", "fix/one", 0); err != nil || branch.GetCommit().GetSHA() != r.SHA("fix/one") {
		t.Errorf("branch: %v %v", branch, err)
	}
}

func TestEnterprisePaths(t *testing.T) {
	s, r, p := shop(t)
	c := client(t, s, r.ActionsToken("pull-requests: write"))
	c, err := c.WithEnterpriseURLs(s.EnterpriseURL, s.EnterpriseURL)
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := c.PullRequests.Get(ctx(), "octo", "shop", p.Number)
	if err != nil || !strings.HasPrefix(got.GetURL(), s.EnterpriseURL+"/repos/") {
		t.Errorf("%s %v", got.GetURL(), err)
	}
	response := send(t, "POST", s.URL+"/api/graphql", r.ActionsToken("contents: read"), `{"query": "{ viewer { login } }"}`)
	if response.StatusCode != 200 {
		t.Errorf("GraphQL: %s", response.Status)
	}
}
