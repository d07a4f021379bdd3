package githubfake

import (
	"strings"
	"testing"

	"github.com/google/go-github/v60/github"
)

func TestTokensMayDoWhatTheirPermissionsSay(t *testing.T) {
	s, r, p := shop(t)
	comment := &github.IssueComment{Body: github.String("Hello")}
	_, _, err := client(t, s, r.ActionsToken("contents: read", "pull-requests: read")).Issues.CreateComment(ctx(), "octo", "shop", p.Number, comment)
	wantStatus(t, err, 403, "Resource not accessible by integration")
	for _, permission := range []string{"pull-requests: write", "issues: write"} {
		if _, _, err = client(t, s, r.ActionsToken(permission)).Issues.CreateComment(ctx(), "octo", "shop", p.Number, comment); err != nil {
			t.Errorf("with %s: %v", permission, err)
		}
	}
	ref := &github.Reference{Ref: github.String("refs/heads/new"), Object: &github.GitObject{SHA: github.String(r.SHA("main"))}}
	_, _, err = client(t, s, r.ActionsToken("contents: read", "pull-requests: write")).Git.CreateRef(ctx(), "octo", "shop", ref)
	wantStatus(t, err, 403, "not accessible by integration")
	_, _, err = client(t, s, s.UserToken("stranger")).Git.CreateRef(ctx(), "octo", "shop", ref)
	wantStatus(t, err, 403, "not accessible by personal access token")
	r.Invite("friend", "write")
	if _, _, err = client(t, s, s.UserToken("friend")).Git.CreateRef(ctx(), "octo", "shop", ref); err != nil {
		t.Errorf("a collaborator: %v", err)
	}
}

func TestWorkflowTokensHaveNoUser(t *testing.T) {
	s, r, _ := shop(t)
	_, _, err := client(t, s, r.ActionsToken("contents: write")).Users.Get(ctx(), "")
	wantStatus(t, err, 403, "Resource not accessible by integration")
	user, _, err := client(t, s, s.UserToken("mona")).Users.Get(ctx(), "")
	if err != nil || user.GetLogin() != "mona" {
		t.Errorf("a person: %v %v", user, err)
	}
	_, _, err = client(t, s, "").Users.Get(ctx(), "")
	wantStatus(t, err, 401, "Requires authentication")
	_, _, err = client(t, s, "nonsense").Users.Get(ctx(), "")
	wantStatus(t, err, 401, "Bad credentials")
}

func TestPrivateRepositoriesAreHidden(t *testing.T) {
	s, r, _ := shop(t)
	other := s.CreateRepo("octo/other", Files{"a": "1\n"})
	r.SetPrivate(true)
	for name, token := range map[string]string{
		"nobody": "", "a stranger": s.UserToken("stranger"), "another repository's workflow": other.ActionsToken("contents: write"),
		"a workflow without permissions": r.ActionsToken(),
	} {
		_, _, err := client(t, s, token).Repositories.Get(ctx(), "octo", "shop")
		t.Log(name)
		wantStatus(t, err, 404, "Not Found")
	}
	c := client(t, s, r.ActionsToken("contents: read"))
	got, _, err := c.Repositories.Get(ctx(), "octo", "shop")
	if err != nil || !got.GetPrivate() || got.GetDefaultBranch() != "main" {
		t.Errorf("with contents: read: %v %v", got, err)
	}
	_, _, err = c.PullRequests.Get(ctx(), "octo", "shop", 1)
	wantStatus(t, err, 403, "not accessible")
}

func TestRepositoryTellsWhatAPersonMay(t *testing.T) {
	s, r, _ := shop(t)
	r.Invite("friend", "write")
	for login, want := range map[string]bool{"friend": true, "stranger": false, "octo": true} {
		got, _, err := client(t, s, s.UserToken(login)).Repositories.Get(ctx(), "octo", "shop")
		if err != nil || got.GetPermissions()["push"] != want {
			t.Errorf("%s: %v %v", login, got.GetPermissions(), err)
		}
	}
}

func TestPeopleEditTheirOwnTextsOnly(t *testing.T) {
	s, r, p := shop(t)
	id := p.Comment("mona", "a.yaml", 10, "Mine")
	edit := &github.PullRequestComment{Body: github.String("Changed")}
	_, _, err := client(t, s, s.UserToken("stranger")).PullRequests.EditComment(ctx(), "octo", "shop", id, edit)
	wantStatus(t, err, 403, "")
	_, _, err = client(t, s, r.ActionsToken("pull-requests: write")).PullRequests.EditComment(ctx(), "octo", "shop", id, edit)
	wantStatus(t, err, 403, "Resource not accessible by integration")
	if _, _, err = client(t, s, s.UserToken("mona")).PullRequests.EditComment(ctx(), "octo", "shop", id, edit); err != nil {
		t.Fatal(err)
	}
	if c := p.ReviewComments()[0]; c.Body != "Changed" || !c.Edited {
		t.Errorf("the comment is %+v", c)
	}
}

func TestWorkflowsMayNotOpenPullRequestsIfForbidden(t *testing.T) {
	s, r, p := shop(t)
	p.Close()
	s.ForbidPullRequests(true)
	_, _, err := client(t, s, r.ActionsToken("pull-requests: write")).PullRequests.Create(ctx(), "octo", "shop", &github.NewPullRequest{
		Title: github.String("Fix"), Head: github.String("feature"), Base: github.String("main"),
	})
	wantStatus(t, err, 403, "not permitted to create or approve pull requests")
}

func TestBodiesHaveALimit(t *testing.T) {
	s, r, p := shop(t)
	c := client(t, s, r.ActionsToken("pull-requests: write"))
	long, longest := strings.Repeat("é", 65537), strings.Repeat("é", 65536)
	_, _, err := c.Issues.CreateComment(ctx(), "octo", "shop", p.Number, &github.IssueComment{Body: &long})
	wantStatus(t, err, 422, "maximum is 65536")
	review := reviewOn(10)
	review.Body = &long
	_, _, err = c.PullRequests.CreateReview(ctx(), "octo", "shop", p.Number, review)
	wantStatus(t, err, 422, "too long")
	review = reviewOn(10)
	review.Comments[0].Body = &long
	_, _, err = c.PullRequests.CreateReview(ctx(), "octo", "shop", p.Number, review)
	wantStatus(t, err, 422, "too long")
	_, _, err = c.PullRequests.Edit(ctx(), "octo", "shop", p.Number, &github.PullRequest{Body: &long})
	wantStatus(t, err, 422, "maximum is 65536")
	if _, _, err = c.Issues.CreateComment(ctx(), "octo", "shop", p.Number, &github.IssueComment{Body: &longest}); err != nil {
		t.Errorf("the longest body: %v", err)
	}
}
