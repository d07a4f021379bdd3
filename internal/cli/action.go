package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

// actionCommand is what action.yml runs. It is hidden, because its arguments are the inputs of the action.
func actionCommand(env *Env) *cobra.Command {
	return &cobra.Command{
		Use:    "action",
		Short:  "Run what the inputs of the GitHub action ask for",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			inner := *env
			inner.action = &action{}
			defer func() {
				err = errors.Join(err, inner.tellOutputs(exitCode(err)))
			}()
			name, args, err := env.actionArguments()
			if err != nil {
				return err
			}
			if name == actionSetup {
				return env.addToPath()
			}
			inner.action.looksForFixes = slices.Contains(args, "--comment") || env.input("fix") != ""
			root := rootCommand(&inner)
			root.SetArgs(append([]string{name}, args...))
			root.SetOut(env.Stdout)
			root.SetErr(env.Stderr)
			return root.ExecuteContext(cmd.Context())
		},
	}
}

func inputVariable(name string) string {
	return "PODMEND_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

func (e *Env) input(name string) string {
	return strings.TrimSpace(e.Getenv(inputVariable(name)))
}

// actionArguments makes the arguments of a command of the inputs. Those that are settings are read from the
// environment by the command itself.
func (e *Env) actionArguments() (name string, args []string, err error) {
	name = cmp.Or(e.input("command"), actionCheck)
	if err := oneOf("the input command", name, actionCommands); err != nil {
		return name, nil, &usageError{err.Error()}
	}
	settings := map[string]bool{}
	for _, s := range (&flags{}).table(&Config{}) {
		settings[s.flag] = true
	}
	for _, input := range ActionInputs {
		value := e.input(input.Name)
		switch {
		case value == "" || value == input.Fallback || len(input.Commands) == 0:
			continue
		case !slices.Contains(input.Commands, name):
			return name, nil, usagef("the input %s is for command: %s, and this is command: %s; take it out", input.Name, strings.Join(input.Commands, ", command: "), name)
		case settings[input.Name]:
			continue
		case input.Fallback == "false":
			given, err := strconv.ParseBool(value)
			if err != nil {
				return name, nil, usagef("the input %s takes true or false, not %q", input.Name, value)
			}
			if given {
				args = append(args, "--"+input.Name)
			}
		case input.Name == "path", input.Name == "from" && name == actionMerge:
			continue // arguments, below
		default:
			args = append(args, "--"+input.Name+"="+value)
		}
	}
	switch name {
	case actionCheck, actionPlan:
		return name, append(args, "--", cmp.Or(e.input("path"), ".")), nil
	case actionMerge:
		reports, err := e.reportsBelow(e.input("from"))
		return name, append(append(args, "--"), reports...), err
	}
	return name, args, nil
}

// reportsBelow lists the JSON files of a folder.
func (e *Env) reportsBelow(dir string) ([]string, error) {
	if dir == "" {
		return nil, usagef("command: merge needs the input from: the folder that holds the reports of all shards, as actions/download-artifact fills it")
	}
	var reports []string
	err := filepath.WalkDir(inDir(e.Dir, dir), func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() && strings.HasSuffix(name, ".json") {
			reports = append(reports, name)
		}
		return err
	})
	if err != nil {
		return nil, usagef("the reports in %s cannot be read: %v; the input from names the folder that actions/download-artifact fills", dir, pathCause(err))
	}
	if len(reports) == 0 {
		return nil, usagef("%s holds no report; upload the output report of each shard as an artifact, and download all of them there", dir)
	}
	return reports, nil
}

// addToPath lets the steps behind this one call podmend by its name.
func (e *Env) addToPath() error {
	if base := strings.TrimSuffix(filepath.Base(e.Program), ".exe"); base != "podmend" {
		return usagef("the program is called %s, so that steps behind would not find podmend; give it that name, or call it by its path", base)
	}
	file := e.Getenv("GITHUB_PATH")
	if file == "" {
		return usagef("GITHUB_PATH is not set; command: setup is for a step of GitHub Actions")
	}
	return appendLine(file, filepath.Dir(e.Program))
}

// appendLine adds a line to a file that the runner reads.
func appendLine(name, line string) error {
	if strings.ContainsAny(line, "\r\n") {
		return fmt.Errorf("%q has line breaks, and a line of %s can't", line, filepath.Base(name))
	}
	file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w; the runner names it, so look there", name, pathCause(err))
	}
	_, err = fmt.Fprintln(file, line)
	return errors.Join(err, file.Close())
}
