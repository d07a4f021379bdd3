package review

import (
	"slices"

	"github.com/podmend/podmend/report"
)

// group makes the comments: findings that one proposal mends share one where they are near, and so do
// those of one place that nothing mends, and all of one file that have no line.
func (d *draft) group() {
	type key struct {
		proposal string
		at       place
	}
	groups := map[key]*comment{}
	offers := map[string]*suggestion{}
	for i := range d.in.Report.Findings {
		f := &d.in.Report.Findings[i]
		if !isNew(f) {
			continue
		}
		proposal := d.proposals[f.Proposal]
		if proposal != nil && proposal.Status != report.ProposalProven {
			proposal = nil
		}
		at := d.placeOf(f)
		var offer *suggestion
		if proposal != nil {
			known := false
			if offer, known = offers[proposal.ID]; !known {
				offer = d.offerOf(proposal)
				offers[proposal.ID] = offer
			}
			if offer != nil && d.near(offer, at) {
				at = place{surface: AtLine, file: offer.file, start: offer.start, end: offer.end}
			} else {
				offer = nil
			}
		}
		k := key{at: at}
		switch {
		case at.surface == InReview:
			k.proposal = f.ID // each is a line of its own in the review
		case at.surface == AtLine && proposal != nil:
			k.proposal = proposal.ID
		}
		c := groups[k]
		if c == nil || len(c.findings) == maxTogether {
			c = &comment{at: at, offer: offer}
			groups[k] = c
			d.comments = append(d.comments, c)
		}
		c.findings = append(c.findings, f)
		if proposal != nil && !slices.Contains(c.proposals, proposal) {
			c.proposals = append(c.proposals, proposal)
		}
	}
}

// near says whether a suggestion and a place stand in one hunk, so that a reader sees both.
func (d *draft) near(offer *suggestion, at place) bool {
	if at.surface != AtLine || at.file != offer.file {
		return false
	}
	file := d.in.Diff.File(at.file)
	return file.Hunk(min(at.start, offer.start), max(at.end, offer.end)) != nil
}

// keepApart leaves one suggestion for each line: each is proven alone, and a second click would
// put the next one's lines upon those of the first.
func (d *draft) keepApart() {
	offered := map[string][]*suggestion{} // by file
	for _, c := range d.comments {
		if c.offer == nil {
			continue
		}
		c.waits = slices.ContainsFunc(offered[c.offer.file], func(s *suggestion) bool {
			return s.start <= c.offer.end && c.offer.start <= s.end
		})
		if c.waits {
			c.offer = nil
		} else {
			offered[c.offer.file] = append(offered[c.offer.file], c.offer)
		}
	}
}
