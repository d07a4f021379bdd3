package cli

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/changes"
	"github.com/podmend/podmend/render"
	"github.com/podmend/podmend/report"
)

// maxReverts is how many changes of one target are taken back to find what makes a finding.
const maxReverts = 24

// causes finds the changed lines of new findings that stand on lines which nobody changed: it takes
// changes back, one by one, and looks for the one without which the finding is gone.
func (r *run) causes(ctx context.Context) error {
	c := r.comparison
	c.scopes.causes = map[string][]report.Lines{}
	distant := map[string][]*check.Finding{} // by the target where it is new
	for i := range r.checked.Findings {
		finding := &r.checked.Findings[i]
		if !c.scopes.isNew(finding.ID) || c.adds(finding.Origin.File, finding.Origin.Line, finding.Origin.EndLine) {
			continue
		}
		if link := c.link(finding); link != nil {
			c.scopes.causes[finding.ID] = []report.Lines{*link}
			continue
		}
		at := slices.Index(c.scopes.news[finding.ID], true)
		target := finding.Occurrences[at].Target
		distant[target] = append(distant[target], finding)
	}
	for i := range r.targets {
		if findings := distant[r.targets[i].ID]; len(findings) > 0 {
			findings, err := r.causesInLabels(r.targets[i], findings)
			if err != nil {
				return err
			}
			if err := r.causesIn(ctx, r.targets[i], findings); err != nil {
				return err
			}
		}
	}
	return nil
}

// A revert takes changes of one file back.
type revert struct {
	file    *changes.File
	content []byte // nil: the file is gone, or a link
	lines   []report.Lines
	head    []byte
	hunks   []changes.Hunk
}

// together takes all changes of a group back, from the last to the first so that lines keep their numbers.
func together(group []revert) revert {
	all := revert{file: group[0].file, content: group[0].head, head: group[0].head}
	for _, one := range slices.Backward(group) {
		for _, hunk := range slices.Backward(one.hunks) {
			all.content = takeBack(all.content, &hunk)
		}
	}
	for _, one := range group {
		all.lines = append(all.lines, one.lines...)
		all.hunks = append(all.hunks, one.hunks...)
	}
	return all
}

func (r *run) causesIn(ctx context.Context, target render.Target, findings []*check.Finding) error {
	c := r.comparison
	names := r.discovery.Names(target)
	if old := c.baseID(target); old != target.ID {
		names = append(names, c.baseNames(old)...)
	}
	left := maxReverts
	// without lists those findings that are gone with a change taken back; ok says that this is known.
	without := func(revert revert, findings []*check.Finding) (gone []*check.Finding, ok bool, err error) {
		if left == 0 {
			return nil, false, nil
		}
		left--
		shown, err := r.shownWith(ctx, target, revert)
		for _, finding := range findings {
			if shown != nil && !shown[c.firstNew(finding)] {
				gone = append(gone, finding)
				c.scopes.causes[finding.ID] = revert.lines
			}
		}
		return gone, shown != nil, err
	}
	// search looks for the smallest group of neighbouring changes without which findings are gone.
	var search func(group []revert, suspects []*check.Finding) (found []*check.Finding, err error)
	halves := func(group []revert, suspects []*check.Finding) ([]*check.Finding, error) {
		if len(group) < 2 || len(suspects) == 0 {
			return nil, nil
		}
		first, err := search(group[:len(group)/2], suspects)
		if err != nil {
			return nil, err
		}
		second, err := search(group[len(group)/2:], except(suspects, first))
		return append(first, second...), err
	}
	search = func(group []revert, suspects []*check.Finding) ([]*check.Finding, error) {
		if len(suspects) == 0 {
			return nil, nil
		}
		gone, known, err := without(together(group), suspects)
		if err != nil {
			return nil, err
		}
		if !known {
			return halves(group, suspects)
		}
		_, err = halves(group, gone)
		return gone, err
	}
	var tried []revert
	for i := range c.Files {
		file := &c.Files[i]
		if len(findings) == 0 || !isLink(file) && !slices.Contains(names, file.Name) && !slices.Contains(names, file.OldName) {
			continue
		}
		whole, parts := c.reverts(r, file)
		tried = append(tried, parts...)
		made, known, err := without(whole, findings)
		if err != nil {
			return err
		}
		findings = except(findings, made)
		if known {
			_, err = halves(parts, made)
		} else if len(parts) > 0 {
			made, err = search(parts, findings)
			findings = except(findings, made)
		}
		if err != nil {
			return err
		}
	}
	// Several changes together make the rest: the first lines of each are named.
	for _, finding := range findings {
		for _, revert := range tried {
			if len(revert.lines) > 0 && len(c.scopes.causes[finding.ID]) < 3 {
				c.scopes.causes[finding.ID] = append(c.scopes.causes[finding.ID], revert.lines[0])
			}
		}
	}
	return nil
}

