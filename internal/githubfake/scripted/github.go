// Package scripted is the fake of GitHub as a command of testscripts.
package scripted

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/podmend/podmend/internal/githubfake"
)

// A scriptT lets the fake of GitHub live as long as a script. What it complains about while it answers
// ends the script at its next command.
type scriptT struct {
	ts *testscript.TestScript
	mu sync.Mutex
	// wrong is the first complaint.
	wrong string
}

func (t *scriptT) Helper()          {}
func (t *scriptT) Cleanup(f func()) { t.ts.Defer(f) }

func (t *scriptT) Fatalf(format string, args ...any) { t.ts.Fatalf(format, args...) }

func (t *scriptT) Errorf(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.wrong == "" {
		t.wrong = fmt.Sprintf(format, args...)
	}
}

func (t *scriptT) TempDir() string {
	dir, err := os.MkdirTemp("", "podmend-github")
	t.ts.Check(err)
	t.ts.Defer(func() { os.RemoveAll(dir) })
	return dir
}

// fakes are the GitHubs of the scripts that run.
var fakes sync.Map

// A stage is GitHub for one script.
type stage struct {
	ts     *testscript.TestScript
	t      *scriptT
	server *githubfake.Server
	repo   *githubfake.Repo
	from   *githubfake.Repo // where the pull request comes from
	pull   *githubfake.Pull // nil for runs on pushes
	writes int              // that were counted
	seen   map[string]item  // what was shown before
}

// Command is GitHub for a script, which runs as a workflow on pushes to main and, once there is one, for a
// pull request:
//
//	github create DIR          a repository whose main has the files of a folder
//	github push DIR            commits the files of a folder to main
//	github pull DIR            opens a pull request that changes main to the files of a folder
//	github fork DIR            opens one from a fork, whose runs have a token that only reads
//	github topic DIR           commits the files of a folder to the branch of the pull request
//	github force DIR           puts them there in one commit upon main
//	github take FILE:LINE      takes the suggestion of a comment
//	github reply FILE:LINE TEXT  answers a comment
//	github checkout DIR        puts what a runner checks out into a folder, and its event beside it
//	github second DIR          an empty folder for the workflow that runs after the one of a fork, and its event
//	github writes N            asks how often GitHub was written to since the last time
//	github shown FILE          writes what a reader of the pull request finds that is new
//	github pulls FILE          lists the pull requests in a file
func Command(ts *testscript.TestScript, neg bool, args []string) {
	verbs := map[string]func(*stage, string, ...string){
		"push": func(s *stage, name string, _ ...string) {
			s.repo.Push("main", "mona", "Change", folder(ts, name))
		},
		"pull": (*stage).open, "fork": (*stage).fork, "topic": (*stage).topic, "force": (*stage).topic,
		"take": (*stage).take, "reply": (*stage).take, "checkout": (*stage).checkout, "second": (*stage).second,
		"writes": (*stage).countWrites, "shown": (*stage).shown, "pulls": (*stage).pulls,
	}
	if neg || len(args) < 2 || verbs[args[0]] == nil && args[0] != "create" {
		ts.Fatalf("usage: github VERB NAME [TEXT]")
	}
	if args[0] == "create" {
		create(ts, ts.MkAbs(args[1]))
		return
	}
	known, ok := fakes.Load(ts.Getenv("WORK"))
	if !ok {
		ts.Fatalf("github create comes first")
	}
	s := known.(*stage)
	s.t.mu.Lock()
	wrong := s.t.wrong
	s.t.mu.Unlock()
	if wrong != "" {
		ts.Fatalf("%s", wrong)
	}
	verbs[args[0]](s, args[1], args...)
}

func create(ts *testscript.TestScript, dir string) {
	t := &scriptT{ts: ts}
	s := &stage{ts: ts, t: t, server: githubfake.New(t), seen: map[string]item{}}
	s.repo = s.server.CreateRepo("octo/shop", folder(ts, dir))
	s.from = s.repo
	fakes.Store(ts.Getenv("WORK"), s)
	for key, value := range map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/main", "GITHUB_REPOSITORY": "octo/shop",
		"GITHUB_API_URL": s.server.URL, "GITHUB_TOKEN": s.repo.ActionsToken("contents: write", "pull-requests: write"),
	} {
		ts.Setenv(key, value)
	}
}

const branch = "topic"

func (s *stage) open(dir string, _ ...string) {
	s.from.Push(branch, s.author(), "Change", s.change(dir, s.repo.SHA("main")))
	s.pull = s.repo.OpenPullRequest(githubfake.PullOptions{Head: branch, Author: s.author(), From: s.from})
	s.ts.Setenv("GITHUB_EVENT_NAME", "pull_request")
	s.ts.Setenv("GITHUB_TOKEN", s.repo.ActionsToken("contents: read", "pull-requests: write"))
	s.seen = map[string]item{}
}

func (s *stage) fork(dir string, _ ...string) {
	s.from = s.repo.Fork("eve")
	s.open(dir)
	s.ts.Setenv("GITHUB_TOKEN", s.repo.ActionsToken("contents: read", "pull-requests: read"))
}

