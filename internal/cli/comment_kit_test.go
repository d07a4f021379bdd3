package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/podmend/podmend/internal/githubfake"
)

// A workflow runs podmend for a pull request as GitHub's runner does: with the merge commit checked out.
type workflow struct {
	t      *testing.T
	server *githubfake.Server
	repo   *githubfake.Repo
	pull   *githubfake.Pull
	from   *githubfake.Repo // where the head is pushed to
	token  string
	env    map[string]string // more of it
	stderr string
	stdout string
}

func newWorkflow(t *testing.T, base, change githubfake.Files) *workflow {
	t.Helper()
	w := &workflow{t: t, server: githubfake.New(t), env: map[string]string{}}
	w.repo = w.server.CreateRepo("octo/shop", base)
	w.from = w.repo
	w.repo.Push("feature", "mona", "Change", change)
	w.pull = w.repo.OpenPullRequest(githubfake.PullOptions{Head: "feature", Author: "mona"})
	w.token = w.repo.ActionsToken("contents: read", "pull-requests: write")
	return w
}

// event writes the payload of the pull request.
func (w *workflow) event(dir string) string {
	state := w.pull.State()
	return w.write(dir, "event.json", fmt.Sprintf(`{"number": %d, "pull_request": {"number": %d,
		"head": {"sha": %q, "ref": "feature", "repo": {"full_name": %q}}, "base": {"sha": %q, "ref": "main", "repo": {"full_name": %q}}},
		"repository": {"full_name": %q}}`, state.Number, state.Number, state.HeadSHA, w.from.Name(), state.BaseSHA, w.repo.Name(), w.repo.Name()))
}

func (w *workflow) write(dir, name, text string) string {
	w.t.Helper()
	name = filepath.Join(dir, name)
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		w.t.Fatal(err)
	}
	return name
}

// checkout is a clone as the runner makes it.
func (w *workflow) checkout() string {
	w.t.Helper()
	return w.git([][]string{
		{"init", "-q"},
		{"fetch", "-q", w.repo.Dir(), fmt.Sprintf("+refs/pull/%d/merge:refs/remotes/pull/merge", w.pull.Number), "+refs/heads/*:refs/remotes/origin/*"},
		{"checkout", "-q", "--detach", "refs/remotes/pull/merge"},
	})
}

// git runs commands of git in a new folder.
func (w *workflow) git(commands [][]string) (dir string) {
	w.t.Helper()
	dir = w.t.TempDir()
	for _, args := range commands {
		command := exec.Command("git", args...)
		command.Dir = dir
		if out, err := command.CombinedOutput(); err != nil {
			w.t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	return dir
}

// run runs podmend and returns its exit code and how often it wrote.
func (w *workflow) run(args ...string) (code, writes int) {
	w.t.Helper()
	env := map[string]string{
		"GITHUB_ACTIONS": "true", "CI": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": w.event(w.t.TempDir()),
		"GITHUB_REPOSITORY": w.repo.Name(), "GITHUB_TOKEN": w.token, "GITHUB_API_URL": w.server.URL,
	}
	return w.runIn(w.checkout(), env, args...)
}

func (w *workflow) runIn(dir string, env map[string]string, args ...string) (code, writes int) {
	w.t.Helper()
	for key, value := range w.env {
		env[key] = value
	}
	var stdout, stderr bytes.Buffer
	before := w.server.Writes()
	code = Run(context.Background(), args, Env{
		Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Dir: dir,
		Getenv: func(name string) string { return env[name] },
		Sleep: func(_ context.Context, d time.Duration) error {
			w.server.Advance(d)
			return nil
		},
	})
	w.stdout, w.stderr = stdout.String(), stderr.String()
	for _, text := range []string{w.stdout, w.stderr} {
		if strings.Contains(text, w.token) {
			w.t.Errorf("the token is printed:\n%s", text)
		}
	}
	return code, w.server.Writes() - before
}

// check runs check --comment, and once more, which must write nothing.
func (w *workflow) check(code int) (writes int) {
	w.t.Helper()
	got, writes := w.run("check", "--comment")
	if got != code {
		w.t.Errorf("exit code %d, want %d\n%s%s", got, code, w.stdout, w.stderr)
	}
	if _, again := w.run("check", "--comment"); again != 0 {
		w.t.Errorf("a second run writes %d times\n%s", again, w.stderr)
	}
	return writes
}

// shown returns what a reader sees of podmend's comments, by their places.
func (w *workflow) shown() map[string]githubfake.Comment {
	shown := map[string]githubfake.Comment{}
	for _, c := range w.pull.ReviewComments() {
		if c.Author == "github-actions[bot]" && c.Minimized == "" && !c.Outdated {
			shown[fmt.Sprintf("%s:%d", c.Path, c.Line)] = c
		}
	}
	return shown
}

func (w *workflow) wantPlaces(want ...string) map[string]githubfake.Comment {
	w.t.Helper()
	shown := w.shown()
	var got []string
	for place := range shown {
		got = append(got, place)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		w.t.Fatalf("comments stand at\n%s\nwant\n%s\n%s%s", strings.Join(got, "\n"), strings.Join(want, "\n"), w.stdout, w.stderr)
	}
	return shown
}

// says asks for texts in what podmend wrote.
func says(t *testing.T, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// body is the last review of podmend.
func (w *workflow) body() string {
	body := ""
	for _, r := range w.pull.Reviews() {
		if strings.Contains(r.Body, "podmend:v1 id=review") {
			body = r.Body
		}
	}
	return body
}

// head is a file as the pull request has it.
func (w *workflow) head(name string) string {
	w.t.Helper()
	text, ok := w.from.File(w.pull.State().HeadSHA, name)
	if !ok {
		w.t.Fatalf("the head has no %s", name)
	}
	return text
}

func (w *workflow) push(message string, change githubfake.Files) {
	w.t.Helper()
	w.from.Push("feature", "mona", message, change)
}
