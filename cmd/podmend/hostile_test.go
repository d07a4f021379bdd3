package main

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/podmend/podmend/internal/scripts"
	"github.com/podmend/podmend/report"
)

// Each is planted where nothing that is rendered may look, and must be printed nowhere.
const (
	secretOutside = "hunter2outside" // beside the repository, and in the folder above
	secretGit     = "hunter2git"     // in .git/config
	secretEnv     = "hunter2env"     // in the environment
)

const goodPod = `apiVersion: v1
kind: Pod
metadata: {name: good}
spec:
  hostPID: true
  containers: [{name: a, image: a}]
`

// hostileTime bounds one run, far above what each takes, so that a busy machine is no failure.
const hostileTime = 2 * time.Minute

// TestHostile runs every file of testdata/hostile: what a stranger may put into a pull request.
// Each works in the folder repo, which holds a good pod beside what the script adds.
func TestHostile(t *testing.T) {
	var heard atomic.Int64
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			heard.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("..", "..", "testdata", "hostile"),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("TZ", "UTC")
			env.Setenv("GITHUB_TOKEN", secretEnv)
			env.Setenv("LISTENER", strings.TrimPrefix(server.URL, "http://"))
			env.Cd = filepath.Join(env.WorkDir, "repo")
			for name, content := range map[string]string{
				"repo/good/pod.yaml":     goodPod,
				"repo/.git/config":       "[http]\n\textraheader = AUTHORIZATION: basic " + secretGit + "\n",
				"outside.txt":            secretOutside,
				"outside.yaml":           goodPod + "# " + secretOutside + "\n",
				"outside/Chart.yaml":     "apiVersion: v2\nname: " + secretOutside + "\nversion: 1.0.0\n",
				"outside/templates/a.go": secretOutside,
			} {
				name = filepath.Join(env.WorkDir, filepath.FromSlash(name))
				if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
					return err
				}
				if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
					return err
				}
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status":   scripts.Status,
			"replace":  scripts.Replace,
			"fill":     fill,
			"fifo":     fifo,
			"archive":  archive,
			"oddname":  oddname,
			"forest":   forest,
			"hostile":  hostile,
			"harmless": harmless,
			"strike":   strike,
		},
	})
	if n := heard.Load(); n > 0 {
		t.Errorf("%d connections were opened", n)
	}
}

// hostile asserts that the repository costs one error of a kind in a file, and nothing else:
// hostile KIND FILE [FLAG...]
func hostile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: hostile KIND FILE [FLAG...]")
	}
	kind, file, flags := args[0], string(scripts.Unescape(ts, args[1])), args[2:]
	parsed := checked(ts, "3", flags)
	var failed []report.Target
	for _, target := range parsed.Targets {
		if target.Status == report.TargetError {
			failed = append(failed, target)
		}
	}
	if len(failed) != 1 {
		ts.Fatalf("%d targets have errors, want one: %+v", len(failed), failed)
	}
	if got := failed[0].Error; got.Kind != kind || got.File != file {
		ts.Fatalf("the error is of kind %s in %q, want %s in %q: %s", got.Kind, got.File, kind, file, got.Message)
	}
	text, _ := bounded(ts, "3", append([]string{"check"}, flags...))
	if n := strings.Count(text, "["+kind+"]"); n != 1 {
		ts.Fatalf("the text tells of the error %d times:\n%s", n, text)
	}
}

// harmless asserts that the repository is checked as if nothing were wrong with it: harmless
// [FLAG...]
func harmless(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("unsupported: ! harmless")
	}
	parsed := checked(ts, "1", args)
	for _, target := range parsed.Targets {
		if target.Status == report.TargetError {
			ts.Fatalf("%s: %+v", target.ID, target.Error)
		}
	}
	bounded(ts, "1", append([]string{"check"}, args...))
}

// checked checks the repository, requires that the good pod is judged, and returns the report.
func checked(ts *testscript.TestScript, code string, flags []string) *report.Report {
	printed, _ := bounded(ts, code, append([]string{"check", "--format", "json"}, flags...))
	parsed, err := report.ReadJSON(strings.NewReader(printed))
	ts.Check(err)
	if problems := parsed.Problems(); len(problems) > 0 {
		ts.Fatalf("the report contradicts itself: %v", problems)
	}
	for _, finding := range parsed.Findings {
		if finding.Origin.File == "good/pod.yaml" {
			return parsed
		}
	}
	ts.Fatalf("the finding in good/pod.yaml is lost:\n%s", printed)
	return nil
}

// bounded runs podmend and asks for its exit code, and for what holds of every run: it ends in time,
// takes a bounded amount of memory, and prints no secret and nothing that acts on a terminal or log.
func bounded(ts *testscript.TestScript, code string, args []string) (stdout, stderr string) {
	ctx, cancel := context.WithTimeout(context.Background(), hostileTime)
	defer cancel()
	cmd := program(ctx, ts, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	start := time.Now()
	err := cmd.Run()
	ts.Logf("podmend %v: %v, %d MiB", args, time.Since(start).Round(time.Millisecond), largest(cmd.ProcessState)>>20)
	if ctx.Err() != nil {
		ts.Fatalf("podmend %v is not done after %v", args, hostileTime)
	}
	if got := exitStatusOf(err); got != code {
		ts.Fatalf("podmend %v ended with %s, want %s\n%.2000s\n%.2000s", args, got, code, out.String(), errs.String())
	}
	if used := largest(cmd.ProcessState); used > maxResident {
		ts.Fatalf("podmend %v took %d MiB of memory", args, used>>20)
	}
	inert(ts, "standard output", out.String())
	inert(ts, "standard error", errs.String())
	return out.String(), errs.String()
}

// maxResident is above the memory that a child may take, in bytes.
const maxResident = 2600 << 20

func program(ctx context.Context, ts *testscript.TestScript, args ...string) *exec.Cmd {
	name := ""
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if _, err := os.Stat(filepath.Join(dir, "podmend")); err == nil {
			name = filepath.Join(dir, "podmend")
			break
		}
	}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = []string{"PATH=" + ts.Getenv("PATH"), "HOME=" + ts.Getenv("HOME"), "TMPDIR=" + ts.Getenv("TMPDIR"), "GITHUB_TOKEN=" + secretEnv}
	return cmd
}

func exitStatusOf(err error) string {
	if err == nil {
		return "0"
	}
	return scripts.ExitStatus(err)
}

// inert asserts that a text is harmless wherever it is shown.
func inert(ts *testscript.TestScript, what, text string) {
	for _, secret := range []string{secretOutside, secretGit, secretEnv} {
		if strings.Contains(text, secret) {
			ts.Fatalf("%s holds the secret %s:\n%.2000s", what, secret, text)
		}
	}
	for _, r := range text {
		if r < ' ' && r != '\n' || r == 0x7f || r == 0x9b || r == '\u202e' {
			ts.Fatalf("%s holds the control character %U:\n%.2000q", what, r, text)
		}
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.Contains(line, "##[") {
			ts.Fatalf("%s holds a command of a CI system: %s", what, line)
		}
	}
}
