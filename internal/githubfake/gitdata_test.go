package githubfake

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-github/v60/github"
)

func TestRefs(t *testing.T) {
	s, r, _ := shop(t)
	c := client(t, s, r.ActionsToken("contents: write"))
	main, feature := r.SHA("main"), r.SHA("feature")
	ref := func(name, sha string) *github.Reference {
		return &github.Reference{Ref: &name, Object: &github.GitObject{SHA: &sha}}
	}
	if _, _, err := c.Git.CreateRef(ctx(), "octo", "shop", ref("refs/heads/podmend/fix-main", main)); err != nil {
		t.Fatal(err)
	}
	_, _, err := c.Git.CreateRef(ctx(), "octo", "shop", ref("refs/heads/podmend/fix-main", feature))
	wantStatus(t, err, 422, "Reference already exists")
	_, _, err = c.Git.CreateRef(ctx(), "octo", "shop", ref("refs/heads/other", strings.Repeat("1", 40)))
	wantStatus(t, err, 422, "Object does not exist")
	_, _, err = c.Git.CreateRef(ctx(), "octo", "shop", ref("refs/heads/podmend", main))
	wantStatus(t, err, 422, "") // a branch can't be a folder of branches

	if _, _, err = c.Git.UpdateRef(ctx(), "octo", "shop", ref("refs/heads/podmend/fix-main", feature), false); err != nil {
		t.Errorf("a fast forward: %v", err)
	}
	_, _, err = c.Git.UpdateRef(ctx(), "octo", "shop", ref("refs/heads/podmend/fix-main", main), false)
	wantStatus(t, err, 422, "Update is not a fast forward")
	if _, _, err = c.Git.UpdateRef(ctx(), "octo", "shop", ref("refs/heads/podmend/fix-main", main), true); err != nil || r.SHA("podmend/fix-main") != main {
		t.Errorf("by force: %v", err)
	}
	_, _, err = c.Git.UpdateRef(ctx(), "octo", "shop", ref("refs/heads/none", main), false)
	wantStatus(t, err, 422, "Reference does not exist")
	if refs, _, err := c.Git.ListMatchingRefs(ctx(), "octo", "shop", &github.ReferenceListOptions{Ref: "heads/podmend/"}); err != nil || len(refs) != 1 {
		t.Errorf("matching: %v %v", refs, err)
	}
	if _, err = c.Git.DeleteRef(ctx(), "octo", "shop", "heads/podmend/fix-main"); err != nil || slices.Contains(r.Branches(), "podmend/fix-main") {
		t.Errorf("deleted: %v, left are %q", err, r.Branches())
	}
	_, _, err = c.Git.GetRef(ctx(), "octo", "shop", "heads/podmend/fix-main")
	wantStatus(t, err, 404, "")
}

