package shard

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/report"
)

// An Input is the report of one shard.
type Input struct {
	Name   string // of its file
	Report *report.Report
}

// Merge joins the reports of all shards into the one that a single run would have made, durations
// aside. The error tells a person what does not fit together.
func Merge(inputs []Input) (*report.Report, error) {
	inputs = slices.Clone(inputs)
	for _, input := range inputs {
		if err := verify(input); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(inputs, func(a, b Input) int { return cmp.Compare(a.Report.Shard.Index, b.Report.Shard.Index) })
	if err := complete(inputs); err != nil {
		return nil, err
	}
	if err := sameNamespaces(inputs); err != nil {
		return nil, err
	}
	first := inputs[0].Report
	merged := &report.Report{
		Source: report.Source{Base: first.Source.Base, Head: first.Source.Head, Scope: first.Source.Scope, Files: map[string]string{}},
		Policy: first.Policy,
	}
	for _, input := range inputs {
		merged.Targets = append(merged.Targets, input.Report.Targets...)
		merged.Summary.Cached += input.Report.Summary.Cached
		merged.Skipped = append(merged.Skipped, input.Report.Skipped...) // what all of them tell is told once
	}
	merged.Findings = joinFindings(inputs)
	merged.Mended = joinMended(inputs, merged.Findings)
	merged.Warnings = joinWarnings(inputs, merged.Targets)
	merged.Finish()
	if problems := merged.Problems(); len(problems) > 0 {
		return nil, fmt.Errorf("the reports do not add up together: %s; make them again", problems[0])
	}
	return merged, nil
}

// A share is what one shard knows of a finding.
type share struct {
	finding report.Finding
	parts   []report.FindingPart // sorted by target
}

func joinFindings(inputs []Input) []report.Finding {
	shares := map[string][]share{}
	for _, input := range inputs {
		parts := map[string][]report.FindingPart{}
		for _, part := range input.Report.Shard.Parts {
			parts[part.Finding] = append(parts[part.Finding], part)
		}
		for _, finding := range input.Report.Findings {
			own := parts[finding.ID]
			slices.SortFunc(own, func(a, b report.FindingPart) int { return strings.Compare(a.Target, b.Target) })
			shares[finding.ID] = append(shares[finding.ID], share{finding, own})
		}
	}
	var joined []report.Finding
	for _, of := range shares {
		joined = append(joined, joinFinding(of, inputs[0].Report.Policy.Versions))
	}
	return joined
}

// joinFinding makes one finding of what shards know of it. What describes its place is said by the
// shard with the first of its targets, as a single run would.
func joinFinding(shares []share, versions []string) report.Finding {
	slices.SortFunc(shares, func(a, b share) int { return strings.Compare(a.parts[0].Target, b.parts[0].Target) })
	joined := shares[0].finding
	joined.Occurrences, joined.HostNeed, joined.Changes = nil, report.HostNeed{}, nil
	var parts []check.Part
	for _, one := range shares {
		if one.finding.Scope == report.ScopeOld {
			joined.Scope = report.ScopeOld
		}
		joined.Occurrences = append(joined.Occurrences, one.finding.Occurrences...)
		joined.Changes = union(joined.Changes, one.finding.Changes)
		if check.Severity(one.finding.Severity).Rank() > check.Severity(joined.Severity).Rank() {
			joined.Severity = one.finding.Severity
		}
		if tellsMore(one.finding.Origin.Chain, joined.Origin.Chain) {
			joined.Origin.Chain = one.finding.Origin.Chain
		}
		joined.HostNeed.Likely = joined.HostNeed.Likely || one.finding.HostNeed.Likely
		joined.HostNeed.Evidence = append(joined.HostNeed.Evidence, one.finding.HostNeed.Evidence...)
		for _, part := range one.parts {
			parts = append(parts, partOf(part, one.finding.Occurrences))
		}
	}
	slices.Sort(joined.HostNeed.Evidence)
	joined.HostNeed.Evidence = slices.Compact(joined.HostNeed.Evidence)
	slices.SortFunc(parts, func(a, b check.Part) int { return strings.Compare(a.Target, b.Target) })
	whole := check.Compose(parts, versions)
	joined.Message, joined.Versions = whole.Message, whole.Versions
	if joined.Scope == report.ScopeOld {
		joined.Changes = nil
	}
	joined.Status, joined.Exemption = report.StatusOpen, nil
	if whole.Exemption != nil {
		exemption := ExemptionOf(*whole.Exemption)
		joined.Status, joined.Exemption = report.StatusExempt, &exemption
	}
	return joined
}

// tellsMore chooses between the chains of one place as a single run does (render.TellsMore).
func tellsMore(chain, than []report.Link) bool {
	if len(chain) != len(than) {
		return len(chain) > len(than)
	}
	return slices.CompareFunc(chain, than, func(a, b report.Link) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), strings.Compare(a.Via, b.Via))
	}) < 0
}

func union[T comparable](all, more []T) []T {
	for _, one := range more {
		if !slices.Contains(all, one) {
			all = append(all, one)
		}
	}
	return all
}

// joinMended lists what no shard finds any longer. What one has mended and another still finds is old,
// wherever it shows.
func joinMended(inputs []Input, findings []report.Finding) []report.Mended {
	found := map[string]*report.Finding{}
	for i := range findings {
		found[findings[i].ID] = &findings[i]
	}
	var joined []report.Mended
	for _, input := range inputs {
		for _, mended := range input.Report.Mended {
			if still := found[mended.ID]; still != nil {
				still.Scope, still.Changes = report.ScopeOld, nil
				continue
			}
			joined = union(joined, []report.Mended{mended})
		}
	}
	return joined
}

// joinWarnings says each warning once, counts together what shards have counted, and tells of the
// exemptions that no shard has used.
func joinWarnings(inputs []Input, targets []report.Target) []report.Warning {
	var joined []report.Warning
	unjudged := map[report.Unjudged]int{} // by place, without the count
	for _, input := range inputs {
		counted := map[report.Warning]bool{}
		for _, own := range input.Report.Shard.Unjudged {
			counted[unjudgedWarning(own)] = true
			pods := own.Pods
			own.Pods = 0
			unjudged[own] += pods
		}
		for _, warning := range input.Report.Warnings {
			if !counted[warning] {
				joined = append(joined, warning)
			}
		}
	}
	for place, pods := range unjudged {
		place.Pods = pods
		joined = append(joined, unjudgedWarning(place))
	}
	return append(joined, unusedExemptions(inputs, targets)...)
}

func unjudgedWarning(u report.Unjudged) report.Warning {
	return report.Warning(check.Unjudged(u).Warning())
}

// unusedExemptions are those that no shard has used. Only who has rendered everything knows.
func unusedExemptions(inputs []Input, targets []report.Target) []report.Warning {
	if !inputs[0].Report.Shard.Whole ||
		slices.ContainsFunc(targets, func(t report.Target) bool { return t.Status == report.TargetError }) {
		return nil
	}
	first, used := map[string]report.Declared{}, map[string]bool{}
	for _, input := range inputs {
		for _, declared := range input.Report.Shard.Declared {
			known, again := first[declared.Key]
			if !again || declared.Target < known.Target {
				first[declared.Key] = declared
			}
			used[declared.Key] = used[declared.Key] || declared.Used
		}
	}
	var unused []report.Warning
	for key, declared := range first {
		if !used[key] {
			unused = append(unused, declared.Warning)
		}
	}
	return unused
}
