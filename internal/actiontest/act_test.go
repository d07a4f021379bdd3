package actiontest

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/githubfake"
)

// A forge is the fake of GitHub with one repository, and what runs of its workflows leave.
type forge struct {
	t      *testing.T
	server *githubfake.Server
	repo   *githubfake.Repo
	action string // the tree of podmend/podmend@v1
	store  string // of artifacts and caches
	// without takes a permission from the workflow.
	without string
	// title is that of pull requests.
	title string
	// fork makes the token one that only reads.
	fork bool
}

func newForge(t *testing.T, files githubfake.Files) *forge {
	t.Helper()
	f := &forge{t: t, server: githubfake.New(t), store: t.TempDir()}
	f.repo = f.server.CreateRepo("octo/shop", files)
	f.action = release(t, sumLine(nil, archiveName()))
	return f
}

// An outcome is how a run of a workflow ended.
type outcome struct {
	ok  bool
	log string
}

// workflow is the part of a workflow that the tests look at.
type workflow struct {
	Name        string            `json:"name"`
	On          any               `json:"on"`
	Permissions map[string]string `json:"permissions"`
	Jobs        map[string]job    `json:"jobs"`
}

type job struct {
	Permissions map[string]string `json:"permissions"`
	Steps       []step            `json:"steps"`
}

type step struct {
	ID   string            `json:"id"`
	Uses string            `json:"uses"`
	Run  string            `json:"run"`
	With map[string]any    `json:"with"`
	Env  map[string]string `json:"env"`
}

func parse(t *testing.T, text string) workflow {
	t.Helper()
	var parsed workflow
	// The key on is not the boolean of YAML 1.1.
	if err := yaml.Unmarshal([]byte(strings.Replace(text, "\non:", "\n\"on\":", 1)), &parsed); err != nil {
		t.Fatal(err)
	}
	return parsed
}

// documented reads a workflow of docs/workflows.
func documented(t *testing.T, name string) string {
	t.Helper()
	return read(t, filepath.Join(repository, "docs", "workflows", name))
}

// run runs a workflow under act for an event, in a checkout of a ref.
func (f *forge) run(text, event string, payload map[string]any, ref string) outcome {
	f.t.Helper()
	home := f.t.TempDir()
	kept := filepath.Join(home, ".cache", "act", "tool_cache", "podmend", strings.TrimPrefix(testVersion, "v"))
	as := strings.ToLower(runnerArch())
	write(f.t, filepath.Join(kept, as+".complete"), "")
	// act drops the last lines of a step that fails, if it is too slow to read them.
	printed := filepath.Join(home, "printed")
	write(f.t, filepath.Join(kept, as, "podmend"), "#!/usr/bin/env bash\n'"+podmend(f.t)+"' \"$@\" 2>&1 | tee -a '"+printed+"'\nexit ${PIPESTATUS[0]}\n")
	parsed := parse(f.t, text)
	file, told := filepath.Join(home, "workflow.yml"), filepath.Join(home, "event.json")
	write(f.t, file, text)
	payload["repository"] = map[string]any{"full_name": f.repo.Name(), "default_branch": "main"}
	written, err := json.Marshal(payload)
	if err != nil {
		f.t.Fatal(err)
	}
	write(f.t, told, string(written))
	args := []string{
		event, "--directory", f.checkout(ref), "--workflows", file, "--eventpath", told,
		"--platform", "ubuntu-latest=-self-hosted", "--no-cache-server", "--concurrent-jobs", "2",
		"--secret", "GITHUB_TOKEN=" + f.token(parsed), "--env", "STORE=" + f.store,
		"--env", "GITHUB_API_URL=" + f.server.URL, "--env", "GITHUB_GRAPHQL_URL=" + f.server.URL + "/graphql",
	}
	for _, job := range parsed.Jobs {
		for _, step := range job.Steps {
			name, at, _ := strings.Cut(step.Uses, "@")
			parts := strings.SplitN(name, "/", 3)
			if len(parts) < 2 || name == "actions/checkout" { // which act serves itself
				continue
			}
			stand := filepath.Join("testdata", "stand-ins", parts[0], parts[1])
			if name == "podmend/podmend" {
				stand = f.action
			}
			folder, err := filepath.Abs(stand)
			if err != nil {
				f.t.Fatal(err)
			}
			args = append(args, "--local-repository", parts[0]+"/"+parts[1]+"@"+at+"="+folder)
		}
	}
	command := exec.Command(act(f.t), args...)
	command.Env = append(os.Environ(), "HOME="+home, "XDG_CACHE_HOME="+filepath.Join(home, ".cache"), "NO_COLOR=1")
	command.WaitDelay = time.Second
	out, err := command.CombinedOutput()
	done := outcome{ok: err == nil, log: string(out)}
	if text, err := os.ReadFile(printed); err == nil {
		done.log += "podmend itself printed:\n" + string(text)
	}
	if strings.Contains(done.log, f.token(parsed)) {
		f.t.Error("the token is in the log")
	}
	return done
}

