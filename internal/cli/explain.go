package cli

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/fix"
	"github.com/podmend/podmend/internal/dependency"
	"github.com/podmend/podmend/internal/page"
	"github.com/podmend/podmend/render"
)

func explainCommand(env *Env) *cobra.Command {
	return &cobra.Command{
		Use:     "explain [CONTROL|REASON|KIND]",
		Short:   "Say what a control means, what it allows and how it is mended, why a fix was refused, or why a target was not rendered",
		Example: "  podmend explain\n  podmend explain hostPathVolumes\n  podmend explain not-located\n  podmend explain missing-source",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("%s takes one CONTROL, or one REASON of a refusal, or one KIND of an error; without one it lists the controls", cmd.CommandPath())
			}
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return append(controlIDs(), reasons()...), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			var text bytes.Buffer
			if len(args) == 0 {
				for _, control := range check.Controls() {
					fmt.Fprintf(&text, "%-28s %-11s %-7s %s\n", control.ID, control.Level, control.Severity, control.Title)
				}
			} else if !explainReason(&text, args[0], env.Width) {
				control, ok := check.ControlByID(args[0])
				if !ok {
					near := ""
					if id := check.Nearest(args[0], append(controlIDs(), reasons()...)); id != "" {
						near = "; did you mean " + id + "?"
					}
					return usagef("there is no control %q; there are %s%s", args[0], strings.Join(controlIDs(), ", "), near)
				}
				if err := explain(&text, control, env.Width); err != nil {
					return err
				}
			}
			_, err := env.Stdout.Write(text.Bytes())
			return err
		},
	}
}

func controlIDs() []string {
	var ids []string
	for _, control := range check.Controls() {
		ids = append(ids, control.ID)
	}
	return ids
}

func reasons() []string {
	var all []string
	for _, r := range fix.Reasons {
		all = append(all, string(r.Reason))
	}
	for _, e := range errorKinds() {
		all = append(all, string(e.Kind))
	}
	return all
}

// errorKinds says what can keep a target from being rendered.
func errorKinds() []render.ErrorMeaning {
	return slices.Concat(render.ErrorKinds, dependency.ErrorKinds)
}

// explainReason prints why a fix is refused, or a target not rendered, for a reason, if there is one of that name.
func explainReason(text *bytes.Buffer, name string, width int) bool {
	for _, r := range fix.Reasons {
		if string(r.Reason) == name {
			fmt.Fprintf(text, "%s: no fix is offered\n\nWhat it means\n%s\n\nWhat to do\n%s\n", name, wrapped(r.Means, width), wrapped(r.Next, width))
			return true
		}
	}
	for _, e := range errorKinds() {
		if string(e.Kind) == name {
			fmt.Fprintf(text, "%s: a target could not be rendered\n\nWhat it means\n%s\n\nWhat to do\n%s\n", name, wrapped(e.Means, width),
				wrapped("The message beside it says where, and what to do. Until then nothing in the target is checked.", width))
			return true
		}
	}
	return false
}

// explain prints the page of a control for a terminal.
func explain(text *bytes.Buffer, control *check.Control, width int) error {
	sections, err := page.Of(control)
	if err != nil {
		return err
	}
	fmt.Fprintf(text, "%s (%s, severity %s): %s\n", control.ID, control.Level, control.Severity, control.Title)
	for _, section := range sections {
		fmt.Fprintf(text, "\n%s\n", section.Title)
		for _, block := range section.Blocks {
			switch {
			case block.Code != "":
				for line := range strings.Lines(block.Code) {
					text.WriteString("    " + line)
				}
			case block.List != nil:
				for _, item := range block.List {
					fmt.Fprintf(text, "  - %s\n", strings.ReplaceAll(wrapped(item, width)[2:], "\n", "\n  "))
				}
			default:
				fmt.Fprintln(text, wrapped(block.Text, width))
			}
		}
	}
	return nil
}

// wrapped indents text and breaks its lines at spaces to fit a terminal.
func wrapped(text string, width int) string {
	const indent = "  "
	if width <= 0 || width > 100 {
		width = 100
	}
	var lines []string
	for _, line := range strings.Split(text, "\n") {
		current := indent
		for _, word := range strings.Fields(line) {
			if len(current) > len(indent) && len(current)+1+len(word) > width {
				lines = append(lines, current)
				current = indent
			}
			if len(current) > len(indent) {
				current += " "
			}
			current += word
		}
		lines = append(lines, current)
	}
	return strings.Join(lines, "\n")
}
