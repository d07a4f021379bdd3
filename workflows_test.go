package podmend_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// actionlint is the program that PODMEND_TEST_ACTIONLINT names, or is built at its pinned version.
func actionlint(t *testing.T) string {
	t.Helper()
	if program := os.Getenv("PODMEND_TEST_ACTIONLINT"); program != "" {
		return program
	}
	program := filepath.Join(t.TempDir(), "actionlint")
	if out, err := exec.Command("go", "build", "-C", "internal/tools", "-o", program, "github.com/rhysd/actionlint/cmd/actionlint").CombinedOutput(); err != nil {
		t.Fatalf("build actionlint: %v\n%s", err, out)
	}
	return program
}

// TestWorkflows holds the project's own workflows to what it asks of others: nothing that can move, no permission
// that is not asked for where it is needed, and no code of a pull request beside a token that may write.
func TestWorkflows(t *testing.T) {
	files, err := filepath.Glob(".github/workflows/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no workflows: %v", err)
	}
	if out, err := exec.Command(actionlint(t), files...).CombinedOutput(); err != nil {
		t.Errorf("actionlint: %v\n%s", err, out)
	}
	uses := regexp.MustCompile(`uses: *(\S+)(.*)`)
	pinned := regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40}$`)
	version := regexp.MustCompile(`^ # v\d+\.\d+\.\d+$`)
	versions := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range uses.FindAllStringSubmatch(string(text), -1) {
			if !pinned.MatchString(match[1]) || !version.MatchString(match[2]) {
				t.Errorf("%s: %s is not pinned by a whole SHA with its version behind it", file, match[0])
			}
			if before, known := versions[match[1]]; known && before != match[2] {
				t.Errorf("%s: %s is called %s and %s", file, match[1], before, match[2])
			}
			versions[match[1]] = match[2]
		}
		if strings.Contains(string(text), "pull_request_target") {
			t.Errorf("%s runs on pull_request_target", file)
		}
		var workflow struct {
			Permissions *map[string]string
			Jobs        map[string]struct {
				Permissions map[string]string
				Timeout     int `json:"timeout-minutes"`
				Steps       []struct {
					Run  string
					Uses string
					With map[string]any
				}
			}
		}
		if err := yaml.Unmarshal(text, &workflow); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if workflow.Permissions == nil || len(*workflow.Permissions) != 0 {
			t.Errorf("%s does not take all permissions at its top", file)
		}
		for name, job := range workflow.Jobs {
			if job.Permissions == nil || job.Timeout == 0 {
				t.Errorf("%s: job %s says nothing of its permissions or its time", file, name)
			}
			for _, step := range job.Steps {
				if strings.Contains(step.Run, "${{") {
					t.Errorf("%s: job %s puts an expression into a shell: %s", file, name, step.Run)
				}
				if strings.HasPrefix(step.Uses, "actions/checkout@") && step.With["persist-credentials"] != false {
					t.Errorf("%s: job %s leaves the token in the checkout", file, name)
				}
				if job.Permissions["contents"] == "write" && strings.HasPrefix(step.Uses, "actions/checkout@") {
					t.Errorf("%s: job %s may write and has code of the repository", file, name)
				}
			}
		}
	}
}