// token has the permissions that the workflow asks for, and no others.
func (f *forge) token(w workflow) string {
	var permissions []string
	for name, access := range w.Permissions {
		if name == f.without {
			continue
		}
		if f.fork {
			access = "read"
		}
		permissions = append(permissions, name+": "+access)
	}
	slices.Sort(permissions)
	return f.repo.ActionsToken(permissions...)
}

// checkout is a clone as actions/checkout makes it.
func (f *forge) checkout(ref string) string {
	f.t.Helper()
	dir := f.t.TempDir()
	for _, args := range [][]string{
		{"init", "-q", "-b", "none"},
		{"remote", "add", "origin", "https://github.com/" + f.repo.Name()},
		{"fetch", "-q", f.repo.Dir(), "+refs/pull/*:refs/remotes/pull/*", "+refs/heads/*:refs/remotes/origin/*"},
		{"checkout", "-q", "--detach", ref},
	} {
		command := exec.Command("git", args...)
		command.Dir = dir
		if out, err := command.CombinedOutput(); err != nil {
			f.t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	return dir
}

// pullRequest runs a workflow for a pull request.
func (f *forge) pullRequest(text string, pull *githubfake.Pull, from *githubfake.Repo, branch string) outcome {
	f.t.Helper()
	state := pull.State()
	return f.run(text, "pull_request", map[string]any{"number": state.Number, "pull_request": map[string]any{
		"number": state.Number, "title": f.title,
		"head": map[string]any{"sha": state.HeadSHA, "ref": branch, "repo": map[string]any{"full_name": from.Name()}},
		"base": map[string]any{"sha": state.BaseSHA, "ref": "main", "repo": map[string]any{"full_name": f.repo.Name()}},
	}}, fmt.Sprintf("refs/remotes/pull/%d/merge", state.Number))
}

// push runs a workflow for the last push to main.
func (f *forge) push(text string) outcome {
	f.t.Helper()
	sha := f.repo.SHA("main")
	return f.run(text, "push", map[string]any{"ref": "refs/heads/main", "before": strings.Repeat("0", 40), "after": sha}, "refs/remotes/origin/main")
}

var setOutput = regexp.MustCompile(`::set-output:: ([\w-]+)=(\S*)`)

// outputs are what the actions of a run gave to the steps behind, the last of each name.
func (o outcome) outputs() map[string]string {
	outputs := map[string]string{}
	for _, match := range setOutput.FindAllStringSubmatch(o.log, -1) {
		outputs[match[1]] = match[2]
	}
	return outputs
}

// wants asks how the run ended, for outputs as NAME=VALUE, and for texts in the log.
func (o outcome) wants(t *testing.T, ok bool, wants ...string) {
	t.Helper()
	if o.ok != ok {
		t.Errorf("the workflow succeeds: %v", o.ok)
	}
	outputs := o.outputs()
	for _, want := range wants {
		name, value, is := strings.Cut(want, "=")
		if given, known := outputs[name]; is && known {
			if given != value {
				t.Errorf("the output %s is %q, not %q", name, given, value)
			}
		} else if !strings.Contains(o.log, want) {
			t.Errorf("no %q", want)
		}
	}
	if t.Failed() {
		t.Log(o.log)
	}
}
