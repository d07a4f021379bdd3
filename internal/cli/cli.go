package cli

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/worker"
	"github.com/podmend/podmend/report"
)

// Run runs podmend with the given arguments and returns its exit code.
func Run(ctx context.Context, args []string, env Env) int {
	if len(args) == 1 && args[0] == worker.Command {
		return exitCode(worker.Serve(env.Stdin, env.Stdout))
	}
	root := rootCommand(&env)
	root.SetArgs(args)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	err := root.ExecuteContext(ctx)
	var ended *outcome
	if err != nil && !errors.As(err, &ended) {
		fmt.Fprintf(env.Stderr, "podmend: %s\n", report.InertProse(err.Error(), 0))
	}
	return exitCode(err)
}

func rootCommand(env *Env) *cobra.Command {
	root := &cobra.Command{
		Use:   "podmend",
		Short: "Find pods that break the Pod Security Standards, and mend them at their source",
		Long: `podmend renders every Helm chart, Kustomize overlay and manifest of a repository, checks
every pod template against the Kubernetes Pod Security Standards, finds the source line
behind each violation, mends it and proves the fix by rendering again.

Exit codes: 0 clean, 1 findings, 2 wrong usage or configuration, 3 a target could not be
rendered, 4 podmend failed; the highest that applies.`,
		Version:       version(),
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				if near := check.Nearest(args[0], commandNames(cmd)); near != "" {
					return usagef("there is no command %q; did you mean podmend %s?", args[0], near)
				}
				return usagef("there is no command %q; try: podmend check %s, or podmend --help", args[0], args[0])
			}
			return cmd.Help()
		},
	}
	root.SetVersionTemplate("podmend {{.Version}}\n")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%v; try: %s --help", err, cmd.CommandPath())
	})
	root.AddCommand(checkCommand(env), fixCommand(env), renderCommand(env), explainCommand(env), configCommand(env), planCommand(env), mergeCommand(env),
		reportCommand(env), actionCommand(env))
	completeFlags(root)
	return root
}

func commandNames(root *cobra.Command) []string {
	var names []string
	for _, command := range root.Commands() {
		names = append(names, command.Name())
	}
	return names
}

// release is the version where the Go tool does not know it: the linker sets it in images and archives.
var release string

// version is the module's version as the Go tool recorded it.
func version() string {
	if release != "" {
		return release
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// onePath is the optional PATH argument, "." by default.
func onePath(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usagef("%s takes one PATH, not %d; try: %s --help", cmd.CommandPath(), len(args), cmd.CommandPath())
	}
	return nil
}

func pathOf(args []string) string {
	if len(args) == 0 {
		return "."
	}
	return args[0]
}
