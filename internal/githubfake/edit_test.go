package githubfake

import (
	"io"
	"strings"
	"testing"
)

// A workflow edits its own comments through GraphQL, and nobody else's.
func TestEditThroughGraphQL(t *testing.T) {
	s, r, p := shop(t)
	token := r.ActionsToken("pull-requests: write")
	if _, _, err := client(t, s, token).PullRequests.CreateReview(ctx(), "octo", "shop", p.Number, reviewOn(10)); err != nil {
		t.Fatal(err)
	}
	p.Comment("mona", "a.yaml", 40, "mine")
	for i, want := range []string{"new text", "mine"} {
		id := p.comments[i].nodeID()
		answer := send(t, "POST", s.URL+"/graphql", token, `{"query": "mutation($i: UpdatePullRequestReviewCommentInput!) { m: updatePullRequestReviewComment(input: $i) { clientMutationId } }",
			"variables": {"i": {"pullRequestReviewCommentId": "`+id+`", "body": "new text"}}}`)
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		if refused := strings.Contains(string(text), "FORBIDDEN"); refused != (i == 1) {
			t.Errorf("comment %d: %s", i, text)
		}
		if got := p.ReviewComments()[i].Body; got != want {
			t.Errorf("comment %d says %q, want %q", i, got, want)
		}
	}
}
