package githubfake

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// ask sends a GraphQL operation and returns data and errors as text.
func ask(t *testing.T, s *Server, token, query string, variables map[string]any) (data, errors string) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	response := send(t, "POST", s.URL+"/graphql", token, string(body))
	var got struct{ Data, Errors json.RawMessage }
	if err := json.NewDecoder(response.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	return string(got.Data), string(got.Errors)
}

const minimize = `mutation($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: OUTDATED}) {
	minimizedComment { isMinimized minimizedReason } } }`

const threads = `query($owner: String!, $name: String!, $number: Int!, $after: String) {
	repository(owner: $owner, name: $name) { pullRequest(number: $number) {
		reviewThreads(first: 2, after: $after) {
			pageInfo { hasNextPage endCursor }
			nodes { id isResolved isOutdated line path comments(first: 10) {
				nodes { databaseId body isMinimized minimizedReason author { __typename login } } } } } } } }`

func TestMinimizeNeedsPullRequestsWrite(t *testing.T) {
	s, r, p := shop(t)
	id := fmt.Sprintf("PRRC_%d", p.Comment("mona", "a.yaml", 10, "Why?"))
	_, errors := ask(t, s, r.ActionsToken("pull-requests: read", "contents: write"), minimize, map[string]any{"id": id})
	if !strings.Contains(errors, "FORBIDDEN") || p.ReviewComments()[0].Minimized != "" {
		t.Errorf("without the permission: %s", errors)
	}
	token := r.ActionsToken("pull-requests: write")
	data, errors := ask(t, s, token, minimize, map[string]any{"id": id})
	if !strings.Contains(data, `"isMinimized":true,"minimizedReason":"outdated"`) || errors != "" || p.ReviewComments()[0].Minimized != "outdated" {
		t.Errorf("with the permission: %s %s", data, errors)
	}
	restore := `mutation($id: ID!) { unminimizeComment(input: {subjectId: $id}) { unminimizedComment { isMinimized } } }`
	if data, _ := ask(t, s, token, restore, map[string]any{"id": id}); !strings.Contains(data, `"isMinimized":false`) || p.ReviewComments()[0].Minimized != "" {
		t.Errorf("restored: %s", data)
	}
}

func TestResolveNeedsContentsWrite(t *testing.T) {
	s, r, p := shop(t)
	id := fmt.Sprintf("PRRT_%d", p.Comment("hubot", "a.yaml", 10, "Why?"))
	resolve := `mutation($id: ID!) { resolveReviewThread(input: {threadId: $id}) { thread { isResolved resolvedBy { login } } } }`
	_, errors := ask(t, s, r.ActionsToken("pull-requests: write"), resolve, map[string]any{"id": id})
	if !strings.Contains(errors, "Resource not accessible by integration") || p.ReviewComments()[0].Resolved {
		t.Errorf("without the permission: %s", errors)
	}
	data, errors := ask(t, s, r.ActionsToken("contents: write"), resolve, map[string]any{"id": id})
	if !strings.Contains(data, `"isResolved":true`) || errors != "" || !p.ReviewComments()[0].Resolved {
		t.Errorf("with the permission: %s %s", data, errors)
	}
}

func TestThreadsComeInPages(t *testing.T) {
	s, r, p := shop(t)
	for line := 8; line <= 10; line++ {
		p.Comment("mona", "a.yaml", line, fmt.Sprint("on ", line))
	}
	token := r.ActionsToken("pull-requests: read")
	vars := map[string]any{"owner": "octo", "name": "shop", "number": p.Number}
	data, _ := ask(t, s, token, threads, vars)
	if strings.Count(data, `"isResolved"`) != 2 || !strings.Contains(data, `"hasNextPage":true`) {
		t.Fatalf("the first page: %s", data)
	}
	_, end, _ := strings.Cut(data, `"endCursor":"`)
	vars["after"], _, _ = strings.Cut(end, `"`)
	if data, _ = ask(t, s, token, threads, vars); strings.Count(data, `"isResolved"`) != 1 || !strings.Contains(data, "on 10") {
		t.Errorf("the second page: %s", data)
	}
}

func TestBotsHaveTwoNames(t *testing.T) {
	s, r, p := shop(t)
	token := r.ActionsToken("pull-requests: write")
	if _, _, err := client(t, s, token).PullRequests.CreateReview(ctx(), "octo", "shop", p.Number, reviewOn(10)); err != nil {
		t.Fatal(err)
	}
	data, _ := ask(t, s, token, threads, map[string]any{"owner": "octo", "name": "shop", "number": p.Number})
	if !strings.Contains(data, `{"__typename":"Bot","login":"github-actions"}`) {
		t.Errorf("the thread: %s", data)
	}
	if data, _ = ask(t, s, token, `{ viewer { login } }`, nil); !strings.Contains(data, `"github-actions[bot]"`) {
		t.Errorf("the viewer: %s", data)
	}
}

func TestQueriesThatGitHubRefuses(t *testing.T) {
	w := &witness{T: t}
	s := New(w)
	r := s.CreateRepo("octo/shop", Files{"a": "1\n"})
	token := r.ActionsToken("contents: read")
	ask(t, s, token, `{ repository(owner: "octo", name: "shop") { nonsense } }`, nil)
	w.wants("nonsense")
	ask(t, s, token, `query($id: ID!) { node(id: $id) { id } }`, nil)
	w.wants("variables")
	ask(t, s, token, minimize, map[string]any{"id": "PRRC_1"})
	if len(w.complaints) > 0 {
		t.Errorf("a comment that is not there is no misuse: %q", w.complaints)
	}
	r.Push("feature", "mona", "Change", Files{"a": "2\n"})
	r.OpenPullRequest(PullOptions{Head: "feature"})
	_, errors := ask(t, s, r.ActionsToken("pull-requests: read"), `{ repository(owner: "octo", name: "shop") { pullRequest(number: 1) { reviewThreads { totalCount } } } }`, nil)
	if !strings.Contains(errors, "MISSING_PAGINATION_BOUNDARIES") {
		t.Errorf("a list without bounds: %s", errors)
	}
}

func TestDraftIsSetByPeopleOnly(t *testing.T) {
	s, r, p := shop(t)
	toDraft := `mutation($id: ID!) { convertPullRequestToDraft(input: {pullRequestId: $id}) { pullRequest { isDraft } } }`
	toReady := `mutation($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { pullRequest { isDraft } } }`
	vars := map[string]any{"id": fmt.Sprintf("PR_%d", p.id)}
	if _, errors := ask(t, s, r.ActionsToken("pull-requests: write", "contents: write"), toDraft, vars); !strings.Contains(errors, "FORBIDDEN") || p.State().Draft {
		t.Errorf("by a workflow: %s", errors)
	}
	author := s.UserToken("mona")
	if _, errors := ask(t, s, author, toDraft, vars); errors != "" || !p.State().Draft {
		t.Errorf("to draft: %s", errors)
	}
	if _, errors := ask(t, s, author, toReady, vars); errors != "" || p.State().Draft {
		t.Errorf("to ready: %s", errors)
	}
}
