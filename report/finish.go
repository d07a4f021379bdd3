package report

import (
	"cmp"
	"reflect"
	"slices"
)

// Finish brings the report into the one order and form that equal runs share: lists are
// sorted where their order means nothing, nil lists become empty ones, and the schema and
// the summary are filled in. Without a base to compare with, all is listed.
func (r *Report) Finish() {
	r.Schema = Schema
	r.Source.Scope = cmp.Or(r.Source.Scope, ListAll)
	slices.SortStableFunc(r.Targets, func(a, b Target) int { return cmp.Compare(a.ID, b.ID) })
	for i := range r.Targets {
		if failure := r.Targets[i].Error; failure != nil {
			failure.Scope = cmp.Or(failure.Scope, ScopeNew)
		}
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		for j := range f.Occurrences {
			f.Occurrences[j].Scope = cmp.Or(f.Occurrences[j].Scope, f.Scope)
		}
		slices.SortStableFunc(f.Occurrences, compareOccurrences)
		slices.SortStableFunc(f.Changes, compareLines)
	}
	slices.SortStableFunc(r.Mended, func(a, b Mended) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.ID, b.ID))
	})
	slices.SortStableFunc(r.Findings, compareFindings)
	for i := range r.Proposals {
		p := &r.Proposals[i]
		slices.Sort(p.Findings)
		slices.Sort(p.Targets)
		slices.SortStableFunc(p.Edits, compareEdits)
		for _, alternative := range p.Alternatives {
			slices.SortStableFunc(alternative.Edits, compareEdits)
		}
	}
	slices.SortStableFunc(r.Proposals, func(a, b Proposal) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortStableFunc(r.Skipped, func(a, b Skipped) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Reason, b.Reason))
	})
	r.Skipped = slices.Compact(r.Skipped)
	slices.SortStableFunc(r.Warnings, func(a, b Warning) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Message, b.Message))
	})
	r.Warnings = slices.Compact(r.Warnings)
	r.addEnvironments()
	r.fillEmpty()
	r.Summary = r.count()
}

func compareFindings(a, b Finding) int {
	return cmp.Or(
		cmp.Compare(a.Origin.File, b.Origin.File),
		cmp.Compare(a.Origin.Line, b.Origin.Line),
		cmp.Compare(a.Origin.Column, b.Origin.Column),
		compareArchived(a.Origin.Archived, b.Origin.Archived),
		cmp.Compare(a.Control, b.Control),
		cmp.Compare(a.ID, b.ID),
	)
}

func compareArchived(a, b *Archived) int {
	if a == nil || b == nil {
		return 0
	}
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}

func compareOccurrences(a, b Occurrence) int {
	return cmp.Or(
		cmp.Compare(a.Target, b.Target),
		cmp.Compare(a.Object.Namespace, b.Object.Namespace),
		cmp.Compare(a.Object.Kind, b.Object.Kind),
		cmp.Compare(a.Object.Name, b.Object.Name),
		cmp.Compare(a.Object.APIVersion, b.Object.APIVersion),
		cmp.Compare(a.Container, b.Container),
		cmp.Compare(a.Field, b.Field),
		cmp.Compare(a.Value, b.Value),
	)
}

func compareLines(a, b Lines) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.EndLine, b.EndLine))
}

func compareEdits(a, b Edit) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
}

// count makes the summary. What was left out or cached cannot be counted here, and is kept.
func (r *Report) count() Summary {
	s := Summary{
		Targets: len(r.Targets), Findings: len(r.Findings), Mended: len(r.Mended), LeftOut: r.Summary.LeftOut, Cached: r.Summary.Cached,
	}
	for _, target := range r.Targets {
		s.PodTemplates += target.PodTemplates
		if target.Status == TargetError {
			s.Errors++
		}
	}
	proposals := r.proposalsByID()
	for i := range r.Findings {
		f := &r.Findings[i]
		s.Occurrences += len(f.Occurrences)
		if f.Scope == ScopeNew {
			s.New++
		} else {
			s.Old++
		}
		proposal := proposals[f.Proposal]
		switch {
		case f.Status == StatusExempt:
			s.Exempt++
		case f.Refusal == nil && proposal != nil && proposal.Status == ProposalProven:
			s.Proven++
		case f.Refusal != nil || proposal != nil:
			s.Refused++
		}
	}
	return s
}

func (r *Report) proposalsByID() map[string]*Proposal {
	byID := make(map[string]*Proposal, len(r.Proposals))
	for i := range r.Proposals {
		byID[r.Proposals[i].ID] = &r.Proposals[i]
	}
	return byID
}

// fillEmpty replaces every nil list and map, so that none is printed as null.
func (r *Report) fillEmpty() {
	fillEmpty(reflect.ValueOf(r).Elem())
}

func fillEmpty(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fillEmpty(v.Field(i))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			fillEmpty(v.Elem())
		}
	case reflect.Slice:
		if v.IsNil() {
			v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		}
		for i := range v.Len() {
			fillEmpty(v.Index(i))
		}
	case reflect.Map:
		if v.IsNil() {
			v.Set(reflect.MakeMap(v.Type()))
		}
	}
}
