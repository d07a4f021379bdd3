package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"
)

// actionFile is action.yml.
type actionFile struct {
	Description string            `json:"description"`
	Branding    map[string]string `json:"branding"`
	Runs        struct {
		Using string `json:"using"`
		Steps []struct {
			ID    string            `json:"id"`
			Uses  string            `json:"uses"`
			Shell string            `json:"shell"`
			Run   string            `json:"run"`
			Env   map[string]string `json:"env"`
		} `json:"steps"`
	} `json:"runs"`
}

func readAction(t *testing.T) (actionFile, string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "action.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var parsed actionFile
	if err := yaml.Unmarshal(text, &parsed); err != nil {
		t.Fatal(err)
	}
	return parsed, string(text)
}

// TestActionFile requires action.yml to have the inputs and outputs of the table, and two steps that give
// nothing to a shell but variables.
func TestActionFile(t *testing.T) {
	_, text := readAction(t)
	inputs, outputs, variables := "inputs:\n", "outputs:\n", ""
	install := map[string]string{}
	for _, input := range ActionInputs {
		inputs += fmt.Sprintf("  %s:\n    description: %s\n    default: %s\n", input.Name, quoted(input.About), quoted(input.Fallback))
		variable, value := inputVariable(input.Name), "${{ inputs."+input.Name+" }}"
		switch input.Name {
		case "program", "mirror":
			install[variable] = value
			continue
		case "token":
			variable = "GITHUB_TOKEN"
		}
		variables += "        " + variable + ": " + value + "\n"
	}
	for _, output := range ActionOutputs {
		outputs += fmt.Sprintf("  %s:\n    description: %s\n    value: ${{ steps.podmend.outputs.%s }}\n", output.Name, quoted(output.About), output.Name)
	}
	head, rest, _ := strings.Cut(text, "inputs:\n")
	_, rest, _ = strings.Cut(rest, "\nruns:\n")
	const program = "        PODMEND: ${{ steps.install.outputs.program }}\n"
	steps, _, found := strings.Cut(rest, program)
	if !found {
		t.Fatal("action.yml has another form than its test knows")
	}
	want := head + inputs + outputs + "runs:\n" + steps + program + variables
	if *update {
		writeFile(t, filepath.Join("..", "..", "action.yml"), want)
	} else if want != text {
		t.Error("action.yml is stale; make golden writes it")
	}

	file, _ := readAction(t)
	// https://docs.github.com/actions/how-tos/create-and-publish-actions/publish-in-github-marketplace
	if n := len(file.Description); n == 0 || n > 125 || len(file.Branding) != 2 {
		t.Errorf("the marketplace takes up to 125 characters of a description, and these are %d; the branding is %v", n, file.Branding)
	}
	if file.Runs.Using != "composite" || len(file.Runs.Steps) != 2 {
		t.Fatalf("the action is %+v", file.Runs)
	}
	if step := file.Runs.Steps[0]; fmt.Sprint(step.Env) != fmt.Sprint(install) {
		t.Errorf("the environment of %s is %v and not %v", step.ID, step.Env, install)
	}
	for _, step := range file.Runs.Steps {
		if step.Uses != "" || step.Shell != "bash" || strings.Contains(step.Run, "${{") || !strings.HasPrefix(step.Run, "exec ") {
			t.Errorf("%s uses an action, puts an expression into shell text, or keeps signals from podmend: %+v", step.ID, step)
		}
	}
}

func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

var expression = regexp.MustCompile(`\$\{\{(.*?)\}\}`)

// TestActionExpressions asks that every name in an expression of action.yml exists: GitHub takes one that does not
// for empty. It knows no expressions in descriptions.
func TestActionExpressions(t *testing.T) {
	file, text := readAction(t)
	known := map[string]bool{"github.token": true, "steps.install.outputs.program": true}
	for _, input := range ActionInputs {
		known["inputs."+input.Name] = true
		if strings.Contains(input.About, "${{") {
			t.Errorf("the description of %s has an expression", input.Name)
		}
	}
	for _, output := range ActionOutputs {
		known["steps.podmend.outputs."+output.Name] = true
		if strings.Contains(output.About, "${{") {
			t.Errorf("the description of %s has an expression", output.Name)
		}
	}
	for _, match := range expression.FindAllStringSubmatch(text, -1) {
		if name := strings.TrimSpace(match[1]); !known[name] {
			t.Errorf("there is no %s", name)
		}
	}
	if file.Runs.Steps[0].ID != "install" || file.Runs.Steps[1].ID != "podmend" {
		t.Errorf("the steps have other ids: %+v", file.Runs.Steps)
	}
	launcher, err := os.ReadFile(filepath.Join("..", "..", "action", "install.sh"))
	if err != nil || !strings.Contains(string(launcher), `printf 'program=%s\n'`) {
		t.Errorf("the launcher has no output program: %v", err)
	}
}

