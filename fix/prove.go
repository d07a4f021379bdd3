package fix

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// A Prover proves proposals against all targets of a repository.
type Prover struct {
	Files   *overlay.FS
	Targets []render.Target
	// Reads lists the files that each target reads, by its id. A target that is not in it is
	// rendered once to learn them.
	Reads  map[string][]string
	Render render.Options
	Policy check.Options

	before map[string]*judged
}

// judged is a rendered target with its findings.
type judged struct {
	result render.Result
	report *check.Report
}

// Prove proves the proposals together, finds by bisection those that fail, and refuses them.
// Those that share a pod template are also proven alone. The error says that podmend failed.
func (p *Prover) Prove(ctx context.Context, proposals []*Proposal) error {
	p.before = map[string]*judged{}
	var candidates []*Proposal
	for _, proposal := range proposals {
		if proposal.Refusal == nil {
			candidates = append(candidates, proposal)
		}
	}
	if len(candidates) == 0 {
		return nil
	}
	if err := p.learnReads(ctx); err != nil {
		return err
	}
	proven, err := p.bisect(ctx, candidates)
	if err != nil {
		return err
	}
	shared := sharedPods(proven)
	for _, proposal := range proven {
		proposal.AloneProven = true
		if shared[proposal] {
			refusal, _, err := p.try(ctx, []*Proposal{proposal})
			if err != nil {
				return err
			}
			proposal.AloneProven = refusal == nil
		}
		if proposal.Targets, err = p.changedTargets(ctx, proposal); err != nil {
			return err
		}
	}
	return nil
}

// bisect returns the proposals that are proven together, and refuses the others.
func (p *Prover) bisect(ctx context.Context, proposals []*Proposal) ([]*Proposal, error) {
	if len(proposals) == 0 {
		return nil, nil
	}
	refusal, _, err := p.try(ctx, proposals)
	if err != nil {
		return nil, err
	}
	if refusal == nil {
		return proposals, nil
	}
	if len(proposals) == 1 {
		proposals[0].Refusal = refusal
		return nil, nil
	}
	middle := len(proposals) / 2
	proven, err := p.bisect(ctx, proposals[:middle])
	if err != nil {
		return nil, err
	}
	second, err := p.bisect(ctx, proposals[middle:])
	if err != nil {
		return nil, err
	}
	return p.join(ctx, proven, second)
}

// join adds what is proven by itself to what is proven already, as far as it goes together.
func (p *Prover) join(ctx context.Context, proven, more []*Proposal) ([]*Proposal, error) {
	if len(proven) == 0 || len(more) == 0 {
		return append(proven, more...), nil
	}
	both := slices.Concat(proven, more)
	refusal, _, err := p.try(ctx, both)
	if err != nil || refusal == nil {
		return both, err
	}
	for _, proposal := range more {
		refusal, _, err := p.try(ctx, append(slices.Clone(proven), proposal))
		if err != nil {
			return nil, err
		}
		if refusal != nil {
			proposal.Refusal = &Refusal{Conflicts, "the edit does not go together with another one of this run (" +
				refusal.Message + "); apply the others first, then run podmend again"}
			continue
		}
		proven = append(proven, proposal)
	}
	return proven, nil
}

// try renders and checks with the proposals applied. A refusal says what is wrong with them.
func (p *Prover) try(ctx context.Context, proposals []*Proposal) (*Refusal, map[string]*judged, error) {
	changed, err := Apply(p.Files, proposals)
	if err != nil {
		var problem *yamledit.EditError
		if errors.As(err, &problem) {
			return editRefusal(err), nil, nil
		}
		return nil, nil, err
	}
	affected := p.affected(changed)
	if err := p.renderBefore(ctx, affected); err != nil {
		return nil, nil, err
	}
	after, err := p.judge(ctx, p.Files.With(changed), affected)
	if err != nil {
		return nil, nil, err
	}
	intents := map[string][]intent{}
	for _, proposal := range proposals {
		for _, in := range proposal.intents {
			intents[in.target] = append(intents[in.target], in)
		}
	}
	for _, target := range affected {
		if refusal := compare(p.before[target.ID], after[target.ID], intents[target.ID]); refusal != nil {
			return refusal, after, nil
		}
	}
	return nil, after, nil
}

