package fix

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/render"
)

// judged is a rendered target with its findings.
type judged struct {
	result  *render.Result
	denials map[fieldOf]denial
	allowed map[int]string    // what Namespace enforces privileged, by the object in it
	renamed map[string]string // generated objects whose names end in a hash of what changed, by their former names
}

// How much of a judged target is kept.
const (
	podTemplates = true  // of other objects a digest
	wholeObjects = false // all texts
)

// judge renders targets and checks them. What charts make as certificates is the same each time.
func (p *Prover) judge(ctx context.Context, files *overlay.FS, targets []render.Target, podTemplatesOnly bool) (map[string]*judged, error) {
	if len(targets) == 0 {
		return nil, nil
	}
	options := p.Render
	options.Detail = render.Detail{PodTemplatesOnly: podTemplatesOnly, SameCertificates: true}
	results, err := render.All(ctx, files, targets, options)
	if err != nil {
		return nil, err
	}
	report, err := check.Run(results, render.NewLocator(files), p.Policy)
	if err != nil {
		return nil, err
	}
	return judgedByTarget(results, report), nil
}

// maxRendered is how many renderings of charts with edits are kept.
const maxRendered = 500

// judgeEdited judges targets with changed files. A chart that was judged with the same changes of what
// it reads is not rendered again: other proposals may differ in the files of other charts alone.
func (p *Prover) judgeEdited(ctx context.Context, changed map[string][]byte, targets []render.Target) (map[string]*judged, error) {
	after := map[string]*judged{}
	keys := map[string]string{}
	missing := map[bool][]render.Target{}
	for _, target := range targets {
		v := p.varying[target.ID]
		if v != nil && v.refusal != nil {
			continue // nothing can be told of it
		}
		key := p.editedKey(target, changed)
		if known := p.rendered[key]; known != nil {
			after[target.ID] = known
			continue
		}
		keys[target.ID] = key
		missing[v == nil] = append(missing[v == nil], target)
	}
	if p.rendered == nil || len(p.rendered) > maxRendered {
		p.rendered = map[string]*judged{}
	}
	for _, detail := range []bool{podTemplates, wholeObjects} {
		found, err := p.judge(ctx, p.Files.With(changed), missing[detail], detail)
		if err != nil {
			return nil, err
		}
		for _, target := range missing[detail] {
			if rendersChart(found[target.ID].result) {
				p.rendered[keys[target.ID]] = found[target.ID]
			}
		}
		maps.Copy(after, found)
	}
	return after, nil
}

// editedKey tells a target with changed files from others: by those that it reads, those that nobody
// read so far, and how much is kept of it.
func (p *Prover) editedKey(target render.Target, changed map[string][]byte) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\x00%t", target.ID, p.varying[target.ID] == nil)
	for _, name := range sortedKeys(changed) {
		readers := p.readers[name]
		if len(readers) == 0 || slices.ContainsFunc(readers, func(i int) bool { return p.Targets[i].ID == target.ID }) {
			fmt.Fprintf(&b, "\x00%s\x00%t%x", name, changed[name] == nil, sha256.Sum256(changed[name]))
		}
	}
	return b.String()
}

// judgedByTarget sorts findings by the targets that they show in.
func judgedByTarget(results []render.Result, report *check.Report) map[string]*judged {
	byTarget := map[string]*judged{}
	index := map[*render.Object]int{}
	for i := range results {
		byTarget[results[i].Target.ID] = &judged{result: &results[i], denials: map[fieldOf]denial{}, allowed: map[int]string{}}
		for j := range results[i].Objects {
			object := &results[i].Objects[j]
			index[object] = j
			if by, ok := report.Privileged[object]; ok {
				byTarget[results[i].Target.ID].allowed[j] = by
			}
		}
	}
	for _, finding := range report.Findings {
		for _, occurrence := range finding.Occurrences {
			object := index[occurrence.Pod.Object]
			at := fieldOf{object, finding.Control.ID, occurrence.Path().String()}
			byTarget[occurrence.Target].denials[at] = denialOf(object, finding.Control, occurrence.Field)
		}
	}
	return byTarget
}
