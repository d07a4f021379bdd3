package githubfake

import (
	"strings"
	"testing"

	"github.com/google/go-github/v60/github"
)

func TestReviewIsStoredAndListed(t *testing.T) {
	s, r, p := shop(t)
	c := client(t, s, r.ActionsToken("contents: read", "pull-requests: write"))
	got, _, err := c.PullRequests.CreateReview(ctx(), "octo", "shop", p.Number, &github.PullRequestReviewRequest{
		CommitID: github.String(p.State().HeadSHA), Body: github.String("Two findings"), Event: github.String("COMMENT"),
		Comments: []*github.DraftReviewComment{
			{Path: github.String("a.yaml"), Line: github.Int(10), Side: github.String("RIGHT"), Body: github.String("one")},
			{Path: github.String("a.yaml"), StartLine: github.Int(39), Line: github.Int(41), Side: github.String("RIGHT"), Body: github.String("more")},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got.GetUser().GetLogin() != "github-actions[bot]" || got.GetUser().GetType() != "Bot" || got.GetState() != "COMMENTED" {
		t.Errorf("the review is %v", got)
	}
	comments, _, err := c.PullRequests.ListComments(ctx(), "octo", "shop", p.Number, nil)
	if err != nil || len(comments) != 2 {
		t.Fatalf("comments: %v %v", comments, err)
	}
	second := comments[1]
	if second.GetLine() != 41 || second.GetStartLine() != 39 || second.GetPath() != "a.yaml" || second.GetPullRequestReviewID() != got.GetID() {
		t.Errorf("the second comment is %v", second)
	}
	if !strings.HasSuffix(comments[0].GetDiffHunk(), "\n-line 10\n+ten") || comments[0].GetPosition() != 5 {
		t.Errorf("the hunk of the first comment is %q, its position %d", comments[0].GetDiffHunk(), comments[0].GetPosition())
	}
	if reviews, _, err := c.PullRequests.ListReviews(ctx(), "octo", "shop", p.Number, nil); err != nil || len(reviews) != 1 {
		t.Errorf("reviews: %v %v", reviews, err)
	}
	if s.Writes() != 1 {
		t.Errorf("%d writes, want 1", s.Writes())
	}
}
