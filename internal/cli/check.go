package cli

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/review"
	"github.com/podmend/podmend/report"
)

func checkCommand(env *Env) *cobra.Command {
	f := flags{keeps: true}
	var allow allowance
	var part, timings string
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
			sharding, err := newSharding(env, part, timings)
			if err != nil {
				return err
			}
			if sharding != nil && allow.write {
				return usagef("--write-exemptions needs all findings, and a shard has some; leave out --shard")
			}
			if sharding != nil && comment {
				return usagef("--comment needs all findings, and a shard has some; join the reports by podmend merge, and send what it writes by podmend report --to review")
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
			run.shard = sharding
			if err := f.fixing.validate(sharding != nil, allow.write); err != nil {
				return err
			}
			var fixes *fixRun
			if f.fixing.mode != "" {
				if fixes, err = run.newFixRun(&f); err != nil {
					return err
				}
			}
			if allow.write {
				return run.writeExemptions(cmd.Context(), &f, &allow)
			}
			if comment || fixes != nil {
				err = run.fix(cmd.Context(), comment || f.reports())
			} else {
				err = run.check(cmd.Context())
			}
			if err != nil {
				return err
			}
			run.tellCache()
			assembled, err := run.assemble()
			if err != nil {
				return err
			}
			var failed error
			if fixes != nil {
				failed = fixes.push(cmd.Context(), assembled) // before the report is written, which says what came of it
			}
			told := run.telling(&f, assembled, run.repo.files.ReadFile)
			if comment {
				told.post = func() (*review.Result, error) { return run.comment(cmd.Context(), &f, assembled, resolve) }
			}
			if err := errors.Join(failed, told.tellAll(f.outputs())); err != nil {
				return err
			}
			if run.shard != nil {
				run.tellShard()
				if len(run.targets) == 0 && len(run.shard.targets) > 0 {
					return nil
				}
			}
			if fixes != nil {
				return worse(verdict(assembled, &f, run.repo.within, run.emptied()), fixes.outcome())
			}
			return verdict(assembled, &f, run.repo.within, run.emptied())
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&part, "shard", "", "check one `part` of several, such as 2/4, as podmend plan prints it; auto takes it from GitLab or an indexed Job of Kubernetes")
	cmd.Flags().StringVar(&timings, "timings", "", "with --shard, the `report` that podmend plan had as --timings")
	f.addTargetFlags(cmd.Flags())
	f.addCheckFlags(cmd.Flags())
	cmd.Flags().BoolVar(&comment, "comment", false, "also comment on the pull request that the workflow runs for; needs GITHUB_TOKEN")
	cmd.Flags().BoolVar(&resolve, "resolve-threads", false, "with --comment: also resolve the threads of what is mended; needs contents: write")
	f.fixing.addFlags(cmd.Flags())
	allow.addFlags(cmd.Flags())
	return cmd
}

// write sends a report to its outputs.
func (r *run) write(f *flags, outputs []output, assembled *report.Report, source func(string) ([]byte, error)) error {
	return r.telling(f, assembled, source).tellAll(outputs)
}

// telling prepares a report for its sinks. What a shard has to tell GitHub, the joined report does.
func (r *run) telling(f *flags, assembled *report.Report, source func(string) ([]byte, error)) *telling {
	return &telling{
		env: r.env, report: assembled, took: time.Since(r.started), verbose: f.verbose, source: source, part: r.shard != nil,
	}
}

// verdict is the exit code of a report, as an error. emptied says that the base has targets there, so that
// having none is no mistake of PATH.
func verdict(assembled *report.Report, f *flags, within string, emptied bool) error {
	code := exitClean
	for _, finding := range assembled.Findings {
		if finding.Status == report.StatusOpen && counts(assembled, finding.Scope) && check.Severity(finding.Severity).Rank() >= check.Severity(f.failOn).Rank() {
			code = exitFindings
		}
	}
	if len(assembled.Targets) == 0 && !emptied {
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
