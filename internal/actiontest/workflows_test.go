package actiontest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/githubfake"
)

const (
	goodPod = `apiVersion: v1
kind: Pod
metadata:
  name: shop
spec:
  hostPID: false
  containers:
  - name: shop
    image: shop
`
	readme = "# Shop\n"
)

var badPod = strings.Replace(goodPod, "hostPID: false", "hostPID: true", 1)

// proposed opens a pull request that makes the pod worse.
func proposed(f *forge, from *githubfake.Repo) *githubfake.Pull {
	from.Push("feature", "mona", "Look at processes", githubfake.Files{"shop.yaml": badPod})
	return f.repo.OpenPullRequest(githubfake.PullOptions{Head: "feature", From: from, Author: "mona"})
}

func TestCheckWorkflow(t *testing.T) {
	t.Parallel()
	f := newForge(t, githubfake.Files{"shop.yaml": goodPod, "old.yaml": strings.Replace(badPod, "name: shop", "name: old", 1)})
	pull := proposed(f, f.repo)
	text := documented(t, "check.yml")
	f.pullRequest(text, pull, f.repo, "feature").wants(t, false, "exit-code=1", "findings=1", "new=1", "proven=", "matrix=",
		"file=shop.yaml,line=6,title=hostNamespaces (high)::host namespaces: hostPID is true", "report.json", "podmend.sarif")
	if f.server.Writes() > 0 {
		t.Error("it writes")
	}

	f.repo.Push("feature", "mona", "Do not", githubfake.Files{"shop.yaml": goodPod + "# a comment\n"})
	f.pullRequest(text, pull, f.repo, "feature").wants(t, true, "exit-code=0", "findings=0", "new=0")
}

// TestWorkflowsOfPages pastes each whole workflow of the documentation that runs the action, and nothing else.
func TestWorkflowsOfPages(t *testing.T) {
	t.Parallel()
	ran := 0
	for _, page := range pages(t) {
		for _, block := range strings.Split(read(t, page), "```yaml\n")[1:] {
			text, _, _ := strings.Cut(block, "```")
			if !strings.Contains(text, "\njobs:") || !strings.Contains(text, "podmend/podmend@") {
				continue
			}
			ran++
			f := newForge(t, githubfake.Files{"shop.yaml": goodPod})
			f.pullRequest(text, proposed(f, f.repo), f.repo, "feature").wants(t, false, "exit-code=1", "findings=1")
		}
	}
	if ran == 0 {
		t.Error("no page has a workflow to paste")
	}
}

// TestInputIsNoShellText gives the action what a stranger may write into the title of a pull request.
func TestInputIsNoShellText(t *testing.T) {
	t.Parallel()
	f := newForge(t, githubfake.Files{"shop.yaml": goodPod})
	pull := proposed(f, f.repo)
	evil := filepath.Join(f.store, "evil")
	f.title = "a\"; touch " + evil + "; $(touch " + evil + ") `touch " + evil + "` '"
	text := strings.TrimRight(documented(t, "check.yml"), "\n") + "\n        with:\n          path: ${{ github.event.pull_request.title }}\n"
	f.pullRequest(text, pull, f.repo, "feature").wants(t, false, "exit-code=2", "touch")
	if _, err := os.Stat(evil); err == nil {
		t.Error("the title of the pull request was run")
	}
}

func TestReviewWorkflow(t *testing.T) {
	t.Parallel()
	f := newForge(t, githubfake.Files{"shop.yaml": goodPod})
	pull := proposed(f, f.repo)
	text := documented(t, "review.yml")
	f.without = "pull-requests"
	f.pullRequest(text, pull, f.repo, "feature").wants(t, false, "exit-code=1", "proven=1", "add `permissions: pull-requests: write`")
	if len(pull.ReviewComments()) > 0 {
		t.Error("it comments without the permission")
	}
	f.without = ""
	f.pullRequest(text, pull, f.repo, "feature").wants(t, false, "exit-code=1", "findings=1", "new=1", "proven=1", "refused=0")
	comments := pull.ReviewComments()
	if len(comments) != 1 || comments[0].Path != "shop.yaml" || comments[0].Line != 6 {
		t.Fatalf("comments: %+v", comments)
	}
	says(t, comments[0].Body, "```suggestion\n  hostPID: false\n```")
	writes := f.server.Writes()
	f.pullRequest(text, pull, f.repo, "feature").wants(t, false, "the pull request says all of this already")
	if f.server.Writes() > writes {
		t.Error("a second run writes")
	}
}

