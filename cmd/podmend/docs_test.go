package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/yaml"
)

// elsewhere are commands of the documentation that this test can't run, and what runs them.
var elsewhere = []struct{ form, where string }{
	{`^make [a-z]+(?: VERSION=\S+)?(?: +#.*)?$`, "Makefile"}, // that there is such a target is asked below
	{`^go install github\.com/podmend/podmend/cmd/podmend@latest( #.*)?$`, "nothing: it needs a published module"},
	{`^docker build -t podmend \.$`, ".ci/image, with buildah"},
	{`^docker run --rm -v "\$PWD:/src" (--user "\$\(id -u\):\$\(id -g\)" )?podmend (check|fix --write) /src$`, ".ci/image, with buildah"},
	{`^brew install podmend/podmend/podmend$`, "TestSums: the formula"},
	{`^brew tap podmend/podmend https://github\.com/podmend/podmend$`, "TestSums: the formula"},
	{`^gh attestation verify \S+ --repo podmend/podmend$`, "nothing: it needs a published release"},
	{`^(git (add|commit|tag|push)|export|gh) .*$`, "nothing: it publishes"},
}

// forms are blocks that hold no example but the form of one, by their first line.
var forms = []string{
	"# podmend:ignore CONTROL[,CONTROL] [until=YYYY-MM-DD] [owner=NAME] -- REASON",
}

// TestDocs runs each example of the documentation. Of a session it compares the output, and -update writes it; of
// other commands it asks that they do not end with an error. A block that it does not know what to do with fails.
func TestDocs(t *testing.T) {
	for _, page := range pages(t) {
		for i, b := range blocks(t, page) {
			t.Run(fmt.Sprintf("%s#%d", filepath.Base(page), i+1), func(t *testing.T) {
				if !*update {
					t.Parallel()
				}
				t.Logf("%s:%d", b.page, b.line)
				switch b.lang {
				case "console":
					testCommands(t, b)
				case "yaml":
					testYAML(t, b)
				default:
					if first, _, _ := strings.Cut(b.text, "\n"); !slices.Contains(forms, first) {
						t.Errorf("a block of %q, which nothing runs: make it console or yaml, or say in this test why it is neither", b.lang)
					}
				}
			})
		}
	}
}

func testCommands(t *testing.T, b block) {
	var dir string
	for _, s := range b.steps() {
		if isElsewhere(t, s.command) {
			continue
		}
		if b.where == "" {
			t.Errorf("nothing runs %q: name an archive above the block with <!-- run in NAME.txtar -->, or add the command to elsewhere", s.command)
			continue
		}
		if dir == "" {
			dir = unpack(t, b.where)
		}
		output, code := shell(t, dir, s.command)
		if code > 1 {
			t.Errorf("%s ended with %d:\n%s", s.command, code, output)
		}
		if s.shown && strings.TrimRight(output, "\n") != strings.TrimRight(s.output, "\n") {
			if *update {
				rewrite(t, b, s, output)
				continue
			}
			t.Errorf("%s prints\n%s\nand the page shows\n%s", s.command, output, s.output)
		}
	}
}

// isElsewhere says whether a command is one of those that are run elsewhere.
func isElsewhere(t *testing.T, command string) bool {
	t.Helper()
	for _, known := range elsewhere {
		if !regexp.MustCompile(known.form).MatchString(command) {
			continue
		}
		if target, ok := strings.CutPrefix(command, "make "); ok {
			makefile, err := os.ReadFile("../../Makefile")
			if err != nil {
				t.Fatal(err)
			}
			if name := strings.Fields(target)[0]; !strings.Contains(string(makefile), "\n"+name+":") {
				t.Errorf("there is no target for: %s", command)
			}
		}
		return true
	}
	return false
}

