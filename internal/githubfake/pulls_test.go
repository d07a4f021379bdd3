package githubfake

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-github/v60/github"
)

func TestPullRequestAndItsFiles(t *testing.T) {
	s, r, p := shop(t)
	r.Push("feature", "mona", "Rename", Files{"c.yaml": Removed, "d.yaml": "c\n", "new.yaml": "new"})
	c := client(t, s, r.ActionsToken("pull-requests: read"))
	got, _, err := c.PullRequests.Get(ctx(), "octo", "shop", p.Number)
	if err != nil {
		t.Fatal(err)
	}
	if got.GetHead().GetSHA() != r.SHA("feature") || got.GetBase().GetSHA() != r.SHA("main") || got.GetUser().GetLogin() != "mona" ||
		got.GetChangedFiles() != 4 || got.GetCommits() != 2 || got.GetAdditions() != 4 || got.GetDeletions() != 3 || !got.GetMergeable() {
		t.Errorf("the pull request is %v", got)
	}
	files, _, err := c.PullRequests.ListFiles(ctx(), "octo", "shop", p.Number, nil)
	if err != nil || len(files) != 4 {
		t.Fatalf("%v %v", files, err)
	}
	if f := files[2]; f.GetFilename() != "d.yaml" || f.GetPreviousFilename() != "c.yaml" || f.GetStatus() != "renamed" || f.Patch != nil {
		t.Errorf("the renamed file is %v", f)
	}
	if f := files[3]; f.GetStatus() != "added" || f.GetPatch() != "@@ -0,0 +1 @@\n+new\n\\ No newline at end of file" {
		t.Errorf("the new file is %v", f)
	}
	diff, _, err := c.PullRequests.GetRaw(ctx(), "octo", "shop", p.Number, github.RawOptions{Type: github.Diff})
	if err != nil || !strings.HasPrefix(diff, "diff --git a/a.yaml b/a.yaml\n") {
		t.Errorf("the diff is %q %v", diff, err)
	}
}

