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
			f.Control, f.Severity, f.Scope, f.Message, t.r.DeniedBy(f), t.Exempt(f), t.hostText(f),
			t.Outcome(f), t.Refusal(f), strings.Join(t.Notes(f), "\n"),
			fmt.Sprint(f.Origin.Exact), f.Origin.fetched(),
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
		text += ", together with " + Quantity(len(others), "other finding", "other findings")
	}
	return text + "."
}

// Workloads lists the pod templates that findings reach.
func Workloads(findings []*Finding) []string {
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