func except(findings, gone []*check.Finding) []*check.Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(finding *check.Finding) bool { return slices.Contains(gone, finding) })
}

func (c *comparison) baseNames(id string) []string {
	for _, target := range c.base.targets {
		if target.ID == id {
			return c.base.discovery.Names(target)
		}
	}
	return nil
}

// firstNew names the field of the first occurrence that is new.
func (c *comparison) firstNew(finding *check.Finding) string {
	occurrence := &finding.Occurrences[slices.Index(c.scopes.news[finding.ID], true)]
	return fieldKey("", finding, occurrence)
}

// reverts lists what of a file can be taken back: all of it, and each run of changed lines.
func (c *comparison) reverts(r *run, file *changes.File) (whole revert, parts []revert) {
	whole = revert{file: file, lines: changedLines(file.Name, file.Hunks)}
	if file.Status == changes.Removed {
		whole.lines = nil // the head has no line to show
	}
	if isLink(file) {
		if file.OldLink == "" {
			whole.content, _ = c.files.ReadFile(c.baseFile(file.Name)) // nil of what the base has not
		}
		return whole, nil
	}
	if head, err := r.repo.files.ReadFile(file.Name); err == nil {
		for i := range file.Hunks {
			for _, part := range file.Hunks[i].Runs() {
				hunks := []changes.Hunk{part}
				parts = append(parts, revert{file: file, head: head, hunks: hunks, lines: changedLines(file.Name, hunks)})
			}
		}
	}
	if base, err := c.files.ReadFile(c.baseFile(file.Name)); err == nil {
		whole.content = base
	}
	return whole, parts
}

// changedLines are the runs of lines that hunks add; where one only removes lines, the line before.
func changedLines(name string, hunks []changes.Hunk) (found []report.Lines) {
	for _, hunk := range hunks {
		before := len(found)
		for _, line := range hunk.Lines {
			if line.Kind != '+' {
				continue
			}
			if last := len(found) - 1; last >= before && found[last].EndLine == line.New-1 {
				found[last].EndLine++
			} else {
				found = append(found, report.Lines{File: name, Line: line.New, EndLine: line.New})
			}
		}
		if len(found) > before {
			continue
		}
		at := hunk.NewStart
		for _, line := range hunk.Lines {
			if line.Kind == '-' {
				break
			}
			at = line.New
		}
		if hunk.NewLines > 0 {
			found = append(found, report.Lines{File: name, Line: at, EndLine: at})
		}
	}
	return found
}

// takeBack puts the old lines of one hunk in the place of the new ones.
func takeBack(head []byte, hunk *changes.Hunk) []byte {
	var text []byte
	lines := bytes.SplitAfter(head, []byte("\n"))
	for _, line := range lines[:hunk.NewStart-1] {
		text = append(text, line...)
	}
	for _, line := range hunk.Lines {
		if line.Kind != '+' {
			text = append(text, line.Text...)
		}
	}
	for _, line := range lines[min(len(lines), hunk.NewStart-1+hunk.NewLines):] {
		text = append(text, line...)
	}
	return text
}

// shownWith renders a target of the head with one change taken back, and names the fields of findings
// that it still shows; nil if it cannot be rendered so.
func (r *run) shownWith(ctx context.Context, target render.Target, revert revert) (map[string]bool, error) {
	changed := map[string][]byte{revert.file.Name: nil}
	was := cmp.Or(revert.file.OldName, revert.file.Name)
	var links map[string]string
	if revert.file.OldLink != "" {
		links = map[string]string{was: revert.file.OldLink}
	} else {
		changed[was] = revert.content
	}
	files := r.repo.files.WithTree(changed, links)
	options := r.rendering()
	options.Detail = render.Detail{PodTemplatesOnly: true}
	results, err := render.All(ctx, files, []render.Target{target}, options)
	if err != nil {
		return nil, fmt.Errorf("take a change of %s back: %w", revert.file.Name, err)
	}
	if results[0].Err != nil {
		return nil, nil
	}
	policy := r.settings.check
	checked, err := check.Run(results, render.NewLocator(files), policy)
	if err != nil {
		return nil, err
	}
	return fieldsOf(checked), nil
}

// fieldsOf names the fields that a report of one target shows.
func fieldsOf(checked *check.Report) map[string]bool {
	shown := map[string]bool{}
	for i := range checked.Findings {
		finding := &checked.Findings[i]
		for j := range finding.Occurrences {
			shown[fieldKey("", finding, &finding.Occurrences[j])] = true
		}
	}
	return shown
}
