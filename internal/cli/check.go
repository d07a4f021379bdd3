package cli

import (
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/podmend/podmend/internal/review"
	"github.com/podmend/podmend/report"
)

func checkCommand(env *Env) *cobra.Command {
	var f flags
	var allow allowance
	var comment, resolve bool
	cmd := &cobra.Command{
		Use:   "check [PATH]",
		Short: "Render everything and check every pod template",
		Long: `Render every chart, overlay and manifest at or below PATH (default: the current folder) and
check every pod template. PATH narrows which targets are taken; file names in the report
are relative to the root of the git work tree that holds PATH, else to PATH.

With --write-exemptions the findings that are open today are written into the configuration
as exemptions, so that from then on only new ones count.

With --comment, in a workflow for a pull request, what it makes worse is also told there, at its
lines, with a suggestion where a fix is proven; a later run keeps that up to date.`,
		Example: "  podmend check\n  podmend check charts/app --level restricted\n  podmend check --format json --output report.json\n" +
			"  podmend check --output podmend.sarif --output podmend.html --output podmend.json\n" +
			"  podmend check --write-exemptions --reason \"there before podmend\" --expires 2027-01-31",
		Args: onePath,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if err := allow.validate(cmd.Flags()); err != nil {
				return err
			}
			if allow.write && comment {
				return usagef("--write-exemptions changes the configuration and --comment a pull request; give one of them")
			}
			if resolve && !comment {
				return usagef("--resolve-threads says what --comment does; give that too")
			}
			run, err := newRun(env, &f, pathOf(args))
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, run.close()) }()
			if allow.write {
				return run.writeExemptions(cmd.Context(), &f, &allow)
			}
			if err := run.check(cmd.Context()); err != nil {
				return err
			}
			if comment {
				err := env.staged("propose fixes and prove them", func() error { return run.fix(cmd.Context(), true) })
				if err != nil {
					return err
				}
			}
			assembled, err := run.assemble()
			if err != nil {
				return err
			}
			var posts []func() (*review.Result, error)
			if comment {
				posts = append(posts, func() (result *review.Result, err error) {
					err = env.staged("comment on the pull request", func() (err error) {
						result, err = run.comment(cmd.Context(), &f, assembled, resolve)
						return err
					})
					return result, err
				})
			}
			if err := run.write(&f, f.outputs(), assembled, run.repo.files.ReadFile, posts...); err != nil {
				return err
			}
			return verdict(assembled, &f, run.repo.within)
		},
	}
	cmd.Flags().SortFlags = false
	f.addTargetFlags(cmd.Flags())
	f.addCheckFlags(cmd.Flags())
	cmd.Flags().BoolVar(&comment, "comment", false, "also comment on the pull request that the workflow runs for; needs GITHUB_TOKEN")
	cmd.Flags().BoolVar(&resolve, "resolve-threads", false, "with --comment: also resolve the threads of what is mended; needs contents: write")
	allow.addFlags(cmd.Flags())
	return cmd
}

// write sends a report to its outputs, posts it where that is asked for, and sends it to GitHub if
// that is where podmend runs, but for what was posted.
func (r *run) write(f *flags, outputs []output, assembled *report.Report, source func(string) ([]byte, error), post ...func() (*review.Result, error)) error {
	t := &telling{env: r.env, report: assembled, took: time.Since(r.started), verbose: f.verbose, source: source}
	if len(f.output) > 0 {
		t.rest = "in " + strings.Join(f.output, ", ")
	}
	for _, out := range outputs {
		if err := t.tell(out); err != nil {
			return err
		}
	}
	for _, to := range post {
		result, err := to()
		if err != nil {
			return errors.Join(t.tellGitHub(), err)
		}
		t.told = told(result)
	}
	return t.tellGitHub()
}

// verdict is the exit code of a report, as an error.
func verdict(assembled *report.Report, f *flags, within string) error {
	code := exitClean
	for _, finding := range assembled.Findings {
		if finding.Status == report.StatusOpen && counts(assembled, finding.Scope) && severityRank(finding.Severity) >= severityRank(f.failOn) {
			code = exitFindings
		}
	}
	if len(assembled.Targets) == 0 {
		return usagef("there is no Helm chart, kustomization or manifest in %s (%s); check the path, .gitignore and --include, or see --verbose",
			within, plural(len(assembled.Skipped), "skipped path"))
	}
	for _, target := range assembled.Targets {
		if target.Status == report.TargetError && counts(assembled, target.Error.Scope) && f.onRenderError != "warn" {
			code = exitRender
		}
	}
	if code == exitClean {
		return nil
	}
	return &outcome{code}
}

// counts says whether what has a scope decides the exit code: where only new findings are listed, an
// error that the base has too does not.
func counts(assembled *report.Report, scope string) bool {
	return assembled.Source.Scope != report.ListNew || scope == report.ScopeNew
}