func TestLargeDiffsAreNotAcceptable(t *testing.T) {
	for name, files := range map[string]int{"300 files": 300, "301 files": 301} {
		t.Run(name, func(t *testing.T) {
			s := New(t)
			r := s.CreateRepo("octo/shop", Files{"a": "1\n"})
			many := Files{}
			for i := range files {
				many[fmt.Sprintf("f/%03d.yaml", i)] = "x\n"
			}
			r.Push("feature", "mona", "Many", many)
			p := r.OpenPullRequest(PullOptions{Head: "feature"})
			c := client(t, s, r.ActionsToken("pull-requests: read"))
			_, _, err := c.PullRequests.GetRaw(ctx(), "octo", "shop", p.Number, github.RawOptions{Type: github.Diff})
			if files <= 300 {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantStatus(t, err, 406, "exceeded the maximum number of files")
			listed := 0
			options := &github.ListOptions{PerPage: 1000}
			for {
				page, response, err := c.PullRequests.ListFiles(ctx(), "octo", "shop", p.Number, options)
				if err != nil {
					t.Fatal(err)
				}
				if len(page) > 100 {
					t.Fatalf("a page of %d files", len(page))
				}
				listed += len(page)
				if response.NextPage == 0 {
					break
				}
				options.Page = response.NextPage
			}
			if listed != files {
				t.Errorf("%d files are listed", listed)
			}
		})
	}
	t.Run("20,001 lines", func(t *testing.T) {
		s := New(t)
		r := s.CreateRepo("octo/shop", Files{"a": "1\n"})
		r.Push("feature", "mona", "Long", Files{"long.yaml": numbered(20001)})
		p := r.OpenPullRequest(PullOptions{Head: "feature"})
		_, _, err := client(t, s, r.ActionsToken("pull-requests: read")).PullRequests.GetRaw(ctx(), "octo", "shop", p.Number, github.RawOptions{Type: github.Diff})
		wantStatus(t, err, 406, "")
	})
}

func TestPullRequestIsFound(t *testing.T) {
	s, r, p := shop(t)
	r.Push("other", "mona", "Other", Files{"c.yaml": "d\n"})
	r.OpenPullRequest(PullOptions{Head: "other"})
	c := client(t, s, r.ActionsToken("pull-requests: read", "contents: read"))
	byHead, _, err := c.PullRequests.List(ctx(), "octo", "shop", &github.PullRequestListOptions{Head: "octo:feature"})
	if err != nil || len(byHead) != 1 || byHead[0].GetNumber() != p.Number {
		t.Errorf("by head: %v %v", byHead, err)
	}
	if all, _, err := c.PullRequests.List(ctx(), "octo", "shop", &github.PullRequestListOptions{Head: "feature"}); err != nil || len(all) != 2 {
		t.Errorf("a head without its owner is ignored: %v %v", all, err)
	}
	byCommit, _, err := c.PullRequests.ListPullRequestsWithCommit(ctx(), "octo", "shop", r.SHA("feature"), nil)
	if err != nil || len(byCommit) != 1 || byCommit[0].GetNumber() != p.Number {
		t.Errorf("by commit: %v %v", byCommit, err)
	}
	p.Close()
	if open, _, err := c.PullRequests.List(ctx(), "octo", "shop", nil); err != nil || len(open) != 1 {
		t.Errorf("open: %v %v", open, err)
	}
	if closed, _, err := c.PullRequests.List(ctx(), "octo", "shop", &github.PullRequestListOptions{State: "closed"}); err != nil || len(closed) != 1 {
		t.Errorf("closed: %v %v", closed, err)
	}
}

func TestPullRequestIsOpenedChangedAndClosed(t *testing.T) {
	s, r, _ := shop(t)
	r.Push("fix", "mona", "Fix", Files{"c.yaml": "d\n"})
	c := client(t, s, r.ActionsToken("pull-requests: write", "contents: write"))
	open := &github.NewPullRequest{Title: github.String("Fix"), Head: github.String("fix"), Base: github.String("main"), Draft: github.Bool(true)}
	made, _, err := c.PullRequests.Create(ctx(), "octo", "shop", open)
	if err != nil || !made.GetDraft() || made.GetUser().GetLogin() != "github-actions[bot]" {
		t.Fatalf("%v %v", made, err)
	}
	_, _, err = c.PullRequests.Create(ctx(), "octo", "shop", open)
	wantStatus(t, err, 422, "A pull request already exists for octo:fix.")
	_, _, err = c.PullRequests.Create(ctx(), "octo", "shop", &github.NewPullRequest{Title: github.String("x"), Head: github.String("none"), Base: github.String("main")})
	wantStatus(t, err, 422, "head")
	_, _, err = c.PullRequests.Create(ctx(), "octo", "shop", &github.NewPullRequest{Title: github.String("x"), Head: github.String("fix"), Base: github.String("none")})
	wantStatus(t, err, 422, "base")
	r.Push("same", "mona", "Same", nil)
	if _, _, err = c.Git.UpdateRef(ctx(), "octo", "shop", &github.Reference{Ref: github.String("refs/heads/same"), Object: &github.GitObject{SHA: github.String(r.SHA("main"))}}, true); err != nil {
		t.Fatal(err)
	}
	_, _, err = c.PullRequests.Create(ctx(), "octo", "shop", &github.NewPullRequest{Title: github.String("x"), Head: github.String("same"), Base: github.String("main")})
	wantStatus(t, err, 422, "No commits between main and same")

	if _, _, err = c.PullRequests.Edit(ctx(), "octo", "shop", made.GetNumber(), &github.PullRequest{Title: github.String("New"), Body: github.String("Text"), State: github.String("closed")}); err != nil {
		t.Fatal(err)
	}
	p := r.Pulls()[1]
	if state := p.State(); state.Title != "New" || state.Body != "Text" || state.State != "closed" {
		t.Errorf("it is %+v", state)
	}
	r.DeleteBranch("fix")
	_, _, err = c.PullRequests.Edit(ctx(), "octo", "shop", made.GetNumber(), &github.PullRequest{State: github.String("open")})
	wantStatus(t, err, 422, "state cannot be changed")
}

func TestLabelsAssigneesAndReviewers(t *testing.T) {
	s, r, p := shop(t)
	r.Invite("friend", "read")
	c := client(t, s, r.ActionsToken("pull-requests: write", "issues: write"))
	if labels, _, err := c.Issues.AddLabelsToIssue(ctx(), "octo", "shop", p.Number, []string{"security", "podmend"}); err != nil || len(labels) != 2 {
		t.Errorf("labels: %v %v", labels, err)
	}
	if _, err := c.Issues.RemoveLabelForIssue(ctx(), "octo", "shop", p.Number, "podmend"); err != nil {
		t.Error(err)
	}
	_, err := c.Issues.RemoveLabelForIssue(ctx(), "octo", "shop", p.Number, "podmend")
	wantStatus(t, err, 404, "Label does not exist")
	if _, _, err = c.Issues.AddAssignees(ctx(), "octo", "shop", p.Number, []string{"friend", "stranger"}); err != nil {
		t.Error(err)
	}
	_, _, err = c.PullRequests.RequestReviewers(ctx(), "octo", "shop", p.Number, github.ReviewersRequest{Reviewers: []string{"friend", "stranger"}})
	wantStatus(t, err, 422, "collaborators")
	_, _, err = c.PullRequests.RequestReviewers(ctx(), "octo", "shop", p.Number, github.ReviewersRequest{Reviewers: []string{"mona"}})
	wantStatus(t, err, 422, "pull request author")
	if _, _, err = c.PullRequests.RequestReviewers(ctx(), "octo", "shop", p.Number, github.ReviewersRequest{Reviewers: []string{"friend"}}); err != nil {
		t.Error(err)
	}
	state := p.State()
	if !slices.Equal(state.Labels, []string{"security"}) || !slices.Equal(state.Assignees, []string{"friend"}) || !slices.Equal(state.Reviewers, []string{"friend"}) {
		t.Errorf("it is %+v", state)
	}
}

func TestForks(t *testing.T) {
	s, r, _ := shop(t)
	fork := r.Fork("contributor")
	fork.Push("feature", "contributor", "Mine", Files{"c.yaml": "mine\n"})
	p := r.OpenPullRequest(PullOptions{Head: "feature", From: fork})
	id := p.Comment("mona", "c.yaml", 1, "Why?")
	fork.Push("feature", "contributor", "More", Files{"c.yaml": "more\nmine\n"})
	got, _, err := client(t, s, r.ActionsToken("pull-requests: read")).PullRequests.Get(ctx(), "octo", "shop", p.Number)
	if err != nil || got.GetHead().GetRepo().GetFullName() != "contributor/shop" || !got.GetHead().GetRepo().GetFork() ||
		got.GetHead().GetLabel() != "contributor:feature" || got.GetHead().GetSHA() != fork.SHA("feature") {
		t.Errorf("%v %v", got, err)
	}
	if c := p.ReviewComments()[0]; c.ID != id || c.Line != 2 {
		t.Errorf("the comment is %+v", c)
	}
}

// TestCommitsOfForksAreKnownToTheFork: asked about one, the base's repository has no pull request.
func TestCommitsOfForksAreKnownToTheFork(t *testing.T) {
	s, r, _ := shop(t)
	fork := r.Fork("contributor")
	sha := fork.Push("patch", "contributor", "Mine", Files{"c.yaml": "mine\n"})
	p := r.OpenPullRequest(PullOptions{Head: "patch", From: fork})
	c := client(t, s, r.ActionsToken("pull-requests: write"))
	if found, _, err := c.PullRequests.ListPullRequestsWithCommit(ctx(), "octo", "shop", sha, nil); err != nil || len(found) != 0 {
		t.Errorf("in the base's repository: %v %v", found, err)
	}
	found, _, err := c.PullRequests.ListPullRequestsWithCommit(ctx(), "contributor", "shop", sha, nil)
	if err != nil || len(found) != 1 || found[0].GetNumber() != p.Number || found[0].GetBase().GetRepo().GetFullName() != "octo/shop" {
		t.Errorf("in the fork: %v %v", found, err)
	}
	byHead, _, err := c.PullRequests.List(ctx(), "octo", "shop", &github.PullRequestListOptions{Head: "contributor:patch"})
	if err != nil || len(byHead) != 1 || byHead[0].GetHead().GetSHA() != sha {
		t.Errorf("by its head: %v %v", byHead, err)
	}
}

// TestPullRefsAreThereToFetch: workflows check out the merge, and what is pushed with git counts.
func TestPullRefsAreThereToFetch(t *testing.T) {
	_, r, p := shop(t)
	r.Push("main", "octo", "Meanwhile", Files{"c.yaml": "main\n"})
	state := p.State()
	if r.SHA("refs/pull/1/head") != state.HeadSHA || r.SHA("refs/pull/1/merge") != state.MergeSHA {
		t.Errorf("the refs are %s and %s", r.SHA("refs/pull/1/head"), r.SHA("refs/pull/1/merge"))
	}
	if text, _ := r.File("refs/pull/1/merge", "c.yaml"); text != "main\n" {
		t.Errorf("the merge has %q", text)
	}
	work := t.TempDir()
	script := `git clone -q "$1" . && git checkout -q feature && echo more > c.yaml && git -c user.name=n -c user.email=n@example.com commit -qam More && git push -q origin feature`
	cmd := exec.Command("sh", "-ec", script, "sh", r.Dir())
	cmd.Dir = work
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	after := p.State()
	if after.HeadSHA == state.HeadSHA || after.HeadSHA != r.SHA("feature") {
		t.Error("the push was not seen")
	}
	if after.MergeSHA != "" {
		t.Error("base and head conflict, and there is a merge")
	}
}

func TestPullRequestsEndByThemselves(t *testing.T) {
	for name, test := range map[string]struct {
		do   func(r *Repo)
		want string
	}{
		"head deleted":       {func(r *Repo) { r.DeleteBranch("feature") }, "closed"},
		"head put on base":   {func(r *Repo) { r.must("update-ref", "refs/heads/feature", r.SHA("main")) }, "closed"},
		"head merged":        {func(r *Repo) { r.must("update-ref", "refs/heads/main", r.SHA("feature")) }, "merged"},
		"base merged inside": {func(r *Repo) { r.Push("main", "octo", "Go on", Files{"z": "1\n"}) }, "open"},
	} {
		t.Run(name, func(t *testing.T) {
			_, r, p := shop(t)
			test.do(r)
			if got := p.State().State; got != test.want {
				t.Errorf("it is %s, want %s", got, test.want)
			}
		})
	}
}
