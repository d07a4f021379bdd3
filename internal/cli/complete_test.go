package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

func TestCompletions(t *testing.T) {
	dir := t.TempDir()
	for line, want := range map[string]string{
		"check --fail-on ":         "low\nmedium\nhigh\n:4",
		"check --level ":           "baseline\nrestricted\n:4",
		"fix --fix-at ":            "origin\noverlay\n:4",
		"check --cache-dir ":       ":16",
		"check --policy-version ":  ":4",
		"check --config ":          ":0",
		"explain hostPa":           "privileged\n",
		"check --namespace-labels": "--namespace-labels\t",
		"mer":                      "merge\t",
	} {
		got := runOutput(t, dir, exitClean, append([]string{"__complete"}, strings.Split(line, " ")...)...)
		if !strings.HasPrefix(got, want) {
			t.Errorf("%q is completed by %q, want %q", line, got, want)
		}
	}
}

// TestHooks asks of the hooks for pre-commit that podmend takes their commands, and that they run where
// a file of a chart or kustomization changes.
func TestHooks(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", ".pre-commit-hooks.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var hooks []struct {
		ID, Name, Description, Entry, Language, Files string
		PassFilenames                                 *bool `json:"pass_filenames"`
	}
	if err := yaml.Unmarshal(text, &hooks); err != nil || len(hooks) != 2 {
		t.Fatalf("%d hooks: %v", len(hooks), err)
	}
	for _, hook := range hooks {
		words := strings.Fields(hook.Entry)
		command, rest, err := Commands().Find(words[1:])
		if words[0] != "podmend" || err != nil || command.Name() == "podmend" || command.ParseFlags(rest) != nil {
			t.Errorf("%s runs %q, which podmend does not take: %v", hook.ID, hook.Entry, err)
		}
		if hook.PassFilenames == nil || *hook.PassFilenames || hook.Language != "golang" || hook.Name == "" || hook.Description == "" {
			t.Errorf("%+v", hook)
		}
		files := regexp.MustCompile(hook.Files)
		for name, want := range map[string]bool{
			"charts/a/templates/_helpers.tpl": true, "kustomization.yaml": true, "a.yml": true, "x.json": true,
			"charts/a/templates/NOTES.txt": true, "charts/a/charts/b-1.0.0.tgz": true, "charts/a/Chart.lock": true,
			"main.go": false, "yaml": false, "README.md": false,
		} {
			if files.MatchString(name) != want {
				t.Errorf("%s runs for %s: %v", hook.ID, name, !want)
			}
		}
	}
}