// notInputs are options of check that the action has no input for, and why.
var notInputs = map[string]string{
	"format":           "the log gets text, and files have the form of their endings",
	"verbose":          "the report has all of it",
	"head":             "the event names it",
	"jobs":             "one a core is what a runner is for",
	"timeout":          "limits stay podmend's; PODMEND_TIMEOUT sets it",
	"memory-limit":     "limits stay podmend's; PODMEND_MEMORY_LIMIT sets it",
	"kube-version":     "belongs to the repository: .podmend.yaml",
	"api-versions":     "belongs to the repository: .podmend.yaml",
	"load-restrictor":  "belongs to the repository: .podmend.yaml",
	"namespace-labels": "belongs to the repository: .podmend.yaml",
	"fix-branch":       "belongs to the repository: .podmend.yaml",
	"fix-group":        "belongs to the repository: .podmend.yaml",
	"fix-message":      "belongs to the repository: .podmend.yaml",
	"fix-sign-off":     "belongs to the repository: .podmend.yaml",
	"fix-label":        "belongs to the repository: .podmend.yaml",
	"fix-assignee":     "belongs to the repository: .podmend.yaml",
	"fix-reviewer":     "belongs to the repository: .podmend.yaml",
	"fix-control":      "belongs to the repository: .podmend.yaml",
	"write-exemptions": "changes files",
	"reason":           "of --write-exemptions",
	"expires":          "of --write-exemptions",
	"owner":            "of --write-exemptions",
	"help":             "for people",
}

// TestActionInputsAreOptions asks that an input is an option of each command that takes it, with its default,
// and that no option of check is forgotten.
func TestActionInputsAreOptions(t *testing.T) {
	commands := map[string]*cobra.Command{}
	for _, command := range Commands().Commands() {
		commands[command.Name()] = command
	}
	inputs := map[string]bool{}
	for _, input := range ActionInputs {
		inputs[input.Name] = true
		for _, name := range input.Commands {
			if input.Name == "path" || input.Name == "from" && name == actionMerge {
				continue // arguments
			}
			flag := commands[name].Flags().Lookup(input.Name)
			if flag == nil {
				t.Errorf("podmend %s has no --%s", name, input.Name)
			} else if input.Fallback != "" && flag.DefValue != input.Fallback {
				t.Errorf("the default of --%s is %q, and of the input %q", input.Name, flag.DefValue, input.Fallback)
			} else if boolean := input.Fallback == "false"; boolean != (flag.Value.Type() == "bool") {
				t.Errorf("--%s is a %s, and the default of the input %q", input.Name, flag.Value.Type(), input.Fallback)
			}
		}
	}
	commands[actionCheck].InitDefaultHelpFlag()
	for _, line := range strings.Split(strings.TrimSpace(commands[actionCheck].Flags().FlagUsages()), "\n") {
		name := strings.Fields(line[strings.Index(line, "--")+2:])[0]
		if inputs[name] == (notInputs[name] != "") {
			t.Errorf("--%s is an input, or it stands in notInputs with the reason why not", name)
		}
	}
}

