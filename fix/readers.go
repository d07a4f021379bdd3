package fix

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/podmend/podmend/render"
)

// affected returns the targets that read a changed file and can be rendered.
func (p *Prover) affected(changed map[string][]byte) []render.Target {
	var found []int
	for name := range changed {
		found = append(found, p.readers[name]...)
	}
	slices.Sort(found)
	var affected []render.Target
	for _, i := range slices.Compact(found) {
		if !p.unrendered(i) {
			affected = append(affected, p.Targets[i])
		}
	}
	return affected
}

// know completes what is known without any edit of the targets that may read a changed file.
func (p *Prover) know(ctx context.Context, changed map[string][]byte) error {
	if p.before == nil {
		p.before, p.known, p.names = judgedByTarget(p.Results, p.Report), map[string]bool{}, map[string][]string{}
	}
	var fresh []string
	for _, file := range sortedKeys(changed) {
		if !p.known[file] {
			p.known[file] = true
			fresh = append(fresh, file)
		}
	}
	if len(fresh) == 0 && p.readers != nil {
		return nil
	}
	var missing []render.Target
	for _, target := range p.Targets {
		if p.before[target.ID] == nil && slices.ContainsFunc(p.namesOf(target), func(name string) bool { return slices.Contains(fresh, name) }) {
			missing = append(missing, target)
		}
	}
	rendered, err := p.judge(ctx, p.Files, missing, podTemplates)
	if err != nil {
		return err
	}
	maps.Copy(p.before, rendered)
	p.indexSources()
	p.readers = map[string][]int{}
	for i, target := range p.Targets {
		if p.before[target.ID] == nil {
			continue
		}
		reads := p.before[target.ID].result.Reads
		if p.unrendered(i) {
			reads = union(reads, p.namesOf(target))
		}
		for _, name := range reads {
			p.readers[name] = append(p.readers[name], i)
		}
	}
	return nil
}

// namesOf are the files that a target may read.
func (p *Prover) namesOf(target render.Target) []string {
	names, listed := p.names[target.ID]
	if !listed {
		if p.Names != nil {
			names = p.Names(target)
		} else {
			names = render.Names(p.Files, target)
		}
		p.names[target.ID] = names
	}
	return names
}

// unrendered says whether a target fails without any edit, so that nothing can be proven for it.
// What was read of a broken file of manifests is compared like any other.
func (p *Prover) unrendered(target int) bool {
	result := p.before[p.Targets[target].ID].result
	return result.Err != nil && len(result.Objects) == 0
}

// shownUnproven is how many targets a note names; more would hide the sentence around them.
const shownUnproven = 3

// nameUnproven notes which targets may read an edited file and are no part of the proof. A base
// that is rendered with its overlays is proven by them.
func (p *Prover) nameUnproven(ctx context.Context, proposal *Proposal) error {
	var unrendered []int
	for _, edit := range proposal.Edits {
		for _, i := range p.readers[edit.File] {
			result := p.before[p.Targets[i].ID].result
			if p.unrendered(i) && result.Status == render.Failed {
				unrendered = append(unrendered, i)
			}
		}
	}
	slices.Sort(unrendered)
	unrendered, err := p.withoutUntouched(ctx, proposal, slices.Compact(unrendered))
	if err != nil {
		return err
	}
	for _, i := range unrendered {
		proposal.Unproven = union(proposal.Unproven, []string{p.Targets[i].ID})
	}
	if len(proposal.Unproven) == 0 {
		return nil
	}
	names := strings.Join(proposal.Unproven, ", ")
	if more := len(proposal.Unproven) - shownUnproven; more > 0 {
		names = fmt.Sprintf("%s and %d more", strings.Join(proposal.Unproven[:shownUnproven], ", "), more)
	}
	proposal.Notes = union(proposal.Notes, []string{"not proven for " + names +
		", which could not be rendered before the edit either; mend that first, or look at it by hand"})
	return nil
}

// withoutUntouched leaves the releases out that read an edited file only with what they come out of, and
// come out of it as before.
func (p *Prover) withoutUntouched(ctx context.Context, proposal *Proposal, unrendered []int) ([]int, error) {
	var releases []render.Target
	for _, i := range unrendered {
		if p.before[p.Targets[i].ID].result.Input != "" && !editsChart(proposal, &p.Targets[i]) {
			releases = append(releases, p.Targets[i])
		}
	}
	if len(releases) == 0 {
		return unrendered, nil
	}
	changed, err := p.editor.apply([]*Proposal{proposal})
	if err != nil {
		return nil, err
	}
	after, err := p.judge(ctx, p.Files.With(changed), releases, podTemplates)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(unrendered, func(i int) bool {
		id := p.Targets[i].ID
		return after[id] != nil && after[id].result.Input != "" && after[id].result.Input == p.before[id].result.Input
	}), nil
}

// editsChart says whether a proposal edits the chart that a release deploys.
func editsChart(proposal *Proposal, target *render.Target) bool {
	chart := target.GitOps.Chart
	return chart == nil || chart.Folder != "" && slices.ContainsFunc(proposal.Edits, func(edit FileEdit) bool {
		return strings.HasPrefix(edit.File, chart.Folder+"/") || slices.Contains(chart.ValuesFiles, edit.File)
	})
}
