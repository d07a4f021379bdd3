package githubfake

import (
	"testing"

	"github.com/google/go-github/v60/github"
)

func draft(path string, start, line int, side string) *github.DraftReviewComment {
	d := &github.DraftReviewComment{Path: &path, Line: &line, Body: github.String("text")}
	if side != "" {
		d.Side = &side
	}
	if start != 0 {
		d.StartLine = &start
	}
	return d
}

func TestOneBadAnchorRefusesTheWholeReview(t *testing.T) {
	across := draft("a.yaml", 9, 11, "RIGHT")
	across.StartSide = github.String("LEFT")
	for name, test := range map[string]struct {
		bad  *github.DraftReviewComment
		says string
	}{
		"outside all hunks":          {draft("a.yaml", 0, 25, "RIGHT"), "line must be part of the diff"},
		"file not changed":           {draft("c.yaml", 0, 1, "RIGHT"), "path is invalid"},
		"no such file":               {draft("d.yaml", 0, 1, "RIGHT"), "path is invalid"},
		"past the end on the left":   {draft("b.yaml", 0, 300, "LEFT"), "line must be part of the diff"},
		"start in another hunk":      {draft("a.yaml", 10, 40, "RIGHT"), "same hunk"},
		"start outside":              {draft("a.yaml", 2, 10, "RIGHT"), "start line must be part of the diff"},
		"start after the end":        {draft("a.yaml", 11, 10, "RIGHT"), "must precede"},
		"start is the end":           {draft("a.yaml", 10, 10, "RIGHT"), "must precede"},
		"start and end across sides": {across, "the side of the end"},
	} {
		t.Run(name, func(t *testing.T) {
			s, r, p := shop(t)
			c := client(t, s, r.ActionsToken("pull-requests: write"))
			_, _, err := c.PullRequests.CreateReview(ctx(), "octo", "shop", p.Number, &github.PullRequestReviewRequest{
				Body: github.String("Findings"), Event: github.String("COMMENT"),
				Comments: []*github.DraftReviewComment{draft("a.yaml", 0, 10, "RIGHT"), test.bad},
			})
			wantStatus(t, err, 422, test.says)
			if len(p.Reviews()) != 0 || len(p.ReviewComments()) != 0 {
				t.Error("a part of the refused review was kept")
			}
		})
	}
}

func TestAnchorsInsideHunksAreTaken(t *testing.T) {
	s, r, p := shop(t)
	c := client(t, s, r.ActionsToken("pull-requests: write"))
	_, _, err := c.PullRequests.CreateReview(ctx(), "octo", "shop", p.Number, &github.PullRequestReviewRequest{
		Body: github.String("Findings"), Event: github.String("COMMENT"),
		Comments: []*github.DraftReviewComment{
			draft("a.yaml", 0, 7, "RIGHT"),  // the first line of context
			draft("a.yaml", 0, 13, "RIGHT"), // the last one
			draft("a.yaml", 0, 10, "LEFT"),  // the line that went
			draft("a.yaml", 7, 13, ""),      // the right side unless told otherwise
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []Comment{{Line: 7, Side: right}, {Line: 13, Side: right}, {Line: 10, Side: left}, {Line: 13, StartLine: 7, Side: right}} {
		got := p.ReviewComments()[i]
		if got.Line != want.Line || got.StartLine != want.StartLine || got.Side != want.Side {
			t.Errorf("comment %d is %+v", i, got)
		}
	}
}

func TestFileComment(t *testing.T) {
	s, r, p := shop(t)
	c := client(t, s, r.ActionsToken("pull-requests: write"))
	comment := &github.PullRequestComment{
		Path: github.String("b.yaml"), Body: github.String("The whole file"), CommitID: github.String(p.State().HeadSHA), SubjectType: github.String("file"),
	}
	got, _, err := c.PullRequests.CreateComment(ctx(), "octo", "shop", p.Number, comment)
	if err != nil {
		t.Fatal(err)
	}
	if got.GetSubjectType() != "file" || got.Line != nil || !p.ReviewComments()[0].OnFile {
		t.Errorf("the comment is %v", got)
	}
	comment.Path = github.String("c.yaml")
	_, _, err = c.PullRequests.CreateComment(ctx(), "octo", "shop", p.Number, comment)
	wantStatus(t, err, 422, "path is invalid")
}
