package githubfake

import (
	"fmt"
	"testing"

	"github.com/google/go-github/v60/github"
)

// TestManyComments: lists come in pages that lead through all of them, each once.
func TestManyComments(t *testing.T) {
	s := New(t)
	r := s.CreateRepo("octo/shop", Files{"z": "1\n"})
	files := Files{}
	for i := range 60 {
		files[fmt.Sprintf("f%02d.yaml", i)] = numbered(5)
	}
	r.Push("feature", "mona", "Much", files)
	p := r.OpenPullRequest(PullOptions{Head: "feature"})
	review := &github.PullRequestReviewRequest{Body: github.String("Many"), Event: github.String("COMMENT")}
	for i := range 300 {
		review.Comments = append(review.Comments, draft(fmt.Sprintf("f%02d.yaml", i/5), 0, i%5+1, right))
	}
	c := client(t, s, r.ActionsToken("pull-requests: write"))
	if _, _, err := c.PullRequests.CreateReview(ctx(), "octo", "shop", p.Number, review); err != nil {
		t.Fatal(err)
	}
	r.Push("feature", "mona", "Shift", Files{"f00.yaml": "zero\n" + numbered(5)})
	seen := map[int64]bool{}
	options := &github.PullRequestListCommentsOptions{ListOptions: github.ListOptions{PerPage: 100}}
	for {
		comments, response, err := c.PullRequests.ListComments(ctx(), "octo", "shop", p.Number, options)
		if err != nil {
			t.Fatal(err)
		}
		for _, comment := range comments {
			seen[comment.GetID()] = true
			if want := int(comment.GetOriginalLine()); comment.GetPath() != "f00.yaml" && comment.GetLine() != want {
				t.Errorf("%s: at %d, want %d", comment.GetPath(), comment.GetLine(), want)
			}
		}
		if response.NextPage == 0 {
			break
		}
		options.Page = response.NextPage
	}
	if len(seen) != 300 || p.ReviewComments()[0].Line != 2 {
		t.Errorf("%d comments came, the first is %+v", len(seen), p.ReviewComments()[0])
	}
}