// TestCommitThroughTheAPI writes a commit as the fix pull request does.
func TestCommitThroughTheAPI(t *testing.T) {
	s, r, _ := shop(t)
	c := client(t, s, r.ActionsToken("contents: write"))
	parent := r.SHA("main")
	before, _, err := c.Git.GetCommit(ctx(), "octo", "shop", parent)
	if err != nil {
		t.Fatal(err)
	}
	blob, _, err := c.Git.CreateBlob(ctx(), "octo", "shop", &github.Blob{
		Content: github.String(base64.StdEncoding.EncodeToString([]byte("mended\r\n"))), Encoding: github.String("base64"),
	})
	if err != nil {
		t.Fatal(err)
	}
	tree, _, err := c.Git.CreateTree(ctx(), "octo", "shop", before.GetTree().GetSHA(), []*github.TreeEntry{
		{Path: github.String("deep/b.yaml"), Mode: github.String("100755"), Type: github.String("blob"), SHA: blob.SHA},
		{Path: github.String("c.yaml"), Mode: github.String("100644"), Type: github.String("blob")}, // gone
	})
	if err != nil {
		t.Fatal(err)
	}
	commit, _, err := c.Git.CreateCommit(ctx(), "octo", "shop", &github.Commit{
		Message: github.String("fix: mend"), Tree: tree, Parents: []*github.Commit{{SHA: &parent}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !commit.GetVerification().GetVerified() || commit.GetAuthor().GetName() != "github-actions[bot]" || !r.Verified(commit.GetSHA()) {
		t.Errorf("the commit is %v", commit)
	}
	ref := &github.Reference{Ref: github.String("refs/heads/fix"), Object: &github.GitObject{SHA: commit.SHA}}
	if _, _, err = c.Git.CreateRef(ctx(), "octo", "shop", ref); err != nil {
		t.Fatal(err)
	}
	if text, ok := r.File("fix", "deep/b.yaml"); !ok || text != "mended\r\n" {
		t.Errorf("the new file holds %q", text)
	}
	if _, ok := r.File("fix", "c.yaml"); ok {
		t.Error("the removed file is still there")
	}
	if text, ok := r.File("fix", "a.yaml"); !ok || text != numbered(60) {
		t.Error("another file was touched")
	}
	whole, _, err := c.Git.GetTree(ctx(), "octo", "shop", "fix", true)
	if err != nil || len(whole.Entries) != 4 || whole.Entries[2].GetPath() != "deep" || whole.Entries[3].GetMode() != "100755" {
		t.Errorf("the tree is %v %v", whole, err)
	}
}

func TestCommitsWithAnAuthorAreNotSigned(t *testing.T) {
	s, r, _ := shop(t)
	parent := r.SHA("main")
	write := func(token string, author *github.CommitAuthor) *github.Commit {
		c := client(t, s, token)
		tree, _, err := c.Git.GetTree(ctx(), "octo", "shop", parent, false)
		if err != nil {
			t.Fatal(err)
		}
		commit, _, err := c.Git.CreateCommit(ctx(), "octo", "shop", &github.Commit{
			Message: github.String("fix"), Tree: tree, Parents: []*github.Commit{{SHA: &parent}}, Author: author,
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return commit
	}
	if write(s.UserToken("octo"), nil).GetVerification().GetVerified() {
		t.Error("a person's commit is signed")
	}
	named := write(r.ActionsToken("contents: write"), &github.CommitAuthor{Name: github.String("n"), Email: github.String("n@example.com"), Date: &github.Timestamp{Time: time.Unix(0, 0)}})
	if named.GetVerification().GetVerified() || named.GetAuthor().GetName() != "n" {
		t.Errorf("with an author: %v", named)
	}
}

func TestTreesThatGitHubRefuses(t *testing.T) {
	s, r, _ := shop(t)
	c := client(t, s, r.ActionsToken("contents: write"))
	base := r.SHA("main")
	entry := func(path string, sha, content *string) []*github.TreeEntry {
		return []*github.TreeEntry{{Path: &path, Mode: github.String("100644"), Type: github.String("blob"), SHA: sha, Content: content}}
	}
	_, _, err := c.Git.CreateTree(ctx(), "octo", "shop", base, entry("../x", nil, github.String("x")))
	wantStatus(t, err, 422, "malformed path")
	_, _, err = c.Git.CreateTree(ctx(), "octo", "shop", base, entry("none", nil, nil))
	wantStatus(t, err, 422, "BadObjectState")
	_, _, err = c.Git.CreateTree(ctx(), "octo", "shop", base, entry("x", github.String(strings.Repeat("1", 40)), nil))
	wantStatus(t, err, 422, "not a valid blob")
	_, _, err = c.Git.CreateTree(ctx(), "octo", "shop", base, entry(".git/config", nil, github.String("x")))
	wantStatus(t, err, 422, "")
}

func TestWorkflowsMayNotChangeWorkflows(t *testing.T) {
	s, r, _ := shop(t)
	sha := r.Push("attempt", "mona", "Change", Files{".github/workflows/ci.yaml": "on: push\n"})
	ref := &github.Reference{Ref: github.String("refs/heads/fix"), Object: &github.GitObject{SHA: &sha}}
	_, _, err := client(t, s, r.ActionsToken("contents: write")).Git.CreateRef(ctx(), "octo", "shop", ref)
	wantStatus(t, err, 403, "Resource not accessible by integration")
}

func TestContentsAndComparison(t *testing.T) {
	s, r, p := shop(t)
	r.Push("main", "octo", "Meanwhile", Files{"deep/new.yaml": "new\n", "a.yaml": change(numbered(60), "line 60", "sixty")})
	c := client(t, s, r.ActionsToken("contents: read"))
	file, _, _, err := c.Repositories.GetContents(ctx(), "octo", "shop", "b.yaml", &github.RepositoryContentGetOptions{Ref: p.State().HeadSHA})
	if err != nil {
		t.Fatal(err)
	}
	if text, err := file.GetContent(); err != nil || !strings.Contains(text, "five\n") {
		t.Errorf("b.yaml is %q %v", text, err)
	}
	_, folder, _, err := c.Repositories.GetContents(ctx(), "octo", "shop", "", nil)
	if err != nil || len(folder) != 4 || folder[3].GetType() != "dir" {
		t.Errorf("the root is %v %v", folder, err)
	}
	_, _, _, err = c.Repositories.GetContents(ctx(), "octo", "shop", "none", nil)
	wantStatus(t, err, 404, "")

	comparison, _, err := c.Repositories.CompareCommits(ctx(), "octo", "shop", "main", "feature", nil)
	if err != nil {
		t.Fatal(err)
	}
	if comparison.GetStatus() != "diverged" || comparison.GetAheadBy() != 1 || comparison.GetBehindBy() != 1 || len(comparison.Files) != 2 ||
		comparison.GetMergeBaseCommit().GetSHA() == r.SHA("main") || strings.Contains(comparison.Files[0].GetPatch(), "sixty") {
		t.Errorf("the comparison is %v", comparison)
	}
	commit, _, err := c.Repositories.GetCommit(ctx(), "octo", "shop", "feature", nil)
	if err != nil || commit.GetAuthor().GetLogin() != "mona" || commit.GetCommit().GetVerification().GetVerified() {
		t.Errorf("the commit is %v %v", commit, err)
	}
}
