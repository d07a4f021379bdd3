package githubfake

import (
	"fmt"
	"testing"

	"github.com/google/go-github/v60/github"
)

func feature() string {
	return change(change(numbered(60), "line 10", "ten"), "line 40", "forty")
}

func TestCommentsOnManyLines(t *testing.T) {
	for name, test := range map[string]struct {
		text        string
		start, line int
	}{
		"moved whole":           {"zero\n" + feature(), 9, 12},
		"first line changed":    {change(feature(), "line 8", "eight"), 0, 0},
		"last line changed":     {change(feature(), "line 11", "eleven"), 0, 0},
		"lines put in between":  {change(feature(), "line 9", "line 9\nnew"), 0, 0},
		"line right above new":  {change(feature(), "line 8", "new\nline 8"), 9, 12},
		"line right below new":  {change(feature(), "line 11", "line 11\nnew"), 8, 11},
		"line right above gone": {change(feature(), "line 7\nline 8", "line 8"), 7, 10},
	} {
		t.Run(name, func(t *testing.T) {
			s, r, p := shop(t)
			review := reviewOn(11)
			review.Comments[0] = draft("a.yaml", 8, 11, right)
			if _, _, err := client(t, s, r.ActionsToken("pull-requests: write")).PullRequests.CreateReview(ctx(), "octo", "shop", p.Number, review); err != nil {
				t.Fatal(err)
			}
			r.Push("feature", "mona", "More", Files{"a.yaml": test.text})
			if c := p.ReviewComments()[0]; c.StartLine != test.start || c.Line != test.line || c.Outdated != (test.line == 0) {
				t.Errorf("the comment is at %d to %d, outdated %v", c.StartLine, c.Line, c.Outdated)
			}
		})
	}
}

func TestCommentsOnTheLeftFollowTheBase(t *testing.T) {
	s, r, p := shop(t)
	review := reviewOn(10)
	review.Comments[0].Side = github.String(left)
	if _, _, err := client(t, s, r.ActionsToken("pull-requests: write")).PullRequests.CreateReview(ctx(), "octo", "shop", p.Number, review); err != nil {
		t.Fatal(err)
	}
	r.Push("feature", "mona", "More", Files{"a.yaml": "zero\n" + feature()})
	if c := p.ReviewComments()[0]; c.Line != 10 || c.Side != left || c.Outdated {
		t.Errorf("the head moved: %+v", c)
	}
	base := r.Push("main", "octo", "Shift", Files{"a.yaml": "0\n0\n" + numbered(60)})
	r.ForcePush("feature", "mona", "Rebased", base, Files{"a.yaml": "0\n0\n" + feature()})
	if c := p.ReviewComments()[0]; c.Line != 12 || c.Outdated {
		t.Errorf("the base moved: %+v", c)
	}
}

func TestForcePushKeepsWhatDidNotChange(t *testing.T) {
	_, r, p := shop(t)
	ten, forty := p.Comment("hubot", "a.yaml", 10, "ten"), p.Comment("hubot", "a.yaml", 40, "forty")
	r.ForcePush("feature", "mona", "Again", r.SHA("main"), Files{"a.yaml": change(numbered(60), "line 10", "ten")})
	for _, c := range p.ReviewComments() {
		if c.ID == ten && (c.Line != 10 || c.Outdated) || c.ID == forty && !c.Outdated {
			t.Errorf("after the push: %+v", c)
		}
	}
	r.ForcePush("feature", "mona", "Back", r.SHA("main"), Files{"a.yaml": feature()})
	if c := p.ReviewComments()[1]; !c.Outdated {
		t.Errorf("an outdated comment came back: %+v", c)
	}
}

func TestFileCommentsAreOutdatedWithTheirFile(t *testing.T) {
	s, r, p := shop(t)
	_, _, err := client(t, s, r.ActionsToken("pull-requests: write")).PullRequests.CreateComment(ctx(), "octo", "shop", p.Number, &github.PullRequestComment{
		Path: github.String("b.yaml"), Body: github.String("All of it"), CommitID: github.String(p.State().HeadSHA), SubjectType: github.String("file"),
	})
	if err != nil {
		t.Fatal(err)
	}
	r.Push("feature", "mona", "More", Files{"b.yaml": "all new\n"})
	if p.ReviewComments()[0].Outdated {
		t.Error("a change of the file outdates it")
	}
	r.Push("feature", "mona", "Back", Files{"b.yaml": numbered(20)})
	if !p.ReviewComments()[0].Outdated {
		t.Error("it stands on a file that is not changed any more")
	}
}

// TestReviewOfAnOlderCommit: lines count in that commit, and the comments come moved.
func TestReviewOfAnOlderCommit(t *testing.T) {
	s, r, p := shop(t)
	old := p.State().HeadSHA
	r.Push("feature", "mona", "More", Files{"a.yaml": "zero\n" + feature()})
	review := reviewOn(10)
	review.CommitID = &old
	c := client(t, s, r.ActionsToken("pull-requests: write"))
	if _, _, err := c.PullRequests.CreateReview(ctx(), "octo", "shop", p.Number, review); err != nil {
		t.Fatal(err)
	}
	comments, _, err := c.PullRequests.ListComments(ctx(), "octo", "shop", p.Number, nil)
	if err != nil || comments[0].GetLine() != 11 || comments[0].GetOriginalLine() != 10 || comments[0].GetOriginalCommitID() != old || comments[0].GetCommitID() != r.SHA("feature") {
		t.Errorf("%v %v", comments, err)
	}
	review.CommitID = github.String(r.SHA("main"))
	_, _, err = c.PullRequests.CreateReview(ctx(), "octo", "shop", p.Number, review)
	wantStatus(t, err, 422, "not part of the pull request")
	r.ForcePush("feature", "mona", "Gone", r.SHA("main"), Files{"a.yaml": feature()})
	review.CommitID = &old
	_, _, err = c.PullRequests.CreateReview(ctx(), "octo", "shop", p.Number, review)
	wantStatus(t, err, 422, "not part of the pull request")
}

