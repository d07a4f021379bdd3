package cli

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Commands is the command line without a process, for its manual.
func Commands() *cobra.Command {
	return rootCommand(&Env{Getenv: func(string) string { return "" }})
}

// completions are the values of flags that are words of a list.
var completions = map[string][]string{
	"level":            {"baseline", "restricted"},
	"fail-on":          words["failOn"],
	"on-render-error":  words["onRenderError"],
	"namespace-labels": words["namespaceLabels"],
	"host-path":        words["hostPath"],
	"format":           words["format"],
	"fix-at":           {"origin", "overlay"},
	"shard":            {"auto"},
	"fix":              words["fix"],
	"fix-group":        words["fixGroup"],
	"fix-control":      askingImage(),
}

// completeFlags lets shells complete the values of flags: words of a list, else folders, files or
// nothing, as the flag's value is called in its help.
func completeFlags(root *cobra.Command) {
	for _, command := range root.Commands() {
		command.Flags().VisitAll(func(flag *pflag.Flag) {
			complete := cobra.NoFileCompletions
			kind, _ := pflag.UnquoteUsage(flag)
			switch {
			case len(completions[flag.Name]) > 0:
				complete = cobra.FixedCompletions(completions[flag.Name], cobra.ShellCompDirectiveNoFileComp)
			case kind == "file" || kind == "report":
				return // what shells do anyway
			case kind == "folder":
				complete = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
					return nil, cobra.ShellCompDirectiveFilterDirs
				}
			}
			if err := command.RegisterFlagCompletionFunc(flag.Name, complete); err != nil {
				panic(err) // a flag of this command, visited once
			}
		})
	}
}