// unpack makes the repository that an example is run in.
func unpack(t *testing.T, name string) string {
	t.Helper()
	archive, err := txtar.ParseFile(filepath.Join("..", "..", "testdata", "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, file := range archive.Files {
		path := filepath.Join(dir, "repo", filepath.FromSlash(file.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, file.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	dir = filepath.Join(dir, "repo")
	// What stands before the files of the archive are commands that make the rest.
	if setup := string(archive.Comment); strings.TrimSpace(setup) != "" {
		if output, code := shell(t, dir, setup); code > 1 {
			t.Fatalf("%s: %s", name, output)
		}
	}
	return dir
}

func shell(t *testing.T, dir, command string) (string, int) {
	t.Helper()
	c := exec.Command("sh", "-c", command)
	c.Dir = dir
	c.Env = append(slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, "GITHUB_") || strings.HasPrefix(variable, "PODMEND_")
	}), "HOME="+filepath.Dir(dir), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
	output, err := c.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return string(output), exit.ExitCode()
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(output), 0
}

// rewrite puts what a command printed into its page.
func rewrite(t *testing.T, b block, s step, output string) {
	t.Helper()
	text, err := os.ReadFile(b.page)
	if err != nil {
		t.Fatal(err)
	}
	old := "$ " + s.command + "\n" + s.output
	if strings.Count(string(text), old) != 1 {
		t.Fatalf("%s: %q stands there more than once", b.page, s.command)
	}
	fresh := "$ " + s.command + "\n" + strings.TrimRight(output, "\n") + "\n"
	if err := os.WriteFile(b.page, []byte(strings.Replace(string(text), old, fresh, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// testYAML holds a file against the program that reads it; its first line says which file it is.
func testYAML(t *testing.T, b block) {
	first, _, _ := strings.Cut(b.text, "\n")
	name := strings.TrimPrefix(strings.TrimSpace(first), "# ") // a block of a list is indented
	var content struct {
		On, Jobs any
		Repos    []struct{ Hooks []struct{ ID string } }
	}
	steps := yaml.Unmarshal([]byte(b.text), &content) != nil && strings.HasPrefix(strings.TrimSpace(b.text), "- ")
	switch {
	case name == ".podmend.yaml": // also held against schema and parser by TestDocumentedConfigurations
		dir := unpack(t, "settings.txtar")
		if err := os.WriteFile(filepath.Join(dir, name), []byte(b.text), 0o644); err != nil {
			t.Fatal(err)
		}
		if output, code := shell(t, dir, "podmend config"); code != 0 {
			t.Errorf("podmend config ended with %d:\n%s", code, output)
		}
	case name == "kustomization.yaml":
		if err := yaml.UnmarshalStrict([]byte(b.text), &types.Kustomization{}); err != nil {
			t.Error(err)
		}
	case content.Jobs != nil:
		lintWorkflow(t, b.text)
	case steps:
		lintWorkflow(t, "on: push\njobs:\n  job:\n    runs-on: ubuntu-latest\n    steps:\n"+indent(b.text, 6))
	case content.Repos != nil:
		testHooks(t, content.Repos[0].Hooks)
	case b.where != "": // part of a pod, whose head the archive holds, with everything in it exempt
		dir := unpack(t, b.where)
		file, err := os.OpenFile(filepath.Join(dir, "pod.yaml"), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, err = file.WriteString(b.text)
		if err := errors.Join(err, file.Close()); err != nil {
			t.Fatal(err)
		}
		output, code := shell(t, dir, "podmend check --verbose")
		if code != 0 || !strings.Contains(output, "exempt") {
			t.Errorf("podmend check ended with %d:\n%s", code, output)
		}
	default:
		t.Errorf("nothing reads this file: begin it with its name (# .podmend.yaml), or name an archive above it with <!-- run in NAME.txtar -->")
	}
}

func indent(text string, by int) string {
	pad := strings.Repeat(" ", by)
	return pad + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n"+pad) + "\n"
}

func lintWorkflow(t *testing.T, text string) {
	t.Helper()
	program := os.Getenv("PODMEND_TEST_ACTIONLINT")
	if program == "" {
		program = filepath.Join(t.TempDir(), "actionlint")
		if out, err := exec.Command("go", "build", "-C", "../../internal/tools", "-o", program, "github.com/rhysd/actionlint/cmd/actionlint").CombinedOutput(); err != nil {
			t.Fatalf("build actionlint: %v\n%s", err, out)
		}
	}
	c := exec.Command(program, "-")
	c.Stdin = strings.NewReader(text)
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("actionlint: %v\n%s\n%s", err, out, text)
	}
}

// testHooks asks that pre-commit finds the hooks that a page names.
func testHooks(t *testing.T, hooks []struct{ ID string }) {
	t.Helper()
	text, err := os.ReadFile("../../.pre-commit-hooks.yaml")
	if err != nil || len(hooks) == 0 {
		t.Fatalf("%d hooks: %v", len(hooks), err)
	}
	for _, hook := range hooks {
		if !strings.Contains(string(text), "- id: "+hook.ID+"\n") {
			t.Errorf("there is no hook %s", hook.ID)
		}
	}
}