// Apply returns the new content of the files that the proposals edit.
func Apply(files *overlay.FS, proposals []*Proposal) (map[string][]byte, error) {
	var changes []sourceChange
	for _, proposal := range proposals {
		changes = append(changes, proposal.changes...)
	}
	edits, err := editsOf(files, changes)
	if err != nil {
		return nil, err
	}
	byFile := map[string][]yamledit.Edit{}
	for _, edit := range edits {
		byFile[edit.File] = append(byFile[edit.File], edit.Edit)
	}
	changed := map[string][]byte{}
	for file, edits := range byFile {
		content, err := files.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read %s to edit it: %w", file, err)
		}
		if changed[file], err = yamledit.Apply(content, edits); err != nil {
			return nil, fmt.Errorf("edit %s: %w", file, err)
		}
	}
	return changed, nil
}

// affected returns the targets that read a changed file.
func (p *Prover) affected(changed map[string][]byte) []render.Target {
	var affected []render.Target
	for _, target := range p.Targets {
		if slices.ContainsFunc(p.Reads[target.ID], func(name string) bool { return changed[name] != nil }) {
			affected = append(affected, target)
		}
	}
	return affected
}

// learnReads finds out what the targets read that this run did not render: a file may serve
// targets outside of what was asked for.
func (p *Prover) learnReads(ctx context.Context) error {
	reads := maps.Clone(p.Reads)
	if reads == nil {
		reads = map[string][]string{}
	}
	var unknown []render.Target
	for _, target := range p.Targets {
		if _, known := reads[target.ID]; known {
			continue
		}
		if target.Kind == render.Plain {
			reads[target.ID] = []string{target.Path}
			continue
		}
		unknown = append(unknown, target)
	}
	options := p.Render
	options.PodTemplatesOnly = true
	results, err := render.All(ctx, p.Files, unknown, options)
	if err != nil {
		return err
	}
	for _, result := range results {
		reads[result.Target.ID] = result.Reads
	}
	p.Reads = reads
	return nil
}

func (p *Prover) renderBefore(ctx context.Context, targets []render.Target) error {
	var missing []render.Target
	for _, target := range targets {
		if p.before[target.ID] == nil {
			missing = append(missing, target)
		}
	}
	rendered, err := p.judge(ctx, p.Files, missing)
	maps.Copy(p.before, rendered)
	return err
}

func (p *Prover) judge(ctx context.Context, files *overlay.FS, targets []render.Target) (map[string]*judged, error) {
	options := p.Render
	options.PodTemplatesOnly = false
	results, err := render.All(ctx, files, targets, options)
	if err != nil {
		return nil, err
	}
	byTarget := map[string]*judged{}
	for i := range results {
		report, err := check.Run(results[i:i+1], render.NewLocator(files), p.Policy)
		if err != nil {
			return nil, err
		}
		byTarget[results[i].Target.ID] = &judged{results[i], report}
	}
	return byTarget, nil
}

// changedTargets lists the targets that render differently with a proven proposal.
func (p *Prover) changedTargets(ctx context.Context, proposal *Proposal) ([]string, error) {
	var ids []string
	for _, in := range proposal.intents {
		ids = append(ids, in.target)
	}
	slices.Sort(ids)
	return slices.Compact(ids), ctx.Err()
}

// sharedPods says which proposals change an object that another one changes too.
func sharedPods(proposals []*Proposal) map[*Proposal]bool {
	type object struct {
		target string
		index  int
	}
	owners := map[object][]*Proposal{}
	for _, proposal := range proposals {
		for _, in := range proposal.intents {
			at := object{in.target, in.object}
			if !slices.Contains(owners[at], proposal) {
				owners[at] = append(owners[at], proposal)
			}
		}
	}
	shared := map[*Proposal]bool{}
	for _, owners := range owners {
		for _, proposal := range owners {
			shared[proposal] = shared[proposal] || len(owners) > 1
		}
	}
	return shared
}
