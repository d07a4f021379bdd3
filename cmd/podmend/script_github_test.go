package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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

type scriptGitHub struct {
	t    *scriptT
	repo *githubfake.Repo
}

// githubCommand is GitHub for a script, which runs as a workflow on pushes to main:
//
//	github create DIR    a repository whose main has the files of a folder
//	github push DIR      commits the files of a folder to main
//	github checkout DIR  puts main into a folder, and names its commit in the event
//	github pulls FILE    lists the pull requests in a file
func githubCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: github create|push|checkout|pulls NAME")
	}
	name := ts.MkAbs(args[1])
	if args[0] == "create" {
		t := &scriptT{ts: ts}
		server := githubfake.New(t)
		g := &scriptGitHub{t, server.CreateRepo("octo/shop", folder(ts, name))}
		fakes.Store(ts.Getenv("WORK"), g)
		for key, value := range map[string]string{
			"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/main", "GITHUB_REPOSITORY": "octo/shop",
			"GITHUB_API_URL": server.URL, "GITHUB_TOKEN": g.repo.ActionsToken("contents: write", "pull-requests: write"),
		} {
			ts.Setenv(key, value)
		}
		return
	}
	known, ok := fakes.Load(ts.Getenv("WORK"))
	if !ok {
		ts.Fatalf("github create comes first")
	}
	g := known.(*scriptGitHub)
	g.t.mu.Lock()
	defer g.t.mu.Unlock()
	if g.t.wrong != "" {
		ts.Fatalf("%s", g.t.wrong)
	}
	switch args[0] {
	case "push":
		g.repo.Push("main", "mona", "Change", folder(ts, name))
	case "checkout":
		ts.Check(os.RemoveAll(name))
		out, err := exec.Command("git", "clone", "-q", "--depth=1", "file://"+g.repo.Dir(), name).CombinedOutput()
		if err != nil {
			ts.Fatalf("git clone: %v\n%s", err, out)
		}
		event := filepath.Join(ts.Getenv("WORK"), "event.json")
		ts.Check(os.WriteFile(event, fmt.Appendf(nil, `{"after": %q, "repository": {"full_name": "octo/shop"}}`, g.repo.SHA("main")), 0o644))
		ts.Setenv("GITHUB_EVENT_PATH", event)
	case "pulls":
		var b strings.Builder
		for _, pull := range g.repo.Pulls() {
			state := pull.State()
			fmt.Fprintf(&b, "%d %s %s <- %s: %s\n", state.Number, state.State, state.BaseRef, state.HeadRef, state.Title)
		}
		fmt.Fprintf(&b, "branches: %s\n", strings.Join(g.repo.Branches(), " "))
		ts.Check(os.WriteFile(name, []byte(b.String()), 0o644))
	default:
		ts.Fatalf("github %s is not known", args[0])
	}
}

// folder reads the files of a folder.
func folder(ts *testscript.TestScript, dir string) githubfake.Files {
	files := githubfake.Files{}
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	ts.Check(err)
	for _, name := range names {
		text, err := os.ReadFile(name)
		ts.Check(err)
		files[filepath.Base(name)] = string(text)
	}
	return files
}
