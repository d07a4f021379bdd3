package cli

import (
	"bytes"
	"context"
	"slices"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/changes"
	"github.com/podmend/podmend/render"
	"github.com/podmend/podmend/report"
)

// maxReverts is how many changes of one target are taken back to find what makes a finding.
const maxReverts = 24

// maxParts is how many parts of changed runs of lines are taken back to name fewer lines.
const maxParts = 16

// maxCaused is in how many targets the cause of one finding is looked for.
const maxCaused = 5

// causes finds the changed lines of new findings that stand on lines which nobody changed: it takes
// changes back, one by one, and looks for the one without which the finding is gone. What one target
// reads explains no other that does not read it.
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
		for at, isNew := range c.scopes.news[finding.ID] {
			target := finding.Occurrences[at].Target
			if last := len(distant[target]) - 1; isNew && (last < 0 || distant[target][last] != finding) {
				distant[target] = append(distant[target], finding)
			}
		}
	}
	searched := map[string]int{} // by finding
	for i := range r.targets {
		if len(distant[r.targets[i].ID]) == 0 {
			continue
		}
		names := r.discovery.Names(r.targets[i])
		known := map[string][]report.Lines{}
		findings := slices.DeleteFunc(distant[r.targets[i].ID], func(finding *check.Finding) bool {
			known[finding.ID] = c.scopes.causes[finding.ID]
			return searched[finding.ID] == maxCaused || slices.ContainsFunc(known[finding.ID], func(lines report.Lines) bool { return slices.Contains(names, lines.File) })
		})
		if len(findings) == 0 {
			continue
		}
		for _, finding := range findings {
			searched[finding.ID]++
			delete(c.scopes.causes, finding.ID)
		}
		left, err := r.causesInLabels(r.targets[i], findings)
		if err != nil {
			return err
		}
		if err := r.causesIn(ctx, r.targets[i], left); err != nil {
			return err
		}
		for _, finding := range findings {
			c.scopes.causes[finding.ID] = distinct(append(known[finding.ID], c.scopes.causes[finding.ID]...))
		}
	}
	return nil
}

// distinct leaves out what stands there before.
func distinct(lines []report.Lines) (kept []report.Lines) {
	for _, one := range lines {
		if !slices.Contains(kept, one) {
			kept = append(kept, one)
		}
	}
	return kept
}

// A revert takes changes of one file back.
type revert struct {
	file    *changes.File
	content []byte // nil: the file is gone, or a link
	lines   []report.Lines
	head    []byte
	hunks   []changes.Hunk
}

func (r *run) causesIn(ctx context.Context, target render.Target, findings []*check.Finding) error {
	c := r.comparison
	names := r.discovery.Names(target)
	if old := c.baseID(target); old != target.ID {
		names = append(names, c.baseNames(old)...)
	}
	s := &causeSearch{ctx: ctx, run: r, target: target, left: maxReverts, parts: maxParts}
	var tried []revert
	for i := range c.Files {
		file := &c.Files[i]
		if len(findings) == 0 || !isLink(file) && !slices.Contains(names, file.Name) && !slices.Contains(names, file.OldName) {
			continue
		}
		whole, parts := c.reverts(r, file)
		tried = append(tried, parts...)
		made, known, err := s.without(whole, findings)
		if err != nil {
			return err
		}
		findings = except(findings, made)
		if known {
			_, err = s.halves(parts, made)
		} else if len(parts) > 0 {
			made, err = s.search(parts, findings)
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

func (c *comparison) baseNames(id string) []string {
	for _, target := range c.base.targets {
		if target.ID == id {
			return c.base.discovery.Names(target)
		}
	}
	return nil
}

// newIn names the field of the first occurrence that is new in a target.
func (c *comparison) newIn(target string, finding *check.Finding) string {
	return fieldKey("", finding, c.newOccurrence(target, finding))
}

func (c *comparison) newOccurrence(target string, finding *check.Finding) *check.Occurrence {
	for i := range finding.Occurrences {
		if c.scopes.news[finding.ID][i] && finding.Occurrences[i].Target == target {
			return &finding.Occurrences[i]
		}
	}
	return nil // callers ask about targets where it is new
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
