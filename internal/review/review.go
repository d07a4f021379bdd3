// Package review brings a report to a pull request: comments at the lines that make it worse, which
// are kept in step with each push, and one review around them.
package review

import (
	"cmp"
	"slices"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/changes"
	"github.com/podmend/podmend/report"
)

// GitHub's limits, and those that keep a review readable.
// https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
const (
	maxLineComments = 30
	maxFileComments = 5
	maxBody         = 65_000 // GitHub takes 65,536 characters
	maxText         = 40_000 // of a comment, before its marker
	maxWords        = 15_000 // of a part of a comment that would be longer; a suggestion and a diff fit in
	maxTogether     = 100    // findings of one comment, which its marker names
)

// An Input is what a review is made of.
type Input struct {
	Report *report.Report
	Diff   *changes.Diff // from the merge base to the head of the pull request
	Head   string        // SHA of the commit that was read
	// File returns a file as the head has it.
	File func(name string) ([]byte, error)
	// Saved says that the report is a file of another job, of which nothing is believed that cannot be
	// checked. Such a report comes from ReadSaved.
	Saved bool
	// Partial says that the run did not look at the whole repository, so that a finding that is not
	// in the report may still be there.
	Partial bool
	// Resolve also resolves the threads of what is mended. It takes contents: write.
	Resolve bool
}

// A Surface is where a finding is told.
type Surface string

// The surfaces of a pull request.
const (
	AtLine   Surface = "line"
	AtFile   Surface = "file"
	InReview Surface = "review"
)

// A comment is about findings that one edit mends, or that stand at one place.
type comment struct {
	findings  []*report.Finding
	proposals []*report.Proposal // proven ones, each once
	at        place
	offer     *suggestion // of the one proposal; nil for none
	waits     bool        // another comment suggests a change of the same lines
	text      string      // without the marker; "" until it is asked for
}

// A draft is what the pull request is to say about a report.
type draft struct {
	in        *Input
	comments  []*comment // the most severe first
	proposals map[string]*report.Proposal
	files     map[string][]byte // by name, those that were asked for; nil for one that cannot be read
	sums      map[string]string // their SHA-256
	notices   []notice
}

// newDraft decides what is said and where. Nothing of it depends on what was said before.
func newDraft(in *Input) *draft {
	d := &draft{in: in, proposals: map[string]*report.Proposal{}, files: map[string][]byte{}}
	d.notices = d.noticesOf(in.Diff)
	for i := range in.Report.Proposals {
		d.proposals[in.Report.Proposals[i].ID] = &in.Report.Proposals[i]
	}
	d.group()
	slices.SortStableFunc(d.comments, func(a, b *comment) int {
		return cmp.Or(
			cmp.Compare(b.severity().Rank(), a.severity().Rank()),
			cmp.Compare(a.at.file, b.at.file), cmp.Compare(a.at.start, b.at.start),
			cmp.Compare(a.findings[0].ID, b.findings[0].ID),
		)
	})
	d.keepApart()
	return d
}

// isNew says whether a pull request answers for a finding.
func isNew(f *report.Finding) bool {
	return f.Status == report.StatusOpen && f.Scope == report.ScopeNew
}

func (c *comment) severity() check.Severity {
	worst := check.Low
	for _, f := range c.findings {
		if severity := check.Severity(f.Severity); severity.Rank() > worst.Rank() {
			worst = severity
		}
	}
	return worst
}

func (c *comment) ids() []string {
	ids := make([]string, len(c.findings))
	for i, f := range c.findings {
		ids[i] = f.ID
	}
	return ids
}

// file returns a file of the head, nil if it cannot be read.
func (d *draft) file(name string) []byte {
	content, known := d.files[name]
	if !known {
		var err error
		if content, err = d.in.File(name); err != nil {
			content = nil
		}
		d.files[name] = content
	}
	return content
}
