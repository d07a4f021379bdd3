package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/podmend/podmend/fix"
	"github.com/podmend/podmend/internal/fixpr"
	"github.com/podmend/podmend/report"
)

// inputs makes one input for each pull request; there is at least one.
func (x *fixRun) inputs(ctx context.Context) ([]*fixpr.Input, error) {
	left := map[string]string{} // findings that are proven and not to be mended, with the reason
	proven := x.proven()
	byID := map[string]*fix.Proposal{}
	for _, proposal := range proven {
		if reason := x.leaves(proposal); reason != "" {
			for _, id := range proposal.Findings {
				left[id] = reason
			}
			continue
		}
		byID[proposal.ID] = proposal
	}
	group, err := x.grouping()
	if err != nil {
		return nil, err
	}
	files := map[string][]string{}
	for id, proposal := range byID {
		for _, edit := range proposal.Edits {
			files[id] = append(files[id], edit.File)
		}
	}
	groups := map[string][]string{"": slices.Sorted(maps.Keys(byID))}
	if x.flags.fixing.group != "" && x.flags.fixing.mode == fixByPull && len(byID) > 0 {
		groups = fixpr.Groups(files, group)
	}
	var inputs []*fixpr.Input
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		in, err := x.input(ctx, name, groups[name], byID, len(proven), left)
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, in)
	}
	x.leave(inputs, left, group)
	return inputs, nil
}

// leaves says why a proven fix is not pushed, "" if it is.
func (x *fixRun) leaves(proposal *fix.Proposal) string {
	for _, edit := range proposal.Edits {
		if fixpr.IsForbidden(edit.File) {
			return "podmend pushes no change of what is in .github"
		}
	}
	for i := range x.checked.Findings {
		f := &x.checked.Findings[i]
		if f.Control.AsksImage && slices.Contains(proposal.Findings, f.ID) && !slices.Contains(x.flags.fixing.controls, f.Control.ID) {
			return "somebody has to look at the image first; podmend fix mends it, and --fix-control " + f.Control.ID + " lets it into fix pull requests"
		}
	}
	return ""
}

// grouping is the function that tells a file's group.
func (x *fixRun) grouping() (func(file string) string, error) {
	by := x.flags.fixing.group
	owners := &fixpr.Owners{}
	if by == fixpr.ByOwner {
		found := false
		state, err := x.objects.State(x.commit)
		if err != nil {
			return nil, asUsage(err)
		}
		for _, name := range fixpr.OwnerFiles {
			content, err := state.ReadFile(name)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return nil, usagef("--fix-group owner: %s cannot be read: %v", name, err)
			}
			owners, found = fixpr.ParseOwners(string(content)), true
			break
		}
		if !found {
			return nil, usagef("--fix-group owner: the repository has no CODEOWNERS in .github, at its root or in docs; add one, or take --fix-group folder")
		}
	}
	return func(file string) string { return fixpr.GroupOf(by, owners, file) }, nil
}

// input makes the input of one pull request. Fixes that were proven together with others are proven
// again as they are.
func (x *fixRun) input(ctx context.Context, group string, ids []string, byID map[string]*fix.Proposal, all int, left map[string]string) (*fixpr.Input, error) {
	in := &fixpr.Input{
		Options: x.flags.fixing.options, Group: group, Base: x.base, Commit: x.commit, Report: x.report,
		Left: map[string]string{}, Partial: x.isPartial(), RunURL: x.runURL(), Source: x.repo.files.ReadFile,
	}
	var chosen []*fix.Proposal
	for _, id := range ids {
		chosen = append(chosen, byID[id])
	}
	if len(chosen) > 0 && len(chosen) < all {
		again, err := x.proveApart(ctx, chosen)
		if err != nil {
			return nil, err
		}
		for i, proposal := range again {
			if proposal.Refusal != nil {
				for _, id := range proposal.Findings {
					left[id] = "its fix holds only together with one that is not in this pull request: " + proposal.Refusal.Message
				}
				chosen[i] = nil
			}
		}
		chosen = slices.DeleteFunc(chosen, func(p *fix.Proposal) bool { return p == nil })
	}
	if len(chosen) == 0 {
		return in, nil
	}
	changed, err := fix.Apply(x.repo.files, chosen)
	if err != nil {
		return nil, err
	}
	if err := x.asCommitted(slices.Sorted(maps.Keys(changed))); err != nil {
		return nil, err
	}
	if in.Rewrite, err = x.objects.Rewrite(x.commit, changed); err != nil {
		return nil, asUsage(err)
	}
	for _, proposal := range chosen {
		in.Proposals = append(in.Proposals, proposal.ID)
	}
	x.patches = append(x.patches, chosen...)
	return in, nil
}

// asCommitted asks that the files were read as the commit has them, byte by byte.
func (x *fixRun) asCommitted(names []string) error {
	state, err := x.objects.State(x.commit)
	if err != nil {
		return asUsage(err)
	}
	for _, name := range names {
		read, err := x.repo.files.ReadFile(name)
		isNew := errors.Is(err, fs.ErrNotExist)
		if err != nil && !isNew {
			return err
		}
		committed, err := state.ReadFile(name)
		if isNew && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if errors.Is(err, fs.ErrNotExist) {
			return usagef("--fix would change %s, which is not in the commit %.12s; commit it, or leave it out by --exclude", report.Inert(name, 0), x.commit)
		}
		if err != nil {
			return err
		}
		if !bytes.Equal(read, committed) {
			return usagef("--fix: %s is not byte for byte as the commit %.12s has it, maybe in its line ends; set git's core.autocrlf to false before the checkout", report.Inert(name, 0), x.commit)
		}
	}
	return nil
}

// isPartial says that the run did not look at everything that a fix may be for.
func (x *fixRun) isPartial() bool {
	return !x.flags.isWhole(x.repo) || x.report.Summary.Errors > 0 || !x.pull && x.scope.list != report.ListAll ||
		slices.ContainsFunc(x.report.Findings, func(f report.Finding) bool {
			return f.Refusal != nil && f.Refusal.Reason == string(fix.OutOfTime)
		})
}

func (x *fixRun) runURL() string {
	url, id := x.env.repositoryURL(), x.env.Getenv("GITHUB_RUN_ID")
	if url == "" || id == "" {
		return ""
	}
	return url + "/actions/runs/" + id
}

// leave gives each open finding that is not mended to the pull request of its group, else to the first.
func (x *fixRun) leave(inputs []*fixpr.Input, left map[string]string, group func(file string) string) {
	mended := map[string]bool{}
	for _, proposal := range x.patches {
		for _, id := range proposal.Findings {
			mended[id] = true
		}
	}
	for i := range x.report.Findings {
		f := &x.report.Findings[i]
		if f.Status != report.StatusOpen || mended[f.ID] {
			continue
		}
		of := slices.IndexFunc(inputs, func(in *fixpr.Input) bool { return in.Group == group(f.Origin.File) })
		inputs[max(of, 0)].Left[f.ID] = left[f.ID]
	}
}

// proveApart proves some fixes without the others, and returns them with what came of it. The given ones
// stay as they are.
func (x *fixRun) proveApart(ctx context.Context, chosen []*fix.Proposal) ([]*fix.Proposal, error) {
	apart := make([]*fix.Proposal, len(chosen))
	for i, proposal := range chosen {
		copied := *proposal
		apart[i] = &copied
	}
	if err := x.provedIn.prover(fix.NewBudget(timeForFixes)).Prove(ctx, apart); err != nil {
		return nil, fmt.Errorf("prove a part of the fixes: %w", err)
	}
	return apart, nil
}
