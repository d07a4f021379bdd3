package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/githubfake"
	"github.com/podmend/podmend/report"
)

// newFixedPull is a pull request that makes main worse, whose workflow may write.
func newFixedPull(t *testing.T) *workflow {
	t.Helper()
	base := githubfake.Archive(fixBase)
	w := newWorkflow(t, base, githubfake.Files{
		"manifests/new.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: new}\nspec:\n  hostIPC: true\n  containers: [{name: a, image: a}]\n",
	})
	w.token = w.repo.ActionsToken(fixPermissions...)
	return w
}

// On a pull request, what it makes worse is mended by a commit to its branch.
func TestFixCommit(t *testing.T) {
	w := newFixedPull(t)
	code, writes := w.run("check", "--fix", "commit", "--format", "json")
	if code != 1 || writes != 3 {
		t.Errorf("exit code %d, %d writes\n%s", code, writes, w.stderr)
	}
	head := w.pull.State().HeadSHA
	says(t, w.head("manifests/new.yaml"), "hostIPC: false")
	says(t, w.head("manifests/backup.yaml"), "privileged: true # for now") // old debt
	if !w.repo.Verified(head) {
		t.Error("the commit is not signed")
	}
	says(t, w.stderr, "podmend: fixes on feature: updated, pull request 1", "GitHub starts no workflow for what a workflow's own token pushes")
	var told report.Report
	if err := json.Unmarshal([]byte(w.stdout), &told); err != nil || len(told.FixPullRequests) != 1 {
		t.Fatalf("%v, %+v", err, told.FixPullRequests)
	}
	if got := told.FixPullRequests[0]; got.Number != 1 || got.Commit != head || got.Branch != "feature" || got.Operation != "updated" {
		t.Errorf("%+v", got)
	}
	if code, writes := w.run("check", "--fix", "commit"); code != 0 || writes != 0 {
		t.Errorf("again: exit code %d, %d writes\n%s", code, writes, w.stderr)
	}
	says(t, w.stderr, "there is no proven fix to push")
}

// On a pull request, --fix pr opens another one against its branch, and closes it when it is of no use.
func TestFixStacked(t *testing.T) {
	w := newFixedPull(t)
	if code, _ := w.run("check", "--fix", "pr", "--comment"); code != 1 {
		t.Errorf("exit code %d\n%s", code, w.stderr)
	}
	stacked := w.repo.Pulls()[1]
	if state := stacked.State(); state.BaseRef != "feature" || state.HeadRef != "podmend/fix-feature" || state.State != "open" {
		t.Errorf("%+v", state)
	}
	says(t, w.body(), "**1 new violation**")
	if _, writes := w.run("check", "--fix", "pr", "--comment"); writes != 0 {
		t.Errorf("a second run writes %d times\n%s", writes, w.stderr)
	}
	w.push("Mend", githubfake.Files{"manifests/new.yaml": strings.Replace(w.head("manifests/new.yaml"), "true", "false", 1)})
	if code, _ := w.run("check", "--fix", "pr"); code != 0 || stacked.State().State != "closed" {
		t.Errorf("exit code %d, %+v\n%s", code, stacked.State(), w.stderr)
	}
}