func TestRepliesStayInTheirThread(t *testing.T) {
	s, r, p := shop(t)
	first := p.Comment("mona", "a.yaml", 10, "Why?")
	c := client(t, s, r.ActionsToken("pull-requests: write"))
	reply, _, err := c.PullRequests.CreateCommentInReplyTo(ctx(), "octo", "shop", p.Number, "Because", first)
	if err != nil || reply.GetInReplyTo() != first || reply.GetLine() != 10 || reply.GetPath() != "a.yaml" {
		t.Fatalf("%v %v", reply, err)
	}
	p.Reply("mona", reply.GetID(), "I see")
	data, _ := ask(t, s, s.UserToken("mona"), `query($id: ID!) { node(id: $id) { ... on PullRequestReviewThread { comments(first: 9) { totalCount nodes { replyTo { databaseId } } } } } }`,
		map[string]any{"id": fmt.Sprintf("PRRT_%d", first)})
	if want := fmt.Sprintf(`{"node":{"comments":{"nodes":[{"replyTo":null},{"replyTo":{"databaseId":%d}},{"replyTo":{"databaseId":%d}}],"totalCount":3}}}`, first, first); data != want {
		t.Errorf("the thread is %s, want %s", data, want)
	}
	if _, err = client(t, s, s.UserToken("mona")).PullRequests.DeleteComment(ctx(), "octo", "shop", first); err != nil {
		t.Fatal(err)
	}
	left := p.ReviewComments()
	if len(left) != 2 || left[0].InReplyTo != 0 || left[1].InReplyTo != left[0].ID || left[0].Line != 10 {
		t.Errorf("after the first is gone: %+v", left)
	}
}

func TestPendingReviews(t *testing.T) {
	s, r, p := shop(t)
	c := client(t, s, r.ActionsToken("pull-requests: write"))
	review := reviewOn(10)
	review.Event = nil
	pending, _, err := c.PullRequests.CreateReview(ctx(), "octo", "shop", p.Number, review)
	if err != nil || pending.GetState() != "PENDING" {
		t.Fatalf("%v %v", pending, err)
	}
	_, _, err = c.PullRequests.CreateReview(ctx(), "octo", "shop", p.Number, review)
	wantStatus(t, err, 422, "one pending review")
	other := client(t, s, s.UserToken("mona"))
	if reviews, _, err := other.PullRequests.ListReviews(ctx(), "octo", "shop", p.Number, nil); err != nil || len(reviews) != 0 {
		t.Errorf("others see %v %v", reviews, err)
	}
	if comments, _, err := other.PullRequests.ListComments(ctx(), "octo", "shop", p.Number, nil); err != nil || len(comments) != 0 {
		t.Errorf("others see %v %v", comments, err)
	}
	submitted, _, err := c.PullRequests.SubmitReview(ctx(), "octo", "shop", p.Number, pending.GetID(), &github.PullRequestReviewRequest{Event: github.String("COMMENT")})
	if err != nil || submitted.GetState() != "COMMENTED" || submitted.GetBody() != "Findings" {
		t.Errorf("%v %v", submitted, err)
	}
	_, _, err = c.PullRequests.DeletePendingReview(ctx(), "octo", "shop", p.Number, pending.GetID())
	wantStatus(t, err, 422, "non-pending")
}

func TestReviewsThatGitHubRefuses(t *testing.T) {
	s, r, p := shop(t)
	c := client(t, s, r.ActionsToken("pull-requests: write"))
	empty := reviewOn(10)
	empty.Body = nil
	_, _, err := c.PullRequests.CreateReview(ctx(), "octo", "shop", p.Number, empty)
	wantStatus(t, err, 422, "Body can't be blank")
	own := reviewOn(10)
	own.Event = github.String("REQUEST_CHANGES")
	_, _, err = client(t, s, s.UserToken("mona")).PullRequests.CreateReview(ctx(), "octo", "shop", p.Number, own)
	wantStatus(t, err, 422, "your own pull request")
}

func TestReviewBodyIsEdited(t *testing.T) {
	s, r, p := shop(t)
	c := client(t, s, r.ActionsToken("pull-requests: write"))
	made, _, err := c.PullRequests.CreateReview(ctx(), "octo", "shop", p.Number, reviewOn(10))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err = c.PullRequests.UpdateReview(ctx(), "octo", "shop", p.Number, made.GetID(), "Fewer findings"); err != nil || p.Reviews()[0].Body != "Fewer findings" {
		t.Errorf("%+v %v", p.Reviews(), err)
	}
	_, _, err = c.PullRequests.UpdateReview(ctx(), "octo", "shop", p.Number, 7, "x")
	wantStatus(t, err, 404, "")
}
