package actiontest

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// workflows are the paths of those that are documented.
func workflows(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(repository, "docs", "workflows", "*.yml"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no workflows: %v", err)
	}
	return names
}

// pages are those that people copy workflows from.
func pages(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(repository, "docs", "*.md"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	return append(names, filepath.Join(repository, "README.md"))
}

var (
	used   = regexp.MustCompile(`uses: (\S+)@(\S+)( # (v\d+)\.\d+\.\d+)?\n`)
	pinned = regexp.MustCompile(`^[0-9a-f]{40}$`)
)

// TestWorkflowsPassActionlint checks each workflow, and the use of the action in it: there podmend/podmend@v1 is
// this tree, and other actions are at the tags whose inputs actionlint knows.
func TestWorkflowsPassActionlint(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "action.yml"), read(t, filepath.Join(repository, "action.yml")))
	command := exec.Command("git", "init", "-q", dir)
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, name := range workflows(t) {
		text := used.ReplaceAllStringFunc(read(t, name), func(use string) string {
			match := used.FindStringSubmatch(use)
			if match[1] == "podmend/podmend" {
				return "uses: ./\n"
			}
			return "uses: " + match[1] + "@" + match[4] + "\n"
		})
		write(t, filepath.Join(dir, ".github", "workflows", filepath.Base(name)), text)
	}
	command = exec.Command(actionlint(t), "-no-color")
	command.Dir = dir
	if out, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestWorkflowsAskForLittle asks of each workflow what keeps a stranger's pull request from doing harm.
func TestWorkflowsAskForLittle(t *testing.T) {
	for _, name := range workflows(t) {
		text := read(t, name)
		parsed := parse(t, text)
		if strings.Contains(text, "pull_request_target") {
			t.Errorf("%s: pull_request_target gives the token to what a stranger wrote", name)
		}
		if !strings.HasPrefix(text, "# ") || parsed.Permissions["contents"] == "" {
			t.Errorf("%s: it says not what it is for, or not its permissions", name)
		}
		for _, match := range used.FindAllStringSubmatch(text, -1) {
			switch {
			case match[1] == "podmend/podmend":
				if match[2] != "v1" {
					t.Errorf("%s: podmend/podmend@%s", name, match[2])
				}
			case !pinned.MatchString(match[2]) || match[4] == "":
				t.Errorf("%s: %s is not pinned by its SHA with its version behind it", name, match[1])
			}
		}
		if n := strings.Count(text, "uses:"); n != len(used.FindAllString(text, -1)) {
			t.Errorf("%s: of %d uses some are written otherwise", name, n)
		}
		for id, job := range parsed.Jobs {
			if job.Permissions != nil {
				t.Errorf("%s: the permissions of %s stand apart from the workflow's", name, id)
			}
			for _, step := range job.Steps {
				if strings.HasPrefix(step.Uses, "actions/checkout@") && step.With["persist-credentials"] != false {
					t.Errorf("%s: the checkout of %s keeps the token where charts could look for it", name, id)
				}
				if strings.Contains(step.Run, "${{") {
					t.Errorf("%s: %s puts an expression into shell text", name, id)
				}
			}
		}
	}
}

// TestPinsAgree asks that all workflows, those in pages too, use the same version of an action, and that it has one SHA.
func TestPinsAgree(t *testing.T) {
	known := map[string]string{}
	for _, name := range append(workflows(t), pages(t)...) {
		for _, match := range used.FindAllStringSubmatch(read(t, name), -1) {
			if pin := match[2] + match[3]; known[match[1]] == "" {
				known[match[1]] = pin
			} else if known[match[1]] != pin {
				t.Errorf("%s: %s@%s is elsewhere %s", name, match[1], pin, known[match[1]])
			}
		}
	}
}

// TestEachWorkflowIsRun asks for a test under act of each workflow.
func TestEachWorkflowIsRun(t *testing.T) {
	tests := read(t, "workflows_test.go")
	for _, name := range workflows(t) {
		if !strings.Contains(tests, `documented(t, "`+filepath.Base(name)+`")`) {
			t.Errorf("no test runs %s", name)
		}
	}
}
