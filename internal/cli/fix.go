package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/podmend/podmend/fix"
	"github.com/podmend/podmend/internal/atomicfile"
	"github.com/podmend/podmend/report"
)

func fixCommand(env *Env) *cobra.Command {
	var f flags
	var fixAt string
	var write, diff, includeHost bool
	cmd := &cobra.Command{
		Use:   "fix [PATH]",
		Short: "Mend what check finds, and prove each fix by rendering again",
		Long: `Propose edits of the source files behind the findings, and prove each by rendering and
checking again: the finding is gone, no other appears, and nothing else changes.

Without --write, the edits are printed as a diff that git apply takes, and the exit code is
that of check; run git apply at the repository's root. With --write they are applied, and
the exit code is 0 if nothing was changed and nothing remains, else 1.`,
		Example: "  podmend fix\n  podmend fix --write\n  podmend fix | git apply",
		Args:    onePath,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if write && diff {
				return usagef("--write and --diff exclude each other; --diff is the default")
			}
			run, err := newRun(env, &f, pathOf(args))
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, run.close()) }()
			if fixAt != "origin" && fixAt != "overlay" {
				return usagef("--fix-at %q is neither origin nor overlay", fixAt)
			}
			run.mend.IncludeHostWorkloads, run.mend.InOverlay = includeHost, fixAt == "overlay"
			if err := run.fix(cmd.Context(), f.reports()); err != nil {
				return err
			}
			if write {
				return run.applyFixes(&f)
			}
			return run.printFixes(&f)
		},
	}
	set := cmd.Flags()
	set.SortFlags = false
	set.BoolVar(&diff, "diff", false, "print the edits as a unified diff (the default)")
	set.BoolVar(&write, "write", false, "apply the edits to the files")
	set.StringVar(&f.hostPath, "host-path", "auto", "what becomes of hostPath volumes: auto, drop or emptyDir; auto drops what is read-only, a file or a socket, and makes a writable directory an emptyDir")
	set.StringArrayVar(&f.vendored, "vendored", nil, "edit no file that matches this `glob`, because it comes from elsewhere: kustomizations are mended by patches then (may be repeated)")
	set.BoolVar(&includeHost, "include-host-workloads", false, "mend also what likely needs the host, such as the privileged driver of a CSI node plugin")
	set.StringVar(&fixAt, "fix-at", "origin", "where kustomizations are mended: origin, or overlay, which adds patches to the kustomizations that no other includes")
	f.addTargetFlags(set)
	f.addCheckFlags(set)
	return cmd
}

func (r *run) proven() []*fix.Proposal {
	return slices.DeleteFunc(slices.Clone(r.proposals), func(p *fix.Proposal) bool { return p.Refusal != nil })
}

// printFixes prints a diff on standard output and what remains on standard error, so that the
// diff can be piped. In JSON the report holds the edits.
func (r *run) printFixes(f *flags) error {
	assembled, err := r.assemble()
	if err != nil {
		return err
	}
	if err := r.write(f, f.besideDiff(), assembled, r.repo.files.ReadFile); err != nil {
		return err
	}
	if f.format == "text" {
		diff, err := fix.Diff(r.repo.files, r.proven())
		if err != nil {
			return err
		}
		if r.env.obeys(diff) {
			fmt.Fprintln(r.env.Stderr, "podmend: the diff is not printed, because a line beside a fix would be a command of the CI system. Take the edits from --format json, or run podmend fix elsewhere.")
		} else if _, err := r.env.Stdout.Write(diff); err != nil {
			return fmt.Errorf("write the diff: %w", err)
		}
		r.printRemaining(assembled, "can be mended")
	}
	return verdict(assembled, f, r.repo.within, r.emptied())
}