func TestFixWorkflow(t *testing.T) {
	t.Parallel()
	f := newForge(t, githubfake.Files{"shop.yaml": badPod})
	text := documented(t, "fix.yml")
	f.without = "pull-requests"
	f.push(text).wants(t, false, "exit-code=4", "pull-requests: write", "fix-pull-request-operation=failed")
	f.without = ""
	f.push(text).wants(t, true, "exit-code=1", "findings=1", "proven=1", "fix-pull-request-operation=created")
	pulls := f.repo.Pulls()
	if len(pulls) != 1 {
		t.Fatalf("there are %d pull requests", len(pulls))
	}
	if mended, ok := f.repo.File(pulls[0].State().HeadSHA, "shop.yaml"); !ok || mended != goodPod {
		t.Errorf("the pull request has\n%s", mended)
	}
	f.push(text).wants(t, true, "fix-pull-request-operation=unchanged", "fix-pull-request-number=1")
	pulls[0].Merge()
	f.push(text).wants(t, true, "exit-code=0", "findings=0")
}

func TestForkWorkflows(t *testing.T) {
	t.Parallel()
	f := newForge(t, githubfake.Files{"shop.yaml": goodPod})
	from := f.repo.Fork("eve")
	pull := proposed(f, from)
	f.fork = true
	f.pullRequest(documented(t, "fork-check.yml"), pull, from, "feature").wants(t, false, "exit-code=1", "post from a second workflow on workflow_run")
	if len(pull.ReviewComments()) > 0 {
		t.Error("the first stage comments")
	}
	f.fork = false
	second := func(repository string) outcome {
		return f.run(documented(t, "fork-review.yml"), "workflow_run", map[string]any{"workflow_run": map[string]any{
			"id": 7, "event": "pull_request", "head_sha": pull.State().HeadSHA, "head_branch": "feature",
			"head_repository": map[string]any{"full_name": repository}, "pull_requests": []any{},
		}}, "refs/remotes/origin/main")
	}
	second(f.repo.Name()).wants(t, true)
	if len(pull.ReviewComments()) > 0 {
		t.Error("the second stage comments where the first one does")
	}
	second(from.Name()).wants(t, true, "exit-code=0")
	if comments := pull.ReviewComments(); len(comments) != 1 || comments[0].Line != 6 {
		t.Errorf("comments: %+v", comments)
	}
}

func TestMergeQueueWorkflow(t *testing.T) {
	t.Parallel()
	f := newForge(t, githubfake.Files{"shop.yaml": goodPod, "readme.md": readme})
	base := f.repo.SHA("main")
	head := f.repo.Push("gh-readonly-queue/main/pr-1", "mona", "Look at processes", githubfake.Files{"shop.yaml": badPod})
	group := map[string]any{"action": "checks_requested", "merge_group": map[string]any{
		"head_sha": head, "base_sha": base, "head_ref": "refs/heads/gh-readonly-queue/main/pr-1", "base_ref": "refs/heads/main",
	}}
	text := documented(t, "merge-queue.yml")
	f.run(text, "merge_group", group, head).wants(t, false, "exit-code=1", "findings=1", "new=1")
	f.pullRequest(text, proposed(f, f.repo), f.repo, "feature").wants(t, false, "exit-code=1", "new=1")
}

