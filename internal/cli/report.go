package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/podmend/podmend/report"
)

func reportCommand(env *Env) *cobra.Command {
	var from, to, file string
	var verbose, resolve bool
	all := slices.Concat(sinks, gitHubSinks)
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Send a saved report to a sink",
		Long: `Read a report that check or fix saved with --format json, be it of another job or machine, and
write it in another form, or tell GitHub Actions of it. The report may be a stranger's: its
size and form are checked, and no file that it names is opened, so that no source is shown.

--to review comments on the pull request of the event that GitHub runs the workflow for; what
the report says in words is not repeated there. --to code-scanning uploads it as SARIF for the
event's commit, which needs security-events: write.

The exit code is 0 if the report was sent, whatever it holds.`,
		Example: "  podmend report --from report.json --to html --output report.html\n" +
			"  podmend report --from report.json --to summary\n  podmend report --from report.json --to review",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if from == "" {
				return usagef("--from names no report; save one with podmend check --format json --output report.json")
			}
			if to == "fix-pr" {
				return usagef("a fix pull request is not made from a saved report, which may be a stranger's; make it where podmend fix proves the fixes")
			}
			if err := oneOf("--to", to, append(sinkNames(all), toReview, toCodeScanning)); err != nil {
				return &usageError{err.Error()}
			}
			if to == toCodeScanning && !resolve {
				return env.uploadSaved(cmd.Context(), from)
			}
			if to == toReview {
				return env.reviewSaved(cmd.Context(), from, resolve)
			}
			if resolve {
				return usagef("--resolve-threads is for --to review")
			}
			if err := env.refuseLinkedOutput(file); err != nil {
				return err
			}
			saved, err := env.readReport(from)
			if err != nil {
				return err
			}
			return (&telling{env: env, report: saved, verbose: verbose}).tell(output{file, sinkCalled(to, all)})
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&from, "from", "", "the saved report: a `file` in JSON, or - for standard input")
	cmd.Flags().StringVar(&to, "to", "text", "where it goes: "+strings.Join(append(sinkNames(all), toReview, toCodeScanning), ", "))
	cmd.Flags().StringVar(&file, "output", "", "write it to this `file` instead of standard output")
	cmd.Flags().BoolVar(&verbose, "verbose", false, "list what was skipped and how each target was rendered, in text")
	cmd.Flags().BoolVar(&resolve, "resolve-threads", false, "with --to review: also resolve the threads of what is mended; needs contents: write")
	return cmd
}

// refuseLinkedOutput refuses a file to which a link of the repository around leads.
func (e *Env) refuseLinkedOutput(name string) error {
	if name == "" {
		return nil
	}
	repo, err := openRepository(e.Dir, ".")
	if err != nil {
		return err
	}
	return errors.Join(repo.refuseLinked("--output", name, inDir(e.Dir, name)), repo.files.Close())
}

// openReport opens a report that a former job wrote; - is standard input.
func (e *Env) openReport(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(e.Stdin), nil
	}
	file, err := os.Open(inDir(e.Dir, name))
	if err != nil {
		return nil, usagef("the report %s cannot be read: %v", name, pathCause(err))
	}
	return file, nil
}

// readReport reads a report of which nothing is trusted.
func (e *Env) readReport(name string) (*report.Report, error) {
	in, err := e.openReport(name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	saved, err := report.ReadStrictJSON(in)
	if err != nil {
		return nil, usagef("%s: %v", name, err)
	}
	if problems := saved.Problems(); len(problems) > 0 {
		more := ""
		if n := len(problems) - 1; n > 0 {
			more = fmt.Sprintf(" (and %s more)", plural(n, "problem"))
		}
		return nil, usagef("%s contradicts itself, so it is not used: %s%s; make it again with podmend check --format json",
			name, report.InertProse(problems[0], 300), more)
	}
	saved.Finish()
	return saved, nil
}