func (s *stage) author() string {
	if s.from != s.repo {
		return "eve"
	}
	return "mona"
}

// topic commits to the branch of the pull request.
func (s *stage) topic(dir string, args ...string) {
	if args[0] == "force" {
		main := s.repo.SHA("main")
		s.from.ForcePush(branch, s.author(), "Change", main, s.change(dir, main))
		return
	}
	s.from.Push(branch, s.author(), "Change", s.change(dir, s.pull.State().HeadSHA))
}

// change is what a folder differs by from a commit.
func (s *stage) change(dir, sha string) githubfake.Files {
	files := folder(s.ts, s.ts.MkAbs(dir))
	change := githubfake.Files{}
	for name, text := range files {
		if old, ok := s.from.File(sha, name); !ok || old != text {
			change[name] = text
		}
	}
	for _, name := range s.from.Names(sha) {
		if _, ok := files[name]; !ok {
			change[name] = githubfake.Removed
		}
	}
	return change
}

// take takes a suggestion, or answers.
func (s *stage) take(place string, args ...string) {
	for _, c := range s.pull.ReviewComments() {
		if c.Minimized != "" || c.Outdated || c.InReplyTo != 0 || fmt.Sprintf("%s:%d", c.Path, c.Line) != place {
			continue
		}
		if args[0] == "reply" {
			s.pull.Reply("mona", c.ID, args[2])
		} else {
			s.pull.TakeSuggestion("mona", c.ID)
		}
		return
	}
	s.ts.Fatalf("nothing is shown at %s", place)
}

func (s *stage) countWrites(want string, _ ...string) {
	all := s.server.Writes()
	if got := strconv.Itoa(all - s.writes); got != want {
		s.ts.Fatalf("GitHub was written to %s times, want %s", got, want)
	}
	s.writes = all
}

func (s *stage) checkout(name string, _ ...string) {
	name = s.ts.MkAbs(name)
	s.ts.Check(os.RemoveAll(name))
	url := "file://" + s.repo.Dir()
	if s.pull == nil {
		s.git("clone", "-q", "--depth=1", url, name)
		s.event(fmt.Sprintf(`{"after": %q, "repository": {"full_name": "octo/shop"}}`, s.repo.SHA("main")))
		return
	}
	state := s.pull.State()
	s.git("init", "-q", name)
	s.git("-C", name, "fetch", "-q", url, fmt.Sprintf("+refs/pull/%d/merge:refs/remotes/pull/merge", state.Number), "+refs/heads/*:refs/remotes/origin/*")
	s.git("-C", name, "checkout", "-q", "--detach", "refs/remotes/pull/merge")
	s.event(fmt.Sprintf(`{"number": %d, "pull_request": {"number": %d, "head": {"sha": %q, "ref": %q, "repo": {"full_name": %q}},
		"base": {"sha": %q, "ref": "main", "repo": {"full_name": "octo/shop"}}}, "repository": {"full_name": "octo/shop"}}`,
		state.Number, state.Number, state.HeadSHA, branch, s.from.Name(), state.BaseSHA))
}

// second is the run for workflow_run: nothing is checked out, and its token may write.
func (s *stage) second(name string, _ ...string) {
	s.ts.Check(os.MkdirAll(s.ts.MkAbs(name), 0o755))
	s.ts.Setenv("GITHUB_EVENT_NAME", "workflow_run")
	s.ts.Setenv("GITHUB_TOKEN", s.repo.ActionsToken("contents: read", "pull-requests: write"))
	s.event(fmt.Sprintf(`{"workflow_run": {"head_sha": %q, "head_branch": %q, "head_repository": {"full_name": %q}, "pull_requests": []},
		"repository": {"full_name": "octo/shop"}}`, s.pull.State().HeadSHA, branch, s.from.Name()))
}

func (s *stage) event(payload string) {
	name := filepath.Join(s.ts.Getenv("WORK"), "event.json")
	s.ts.Check(os.WriteFile(name, []byte(payload), 0o644))
	s.ts.Setenv("GITHUB_EVENT_PATH", name)
}

func (s *stage) git(args ...string) {
	if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
		s.ts.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

func (s *stage) pulls(name string, _ ...string) {
	var b strings.Builder
	for _, pull := range s.repo.Pulls() {
		state := pull.State()
		fmt.Fprintf(&b, "%d %s %s <- %s: %s\n", state.Number, state.State, state.BaseRef, state.HeadRef, state.Title)
	}
	fmt.Fprintf(&b, "branches: %s\n", strings.Join(s.repo.Branches(), " "))
	s.ts.Check(os.WriteFile(s.ts.MkAbs(name), []byte(b.String()), 0o644))
}

// folder reads the files of a folder and of those below.
func folder(ts *testscript.TestScript, dir string) githubfake.Files {
	dir = ts.MkAbs(dir)
	files := githubfake.Files{}
	ts.Check(filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		name, err = filepath.Rel(dir, name)
		files[filepath.ToSlash(name)] = string(text)
		return err
	}))
	return files
}