// TestActionArguments runs the action's command in a repository, by its inputs.
func TestActionArguments(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "pod.yaml"), hostPod)
	if err := os.Mkdir(filepath.Join(dir, "more"), 0o755); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "more", "pod.yaml"), hostPod)
	for _, test := range []struct {
		name   string
		inputs map[string]string
		code   int
		want   string            // printed
		set    map[string]string // outputs
	}{
		{"nothing", nil, 1, "2 findings", map[string]string{"exit-code": "1", "findings": "2", "new": "", "proven": ""}},
		{"path", map[string]string{"path": "more"}, 1, "pod.yaml", map[string]string{"findings": "1"}},
		{"a path that is no option", map[string]string{"path": "--help"}, 2, "--help", map[string]string{"exit-code": "2", "report": ""}},
		{"shell text", map[string]string{"path": "$(touch hacked)`touch hacked`; touch hacked"}, 2, "touch hacked", nil},
		{"a setting", map[string]string{"fail-on": "high", "exclude": "more\nother"}, 1, "1 finding", map[string]string{"findings": "1"}},
		{"a setting with line ends", map[string]string{"fail-on": "high\n", "path": "more\n", "level": " "}, 1, "1 finding", nil},
		{"a wrong setting", map[string]string{"level": "strict"}, 2, `the level "strict" is not known`, nil},
		{"fixes", map[string]string{"comment": "true"}, 1, "not for a pull request", map[string]string{"findings": "2", "proven": "2", "refused": "0"}},
		{"neither true nor false", map[string]string{"comment": "please"}, 2, `the input comment takes true or false, not "please"`, nil},
		{"another command", map[string]string{"command": "chek"}, 2, "did you mean check?", nil},
		{"an input of another command", map[string]string{"shards": "4"}, 2, "the input shards is for command: plan, and this is command: check", nil},
		{"plan", map[string]string{"command": "plan", "shards": "2"}, 0, "", map[string]string{
			"matrix": `{"include":[{"shard":"1/2","index":1,"of":2,"targets":1,"percent":50},{"shard":"2/2","index":2,"of":2,"targets":1,"percent":50}]}`,
		}},
		{"a shard", map[string]string{"shard": "1/2"}, 1, "this is shard 1/2", map[string]string{"findings": "1", "sarif": ""}},
		{"merge without reports", map[string]string{"command": "merge"}, 2, "needs the input from", nil},
		{"merge of nothing", map[string]string{"command": "merge", "from": "more"}, 2, "holds no report", nil},
		{"merge of no folder", map[string]string{"command": "merge", "from": "gone"}, 2, "cannot be read", nil},
		{"report without a report", map[string]string{"command": "report", "to": "summary"}, 2, "--from names no report", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			code, printed, outputs := runAction(t, dir, test.inputs)
			if code != test.code || !strings.Contains(printed, test.want) {
				t.Errorf("exit code %d\n%s", code, printed)
			}
			for name, want := range test.set {
				if outputs[name] != want {
					t.Errorf("the output %s is %q, not %q", name, outputs[name], want)
				}
			}
		})
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) != 2 {
		t.Errorf("the checkout holds %v, %v", left, err)
	}
}

// TestActionSetup puts the program's folder on the PATH of the steps behind.
func TestActionSetup(t *testing.T) {
	file := filepath.Join(t.TempDir(), "path")
	for _, test := range []struct {
		program, file string
		code          int
		want          string
	}{
		{"/opt/x64/podmend", file, 0, ""},
		{"/opt/x64/podmend.exe", file, 0, ""},
		{"/opt/podmend-1.2", file, 2, "the program is called podmend-1.2"},
		{"/opt/podmend", "", 2, "GITHUB_PATH is not set"},
	} {
		var out bytes.Buffer
		env := map[string]string{"PODMEND_COMMAND": "setup", "GITHUB_PATH": test.file}
		code := Run(context.Background(), []string{"action"}, Env{
			Stdout: &out, Stderr: &out, Program: test.program, Getenv: func(name string) string { return env[name] },
		})
		if code != test.code || !strings.Contains(out.String(), test.want) {
			t.Errorf("%+v: exit code %d\n%s", test, code, out.String())
		}
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "/opt/x64\n/opt/x64\n" {
		t.Errorf("the runner is told %q, %v", text, err)
	}
}

// runAction runs podmend action with inputs, and returns what it gave to the steps behind.
func runAction(t *testing.T, dir string, inputs map[string]string) (code int, printed string, outputs map[string]string) {
	t.Helper()
	temp := t.TempDir()
	file := filepath.Join(temp, "output")
	env := map[string]string{"GITHUB_OUTPUT": file, "RUNNER_TEMP": temp}
	for _, input := range ActionInputs {
		env[inputVariable(input.Name)] = input.Fallback
	}
	for name, value := range inputs {
		if !slices.ContainsFunc(ActionInputs, func(input ActionInput) bool { return input.Name == name }) {
			t.Fatalf("there is no input %s", name)
		}
		env[inputVariable(name)] = value
	}
	var out bytes.Buffer
	code = Run(context.Background(), []string{"action"}, Env{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Dir: dir, Program: "",
		Getenv: func(name string) string { return env[name] },
	})
	outputs = map[string]string{}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		name, value, _ := strings.Cut(line, "=")
		outputs[name] = value
	}
	return code, out.String(), outputs
}
