package report

import (
	"fmt"
	"strings"
)

// A block is what is printed at once: the findings of one file that a person would read
// as the same, with one heading and one advice.
type block struct {
	findings []*Finding // in the order of their places
}

func (b *block) first() *Finding { return b.findings[0] }

// blocks folds the findings of one file. A file with 40 privileged containers is one
// block with 40 places, since 40 times the same sentence hides the one that differs.
func (t *textWriter) blocks(findings []*Finding) []*block {
	var blocks []*block
	byKey := map[string]*block{}
	for _, f := range findings {
		key := fmt.Sprintf("%q", []string{
			f.Control, f.Severity, f.Scope, f.Message, t.r.DeniedBy(f), t.exemptText(f), t.hostText(f),
			t.outcome(f), t.refusalText(f), strings.Join(t.notesOf(f), "\n"),
			fmt.Sprint(f.Origin.Exact),
		})
		b := byKey[key]
		if b == nil {
			b = &block{}
			byKey[key] = b
			blocks = append(blocks, b)
		}
		b.findings = append(b.findings, f)
	}
	return blocks
}

// outcome says what became of an open finding.
func (t *textWriter) outcome(f *Finding) string {
	proposal := t.proposals[f.Proposal]
	switch {
	case f.Status == StatusExempt:
		return StatusExempt
	case proposal != nil && proposal.Status == ProposalProven:
		return ProposalProven
	case f.Refusal != nil || proposal != nil:
		return ProposalRefused
	}
	return StatusOpen
}

func (t *textWriter) exemptText(f *Finding) string {
	if f.Status != StatusExempt {
		return ""
	}
	if f.Exemption == nil {
		return "no reason is given."
	}
	text := InertProse(f.Exemption.Reason, maxProse)
	if f.Exemption.Expires != "" {
		text += " (until " + Inert(f.Exemption.Expires, maxName) + ")"
	}
	return text
}

func (t *textWriter) hostText(f *Finding) string {
	if !f.HostNeed.Likely {
		return ""
	}
	var evidence []string
	for _, text := range f.HostNeed.Evidence {
		evidence = append(evidence, InertProse(text, maxProse))
	}
	if len(evidence) == 0 {
		return "it likely needs the host."
	}
	return "it likely needs the host: " + t.fold(evidence) + "."
}

func (t *textWriter) refusalText(f *Finding) string {
	if t.outcome(f) != ProposalRefused {
		return ""
	}
	reason := ""
	if proposal := t.proposals[f.Proposal]; proposal != nil {
		reason = InertProse(proposal.Reason, maxProse)
	}
	if f.Refusal != nil {
		if text := InertProse(f.Refusal.Message, maxProse); text != "" {
			return text
		}
		reason = InertProse(f.Refusal.Reason, maxProse)
	}
	if reason != "" {
		reason += ". "
	}
	return reason + remedyText(f)
}

// notesOf returns what a proven proposal changes beside the field.
func (t *textWriter) notesOf(f *Finding) []string {
	if t.outcome(f) != ProposalProven {
		return nil
	}
	var notes []string
	for _, note := range t.proposals[f.Proposal].Notes {
		notes = append(notes, InertProse(note, maxProse))
	}
	return notes
}

// fixText says how the findings of a block are mended by their proposals.
func (t *textWriter) fixText(b *block) string {
	own, others := map[string]bool{}, map[string]bool{}
	for _, f := range b.findings {
		own[f.ID] = true
	}
	for _, f := range b.findings {
		for _, id := range t.proposals[f.Proposal].Findings {
			if !own[id] {
				others[id] = true
			}
		}
	}
	text := "podmend fix --write mends this"
	if len(b.findings) > 1 {
		text = fmt.Sprintf("podmend fix --write mends these %d", len(b.findings))
	}
	if len(others) > 0 {
		text += ", together with " + quantity(len(others), "other finding", "other findings")
	}
	return text + "."
}

// remedyText says what to do by hand.
func remedyText(f *Finding) string {
	text := Advice(Inert(f.Control, maxName))
	if f.HostNeed.Likely {
		return "Allow it by an exemption with a reason if it needs the host. Otherwise: " + text
	}
	return text
}

// workloads lists the pod templates that a finding reaches.
func workloads(findings []*Finding) []string {
	var names seen
	containers := map[string]*seen{}
	for _, f := range findings {
		for _, occurrence := range f.Occurrences {
			o := occurrence.Object
			name := Inert(o.Name, maxName)
			if o.Namespace != "" {
				name = Inert(o.Namespace, maxName) + "/" + name
			}
			name = Inert(o.Kind, maxName) + " " + name
			names.add(name)
			if containers[name] == nil {
				containers[name] = &seen{}
			}
			if occurrence.Container != "" {
				containers[name].add(Inert(occurrence.Container, maxName))
			}
		}
	}
	for i, name := range names.list {
		switch of := containers[name].list; len(of) {
		case 0:
		case 1:
			names.list[i] += " (container " + of[0] + ")"
		default:
			names.list[i] += " (containers " + strings.Join(of, ", ") + ")"
		}
	}
	return names.list
}
