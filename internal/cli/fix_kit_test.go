package cli

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/githubfake"
)

// fixPermissions are those that the documentation asks for.
var fixPermissions = []string{"contents: write", "pull-requests: write"}

// A bot is a repository whose workflow runs podmend check --fix pr on each push to main.
type bot struct {
	*workflow
	branch string // that is checked out
}

const fixBranch = "podmend/fix-main"

func newBot(t *testing.T, files githubfake.Files) *bot {
	t.Helper()
	w := &workflow{t: t, server: githubfake.New(t), env: map[string]string{}}
	w.repo = w.server.CreateRepo("octo/shop", files)
	w.from = w.repo
	w.token = w.repo.ActionsToken(fixPermissions...)
	return &bot{w, "main"}
}

// clone is a checkout of the branch as actions/checkout makes it, without history.
func (b *bot) clone() string {
	b.t.Helper()
	return b.git([][]string{
		{"init", "-q"},
		{"fetch", "-q", "--depth=1", "file://" + b.repo.Dir(), "refs/heads/" + b.branch},
		{"checkout", "-q", "--detach", "FETCH_HEAD"},
	})
}

// pushed is the environment of a push to the branch.
func (b *bot) pushed() map[string]string {
	sha := b.repo.SHA(b.branch)
	event := b.write(b.t.TempDir(), "event.json", fmt.Sprintf(`{"ref": "refs/heads/%s", "before": %q, "after": %q, "repository": {"full_name": %q}}`, b.branch, sha, sha, b.repo.Name()))
	return map[string]string{
		"GITHUB_ACTIONS": "true", "CI": "true", "GITHUB_EVENT_NAME": "push", "GITHUB_EVENT_PATH": event, "GITHUB_SHA": sha,
		"GITHUB_REF": "refs/heads/" + b.branch, "GITHUB_REPOSITORY": b.repo.Name(), "GITHUB_TOKEN": b.token, "GITHUB_API_URL": b.server.URL,
		"GITHUB_SERVER_URL": "https://github.example", "GITHUB_RUN_ID": "42",
	}
}

// fix runs podmend, and asks for what it says became of the pull request. A second run must write
// nothing.
func (b *bot) fix(operation string, code int, flags ...string) (writes int) {
	b.t.Helper()
	writes = b.fixOnce(operation, code, flags...)
	stdout, stderr := b.stdout, b.stderr
	if _, again := b.runIn(b.clone(), b.pushed(), append([]string{"check", "--fix", "pr"}, flags...)...); again != 0 {
		b.t.Errorf("a second run writes %d times\n%s", again, b.stderr)
	}
	b.stdout, b.stderr = stdout, stderr
	return writes
}

func (b *bot) fixOnce(operation string, code int, flags ...string) (writes int) {
	b.t.Helper()
	got, writes := b.runIn(b.clone(), b.pushed(), append([]string{"check", "--fix", "pr"}, flags...)...)
	if got != code || !strings.Contains(b.stderr, ": "+operation) {
		for _, r := range b.server.Requests() {
			b.t.Log(r.Method, r.Path, r.Status)
		}
		b.t.Fatalf("exit code %d, want %d and %q\n%s%s", got, code, operation, b.stdout, b.stderr)
	}
	return writes
}

// last is the newest pull request.
func (b *bot) last() githubfake.PullState { return b.lastPull().State() }

func (b *bot) lastPull() *githubfake.Pull {
	b.t.Helper()
	pulls := b.repo.Pulls()
	if len(pulls) == 0 {
		b.t.Fatalf("there is no pull request\n%s", b.stderr)
	}
	return pulls[len(pulls)-1]
}

// file is one as a branch has it.
func (b *bot) file(branch, name string) string {
	b.t.Helper()
	text, ok := b.repo.File(branch, name)
	if !ok {
		b.t.Fatalf("%s has no %s", branch, name)
	}
	return text
}

func (b *bot) has(branch string) bool { return slices.Contains(b.repo.Branches(), branch) }

// change replaces a text in a file of a branch.
func (b *bot) change(branch, login, name, old, now string) {
	b.t.Helper()
	before := b.file(branch, name)
	after := strings.Replace(before, old, now, 1)
	if after == before {
		b.t.Fatalf("%s of %s has no %q", name, branch, old)
	}
	b.repo.Push(branch, login, "Change "+name, githubfake.Files{name: after})
}
