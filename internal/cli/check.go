package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/podmend/podmend/internal/atomicfile"
	"github.com/podmend/podmend/report"
)

func checkCommand(env *Env) *cobra.Command {
	var f flags
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
			if allow.write {
				return run.writeExemptions(cmd.Context(), &f, &allow)
			}
			if comment {
				err = run.fix(cmd.Context(), true)
			} else {
				err = run.check(cmd.Context())
			}
			if err != nil {
				return err
			}
			assembled, err := run.assemble()
			if err != nil {
				return err
			}
			if err := run.write(&f, assembled); err != nil {
				return err
			}
			if run.shard != nil {
				run.tellShard()
				if len(run.targets) == 0 && len(run.shard.targets) > 0 {
					return nil
				}
			}
			if comment {
				if _, err := run.comment(cmd.Context(), &f, assembled, resolve); err != nil {
					return err
				}
			}
			return verdict(assembled, &f, run.repo.within)
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&part, "shard", "", "check one `part` of several, such as 2/4, as podmend plan prints it; auto takes it from GitLab or an indexed Job of Kubernetes")
	cmd.Flags().StringVar(&timings, "timings", "", "with --shard, the `report` that podmend plan had as --timings")
	f.addTargetFlags(cmd.Flags())
	f.addCheckFlags(cmd.Flags())
	cmd.Flags().BoolVar(&comment, "comment", false, "also comment on the pull request that the workflow runs for; needs GITHUB_TOKEN")
	cmd.Flags().BoolVar(&resolve, "resolve-threads", false, "with --comment: also resolve the threads of what is mended; needs contents: write")
	allow.addFlags(cmd.Flags())
	return cmd
}

// write sends a report to standard output or to the file of --output.
func (r *run) write(f *flags, assembled *report.Report) error {
	if f.output == "" {
		return r.print(r.env.Stdout, f, assembled, r.env.color(), r.env.Width)
	}
	var text bytes.Buffer
	if err := r.print(&text, f, assembled, false, 0); err != nil {
		return err
	}
	if err := atomicfile.Write(inDir(r.env.Dir, f.output), text.Bytes(), 0o644); err != nil {
		return usagef("the report cannot be written to %s: %v", f.output, pathCause(err))
	}
	return nil
}

func (r *run) print(w io.Writer, f *flags, assembled *report.Report, color bool, width int) error {
	var err error
	if f.format == "json" {
		err = report.WriteJSON(w, assembled)
	} else {
		err = report.WriteText(w, assembled, report.TextOptions{
			Color: color, Width: width, Verbose: f.verbose, Source: r.repo.files.ReadFile,
		})
	}
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
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