// applyFixes writes the edits, all or none, and reports what remains.
func (r *run) applyFixes(f *flags) error {
	if err := r.refuseOtherHead(); err != nil {
		return err
	}
	assembled, err := r.assemble()
	if err != nil {
		return err
	}
	changed, err := fix.Apply(r.repo.files.Fresh(), r.proven())
	if err != nil {
		return err
	}
	var replacements []atomicfile.Replacement
	before := map[string][]byte{} // reports show what the findings were found in
	for _, name := range sortedNames(changed) {
		if before[name], err = fix.Before(r.repo.files.Fresh(), name); err != nil {
			return err
		}
		replacements = append(replacements, atomicfile.Replacement{
			Name: filepath.Join(r.repo.files.Dir(), filepath.FromSlash(name)), Content: changed[name],
		})
	}
	if err := atomicfile.ReplaceAll(replacements); err != nil {
		return fmt.Errorf("the fixes were not written, and every file is as it was: %w; check the permissions of the file and its folder", err)
	}
	err = r.write(f, f.besideDiff(), assembled, func(name string) ([]byte, error) {
		if content, known := before[name]; known {
			return content, nil
		}
		return r.repo.files.ReadFile(name)
	})
	if err != nil {
		return err
	}
	if f.format == "text" {
		for _, name := range sortedNames(changed) {
			fmt.Fprintf(r.env.Stdout, "mended %s\n", report.Inert(name, 0))
		}
		r.printRemaining(assembled, "mended")
	}
	remains := verdict(assembled, f, r.repo.within, r.emptied())
	var ended *outcome
	if remains != nil && !errors.As(remains, &ended) {
		return remains
	}
	if ended != nil && ended.code > exitFindings {
		return remains
	}
	if len(changed) > 0 || assembled.Summary.Findings > assembled.Summary.Exempt {
		return &outcome{exitFindings}
	}
	return nil
}

// printRemaining says on standard error what no proven edit mends, and what went wrong. mended says
// whether the others are mended or can be.
func (r *run) printRemaining(assembled *report.Report, mended string) {
	summary := assembled.Summary
	for _, finding := range assembled.Findings {
		if finding.Refusal == nil {
			continue
		}
		versions := ""
		if denied := assembled.DeniedBy(&finding); denied != "" {
			versions = " (" + denied + ")"
		}
		fmt.Fprintf(r.env.Stderr, "%s: not mended: %s%s [%s]: %s\n", placeOfFinding(&finding), report.InertProse(finding.Message, 0), versions, finding.Control,
			report.InertProse(finding.Refusal.Message, 0))
	}
	r.printNotes(assembled)
	r.printUnrendered(assembled)
	r.printWarnings(assembled)
	open := summary.Findings - summary.Exempt
	fmt.Fprintf(r.env.Stderr, "%s: %d %s by proven edits, %d left", plural(open, "finding"), summary.Proven, mended, open-summary.Proven)
	if summary.Exempt > 0 {
		fmt.Fprintf(r.env.Stderr, "; %d exempt", summary.Exempt)
	}
	if summary.Errors > 0 {
		fmt.Fprintf(r.env.Stderr, "; %s could not be rendered", plural(summary.Errors, "target"))
	}
	fmt.Fprintln(r.env.Stderr)
}

func placeOfFinding(finding *report.Finding) string {
	origin := &finding.Origin
	if origin.Packed() {
		return origin.Place()
	}
	return fmt.Sprintf("%s:%d:%d", report.Inert(origin.File, 0), origin.Line, origin.Column)
}

func (r *run) printUnrendered(assembled *report.Report) {
	for _, target := range assembled.Targets {
		if target.Status == report.TargetError {
			fmt.Fprintf(r.env.Stderr, "%s: not rendered: %s\n", placeOf(target), report.InertProse(target.Error.Message, 0))
		}
	}
}

// placeOf is the file and line of a target's error, or its id where there is none.
func placeOf(target report.Target) string {
	switch {
	case target.Error.File == "":
		return report.Inert(target.ID, 0)
	case target.Error.Line == 0:
		return report.Inert(target.Error.File, 0)
	default:
		return fmt.Sprintf("%s:%d", report.Inert(target.Error.File, 0), target.Error.Line)
	}
}

// printNotes says what the proven edits change beside the fields, at the first of the lines that
// they mend.
func (r *run) printNotes(assembled *report.Report) {
	notes := map[string][]string{} // by proposal
	for _, proposal := range assembled.Proposals {
		if proposal.Status == report.ProposalProven {
			notes[proposal.ID] = proposal.Notes
		}
	}
	for _, finding := range assembled.Findings {
		told := notes[finding.Proposal]
		delete(notes, finding.Proposal)
		for _, note := range told {
			fmt.Fprintf(r.env.Stderr, "%s: note: %s\n", placeOfFinding(&finding), report.InertProse(note, 0))
		}
	}
}
