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

// A causeSearch takes changes of one target back, to find the smallest without which findings are gone.
type causeSearch struct {
	ctx    context.Context
	run    *run
	target render.Target
	left   int // how many may still be tried
	parts  int // how many parts of runs of lines may be tried beside
}

// without lists those findings that are gone with a change taken back; ok says that this is known.
func (s *causeSearch) without(change revert, findings []*check.Finding) (gone []*check.Finding, ok bool, err error) {
	if s.left == 0 {
		return nil, false, nil
	}
	s.left--
	c := s.run.comparison
	shown, err := s.run.shownWith(s.ctx, s.target, change)
	for _, finding := range findings {
		if shown != nil && !shown[c.newIn(s.target.ID, finding)] {
			gone = append(gone, finding)
			c.scopes.causes[finding.ID] = change.lines
		}
	}
	return gone, shown != nil, err
}

// search looks for the smallest group of neighbouring changes without which findings are gone.
func (s *causeSearch) search(group []revert, suspects []*check.Finding) (gone []*check.Finding, err error) {
	if len(suspects) == 0 {
		return nil, nil
	}
	gone, known, err := s.without(together(group), suspects)
	if err != nil {
		return nil, err
	}
	if !known {
		return s.halves(group, suspects)
	}
	_, err = s.halves(group, gone)
	return gone, err
}

func (s *causeSearch) halves(group []revert, suspects []*check.Finding) ([]*check.Finding, error) {
	switch {
	case len(group) == 0 || len(suspects) == 0:
		return nil, nil
	case len(group) == 1:
		return s.narrow(group[0], suspects)
	}
	first, err := s.search(group[:len(group)/2], suspects)
	if err != nil {
		return nil, err
	}
	second, err := s.search(group[len(group)/2:], except(suspects, first))
	return append(first, second...), err
}

// narrow looks for the smallest part of a run of new lines without which findings are gone. Comments and
// empty lines at its ends make none.
func (s *causeSearch) narrow(part revert, suspects []*check.Finding) (gone []*check.Finding, err error) {
	if len(suspects) == 0 || len(part.lines) != 1 {
		return nil, nil
	}
	lines := bytes.SplitAfter(part.head, []byte("\n"))
	whole := part.lines[0]
	if whole.EndLine > len(lines) || !slices.ContainsFunc(part.hunks[0].Lines, func(line changes.Line) bool { return line.Kind == '+' }) {
		return nil, nil
	}
	says := func(line int) bool {
		text := bytes.TrimSpace(lines[line-1])
		return len(text) > 0 && text[0] != '#'
	}
	first, last := whole.Line, whole.EndLine
	for first < last && !says(first) {
		first++
	}
	for first < last && !says(last) {
		last--
	}
	for _, finding := range suspects {
		if slices.Equal(s.run.comparison.scopes.causes[finding.ID], part.lines) {
			s.run.comparison.scopes.causes[finding.ID] = []report.Lines{{File: whole.File, Line: first, EndLine: last}}
		}
	}
	if first == last {
		return nil, nil
	}
	middle := (first + last) / 2
	for _, half := range [][2]int{{first, middle}, {middle + 1, last}} {
		if s.parts == 0 {
			break
		}
		s.parts--
		s.left++ // so that other causes are still looked for
		less := part
		less.lines = []report.Lines{{File: whole.File, Line: half[0], EndLine: half[1]}}
		less.content = bytes.Join(slices.Concat(lines[:half[0]-1], lines[half[1]:]), nil)
		made, _, err := s.without(less, except(suspects, gone))
		if err != nil {
			return nil, err
		}
		if _, err := s.narrow(less, made); err != nil {
			return nil, err
		}
		gone = append(gone, made...)
	}
	return gone, nil
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

func except(findings, gone []*check.Finding) []*check.Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(finding *check.Finding) bool { return slices.Contains(gone, finding) })
}