func TestScheduleWorkflow(t *testing.T) {
	t.Parallel()
	f := newForge(t, githubfake.Files{"shop.yaml": badPod})
	f.run(documented(t, "schedule.yml"), "schedule", map[string]any{"schedule": "17 4 * * 1"}, "refs/remotes/origin/main").wants(t, false, "exit-code=1", "findings=1")
	says(t, read(t, filepath.Join(f.store, "artifacts", "podmend", "podmend.html")), "<!doctype html>", "hostPID")
}

func TestCodeScanningWorkflow(t *testing.T) {
	t.Parallel()
	f := newForge(t, githubfake.Files{"shop.yaml": badPod})
	text := documented(t, "code-scanning.yml")
	f.without = "security-events"
	f.push(text).wants(t, false, "exit-code=1")
	if len(f.repo.SARIFs()) > 0 {
		t.Error("it uploads without the permission")
	}
	f.without = ""
	f.push(text).wants(t, true, "exit-code=1", "findings=1")
	if texts := f.repo.SARIFs(); len(texts) != 1 || !strings.Contains(texts[0], "hostPID") {
		t.Errorf("code scanning has %q", texts)
	}
	pull := proposed(f, f.repo)
	f.pullRequest(text, pull, f.repo, "feature").wants(t, true, "exit-code=1", "findings=1")
	// What could not be checked fails the job, and the rest is uploaded all the same.
	f.repo.Push("main", "mona", "Break", githubfake.Files{"app/kustomization.yaml": "resources: [gone.yaml]\n"})
	f.push(text).wants(t, false, "exit-code=3", "findings=1")
	if n := len(f.repo.SARIFs()); n != 3 {
		t.Errorf("there are %d uploads", n)
	}
}

// TestMonorepoWorkflow asks of shards what one run finds.
func TestMonorepoWorkflow(t *testing.T) {
	t.Parallel()
	files := githubfake.Files{}
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		files[name+"/pod.yaml"] = strings.Replace(badPod, "name: shop", "name: "+name, 1)
		files[name+"/kustomization.yaml"] = "resources: [pod.yaml]\nnamePrefix: of-\n"
	}
	f := newForge(t, files)
	text := documented(t, "monorepo.yml")
	f.push(text).wants(t, false, "exit-code=1", "findings=6", "check 4/4", "of 2 targets from the cache", "6 findings (6 high) in 6 pod templates of 6 targets")
	shards, err := os.ReadDir(filepath.Join(f.store, "artifacts"))
	if err != nil || len(shards) != 4 {
		t.Errorf("%d artifacts, %v", len(shards), err)
	}
	for _, index := range []string{"1", "2", "3", "4"} {
		if kept, err := os.ReadDir(filepath.Join(f.store, "cache", "podmend-"+index+"-")); err != nil || len(kept) == 0 {
			t.Errorf("the cache of shard %s is empty, %v", index, err)
		}
	}
}

// A shard whose report is missing fails the whole, though its step may fail.
func TestMonorepoWorkflowWithoutOneShard(t *testing.T) {
	t.Parallel()
	f := newForge(t, githubfake.Files{"a.yaml": goodPod, "b.yaml": strings.Replace(goodPod, "name: shop", "name: b", 1)})
	text := documented(t, "monorepo.yml")
	f.push(text).wants(t, true, "exit-code=0", "findings=0")
	if err := os.RemoveAll(filepath.Join(f.store, "artifacts")); err != nil {
		t.Fatal(err)
	}
	broken := strings.Replace(text, "shard: ${{ matrix.shard }}\n", "shard: ${{ matrix.shard == '2/2' && '3/2' || matrix.shard }}\n", 1)
	if broken == text {
		t.Fatal("the shard is given elsewhere")
	}
	f.push(broken).wants(t, false, "there is no shard 3")
	if shards, err := os.ReadDir(filepath.Join(f.store, "artifacts")); err != nil || len(shards) != 1 {
		t.Errorf("%d artifacts, %v", len(shards), err)
	}
}