// A fork gets a patch: nothing can be pushed to it.
func TestFixOfFork(t *testing.T) {
	w := fork(t)
	temporary := t.TempDir()
	w.env["RUNNER_TEMP"] = temporary
	for _, mode := range []string{"pr", "commit"} {
		if code, writes := w.run("check", "--fix", mode); code != 1 || writes != 0 {
			t.Errorf("exit code %d, %d writes\n%s", code, writes, w.stderr)
		}
		says(t, w.stderr, "comes from the fork eve/shop", "podmend.patch, for git apply")
	}
	// A fork that is gone is none of the repository's branches, whatever its branch was called.
	state := w.pull.State()
	w.env["GITHUB_EVENT_PATH"] = w.write(t.TempDir(), "gone.json", fmt.Sprintf(`{"pull_request": {"number": %d, "head": {"sha": %q, "ref": "main", "repo": null},
		"base": {"sha": %q, "ref": "main", "repo": {"full_name": %q}}}, "repository": {"full_name": %q}}`, state.Number, state.HeadSHA, state.BaseSHA, w.repo.Name(), w.repo.Name()))
	if code, writes := w.run("check", "--fix", "commit"); code != 1 || writes != 0 {
		t.Errorf("exit code %d, %d writes\n%s", code, writes, w.stderr)
	}
	says(t, w.stderr, "comes from the fork that is gone")
	dir := t.TempDir()
	for _, args := range [][]string{
		{"clone", "-q", "--branch=patch", w.from.Dir(), dir},
		{"-C", dir, "apply", filepath.Join(temporary, "podmend.patch")},
	} {
		if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	mended, err := os.ReadFile(filepath.Join(dir, "manifests/backup.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	says(t, string(mended), "privileged: false")
}

// Controls whose fixes ask for a look at the image stay out unless they are let in, and are proven as they
// are pushed.
func TestFixLeavesImagesToPeople(t *testing.T) {
	b := newBot(t, githubfake.Files{"pod.yaml": `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: web
    securityContext:
      privileged: true
`})
	b.fix("created", 1, "--level", "restricted")
	pushed := b.file(fixBranch, "pod.yaml")
	says(t, pushed, "privileged: false", "allowPrivilegeEscalation: false", "seccompProfile")
	if strings.Contains(pushed, "runAsNonRoot") || strings.Contains(pushed, "drop") {
		t.Errorf("pushed:\n%s", pushed)
	}
	says(t, b.last().Body, "### Not mended", "Why: somebody has to look at the image first")
	b.fix("updated", 1, "--level", "restricted", "--fix-control", "runAsNonRoot")
	says(t, b.file(fixBranch, "pod.yaml"), "runAsNonRoot: true")
}

// A fix pull request may add a file: the patch of an overlay whose patches are files.
func TestFixAddsFile(t *testing.T) {
	b := newBot(t, githubfake.Files{
		".podmend.yaml":             "vendored: [vendor]\n",
		"vendor/kustomization.yaml": "resources: [pod.yaml]\n",
		"vendor/pod.yaml":           "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  hostPID: true\n  containers: [{name: a, image: a}]\n",
		"prod/kustomization.yaml":   "resources: [../vendor]\npatches:\n- path: patch.yaml\n",
		"prod/patch.yaml":           "apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {a: b}}\n",
		"prod/pod/readme.txt":       "sorted behind pod-web and before podx\n",
		"prod/podx":                 "",
	})
	b.fix("created", 1)
	says(t, b.file(fixBranch, "prod/pod-web-pod-security.yaml"), "hostPID: false")
	says(t, b.file(fixBranch, "prod/kustomization.yaml"), "- path: pod-web-pod-security.yaml")
	says(t, b.last().Body, "prod/pod-web-pod-security.yaml", "hostPID: false")
}

// A monorepo gets one pull request for each owner or folder, and those without work are closed.
func TestFixGroups(t *testing.T) {
	pod := "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  hostPID: true\n  containers: [{name: a, image: a}]\n"
	b := newBot(t, githubfake.Files{
		".github/CODEOWNERS": "/apps/shop/ @octo/shop\n/apps/pay/ @octo/pay\n", "apps/shop/pod.yaml": pod, "apps/pay/pod.yaml": pod, "apps/other/pod.yaml": pod,
	})
	b.fix("created", 1, "--fix-group", "owner", "--fix-label", "security", "--fix-sign-off", "Mona <mona@example.com>")
	heads := map[string]githubfake.PullState{}
	for _, pull := range b.repo.Pulls() {
		heads[pull.State().Title] = pull.State()
	}
	if len(heads) != 3 {
		t.Fatalf("%+v", heads)
	}
	shop := heads["fix: mend 1 finding of the Pod Security Standard baseline in octo/shop"]
	if len(shop.Labels) != 1 || !strings.HasPrefix(shop.HeadRef, fixBranch+"--octo-shop-") {
		t.Errorf("%+v", shop)
	}
	says(t, b.file(shop.HeadRef, "apps/shop/pod.yaml"), "hostPID: false")
	says(t, b.file(shop.HeadRef, "apps/pay/pod.yaml"), "hostPID: true")

	// One of them is merged, another is mended by hand.
	for _, pull := range b.repo.Pulls() {
		if pull.State().Number == shop.Number {
			pull.Merge()
		}
	}
	b.change("main", "mona", "apps/pay/pod.yaml", "true", "false")
	b.fix("unchanged", 1, "--fix-group", "owner", "--fix-label", "security", "--fix-sign-off", "Mona <mona@example.com>")
	if branches := strings.Join(b.repo.Branches(), " "); strings.Count(branches, "--") != 1 || !strings.Contains(branches, "--no-owner-") {
		t.Errorf("%s\n%s", branches, b.stderr)
	}
	b.fix("closed", 1, "--fix-group", "folder")
}

// A schedule and a person who starts the workflow do the work of a push.
func TestFixWithoutPush(t *testing.T) {
	b := newBot(t, githubfake.Archive(fixBase))
	for _, event := range []struct{ name, payload, became string }{
		{"schedule", `{"schedule": "17 4 * * *"}`, "created"},
		{"workflow_dispatch", `{"ref": "refs/heads/main", "inputs": null}`, "unchanged"},
	} {
		env := b.pushed()
		env["GITHUB_EVENT_NAME"], env["GITHUB_EVENT_PATH"] = event.name, b.write(t.TempDir(), "event.json", event.payload)
		if code, _ := b.runIn(b.clone(), env, "check", "--fix", "pr"); code != 1 {
			t.Errorf("%s: exit code %d\n%s", event.name, code, b.stderr)
		}
		says(t, b.stderr, "podmend: fixes on podmend/fix-main: "+event.became+", pull request 1")
	}
}

// What a run cannot stand for is refused before anything is rendered.
func TestFixRefuses(t *testing.T) {
	b := newBot(t, githubfake.Archive(fixBase))
	run := func(env map[string]string, dir string, args ...string) string {
		t.Helper()
		merged := b.pushed()
		for key, value := range env {
			merged[key] = value
		}
		code, writes := b.runIn(dir, merged, append([]string{"check"}, args...)...)
		if code != 2 || writes != 0 {
			t.Errorf("%v: exit code %d, %d writes\n%s", args, code, writes, b.stderr)
		}
		return b.stderr
	}
	clean := b.clone()
	says(t, run(map[string]string{"GITHUB_EVENT_NAME": ""}, clean, "--fix", "pr"), "--fix is for GitHub Actions")
	says(t, run(map[string]string{"GITHUB_EVENT_NAME": "merge_group"}, clean, "--fix", "pr"), "--fix is for workflows on push, schedule")
	says(t, run(map[string]string{"GITHUB_EVENT_NAME": "pull_request_target"}, clean, "--fix", "pr"), `this one is on "pull_request_target"`)
	says(t, run(map[string]string{"GITHUB_REF": "refs/tags/v1"}, clean, "--fix", "pr"), "the workflow runs for a tag")
	says(t, run(nil, clean, "--fix", "commit"), "--fix commit is for pull requests")
	says(t, run(nil, clean, "--fix", "push"), "--fix \"push\" is not known")
	says(t, run(nil, clean, "--fix", "pr", "--shard", "1/2"), "--fix needs all findings")
	says(t, run(nil, clean, "--fix-draft"), "--fix-draft says something about --fix")
	says(t, run(nil, clean, "--fix", "pr", "--fix-sign-off", "Mona"), "names no person")
	says(t, run(nil, clean, "--fix", "pr", "--fix-branch", "{base}"), "is the branch itself")
	says(t, run(nil, clean, "--fix", "pr", "--fix-control", "privileged"), "is none of")
	says(t, run(nil, clean, "--fix", "pr", "--fix-group", "owner"), "has no CODEOWNERS")
	dirty := b.clone()
	b.write(filepath.Join(dirty, "manifests"), "backup.yaml", "kind: Changed\n")
	says(t, run(nil, dirty, "--fix", "pr"), "1 file of this checkout is not as the commit", "such as manifests/backup.yaml")
	untracked := b.clone()
	b.write(untracked, "more.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: new}\nspec:\n  hostIPC: true\n  containers: [{name: a, image: a}]\n")
	says(t, run(nil, untracked, "--fix", "pr"), "--fix would change more.yaml, which is not in the commit")

	// A checkout that is behind is no mistake: the newer run does the work.
	b.repo.Push("main", "mona", "Go on", githubfake.Files{"README.md": "More.\n"})
	if code, writes := b.runIn(clean, b.pushed(), "check", "--fix", "pr"); code != 1 || writes != 0 {
		t.Errorf("exit code %d, %d writes\n%s", code, writes, b.stderr)
	}
	says(t, b.stderr, "podmend: fixes on podmend/fix-main: none", "the run for the newer commit goes on")
	// Nor is a run for podmend's own branch.
	b.repo.Push(fixBranch, "mona", "Mine", githubfake.Files{"README.md": "More.\n"})
	b.branch = fixBranch
	b.fix("none", 1)
	says(t, b.stderr, "a branch of podmend's own fixes")
}

// What GitHub refuses ends with exit code 4, and the summary says so.
func TestFixFails(t *testing.T) {
	b := newBot(t, githubfake.Archive(fixBase))
	b.token = b.repo.ActionsToken("contents: read", "pull-requests: write")
	summary := filepath.Join(t.TempDir(), "summary.md")
	b.env["GITHUB_STEP_SUMMARY"] = summary
	b.fixOnce("failed", 4)
	says(t, b.stderr, "add `permissions: contents: write` to the job")
	page, err := os.ReadFile(summary)
	if err != nil {
		t.Fatal(err)
	}
	says(t, string(page), "- fixes on `podmend/fix-main`: failed; the token may not push to branches")
	b.env["GITHUB_TOKEN"] = ""
	b.fixOnce("failed", 4)
	says(t, b.stderr, "there is no token")
}
