package review

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"github.com/podmend/podmend/fix"
	"github.com/podmend/podmend/internal/ghtext"
	"github.com/podmend/podmend/report"
)

// remedy says how the findings of a comment are mended.
func (d *draft) remedy(c *comment) string {
	unmended := slices.DeleteFunc(slices.Clone(c.findings), func(f *report.Finding) bool {
		return slices.ContainsFunc(c.proposals, func(p *report.Proposal) bool { return p.ID == f.Proposal })
	})
	if len(c.proposals) == 0 {
		return byHand(unmended)
	}
	var b strings.Builder
	if c.offer != nil {
		b.WriteString(ghtext.Fenced("suggestion", c.offer.text) + "\n" + d.proof(c))
		return b.String()
	}
	if diff := d.diffOf(c.proposals); diff != "" {
		b.WriteString(ghtext.Folded("The fix", ghtext.Fenced("diff", diff)) + "\n")
	}
	b.WriteString(d.proof(c))
	others := -len(c.findings) + len(unmended)
	for _, p := range c.proposals {
		others += len(p.Findings)
	}
	if others > 0 {
		fmt.Fprintf(&b, "It also mends %s, and is applied as one: ", ghtext.Count(others, "other finding"))
	} else {
		b.WriteString("Apply it by ")
	}
	b.WriteString(command(c.findings) + ".\n\n")
	if c.waits {
		b.WriteString("Another comment suggests a change of the same lines; once that is committed, podmend suggests this one too.\n\n")
	}
	return b.String() + byHand(unmended)
}

// proof says what stands behind a fix, and what else it changes.
func (d *draft) proof(c *comment) string {
	notes := ""
	targets := map[string]bool{}
	for _, p := range c.proposals {
		for _, note := range p.Notes {
			notes += " " + ghtext.Prose(note)
		}
		for _, target := range p.Targets {
			targets[target] = true
		}
	}
	if d.in.Saved {
		return "podmend proved this fix in the job that made its report." + notes + "\n\n"
	}
	return fmt.Sprintf("Proven by rendering %s again: the finding is gone, and nothing else changes.%s\n\n", ghtext.Count(len(targets), "target"), notes)
}

// byHand is for what podmend does not mend.
func byHand(findings []*report.Finding) string {
	var b strings.Builder
	var reasons []string
	host := false
	for _, f := range findings {
		if f.Refusal != nil && f.HostNeed.Likely && f.Refusal.Reason == string(fix.HostWorkload) {
			host = true // allowing has said the rest
		} else if f.Refusal != nil && !slices.Contains(reasons, f.Refusal.Message) {
			reasons = append(reasons, f.Refusal.Message)
		}
	}
	if host {
		b.WriteString("podmend leaves it alone for that; `podmend fix --include-host-workloads` mends it all the same.\n\n")
	}
	for _, reason := range reasons {
		if reason != "" {
			b.WriteString("podmend offers no fix: " + ghtext.Prose(strings.TrimSuffix(reason, ".")) + ".\n\n")
		}
	}
	for _, control := range controlsOf(findings) {
		b.WriteString("By hand: " + control.Doc.Advice + "\n\n")
	}
	return b.String()
}

var plainPath = regexp.MustCompile(`^[A-Za-z0-9_.][A-Za-z0-9_./-]*$`)

// command is what applies the fix of findings, for a person to copy.
func command(findings []*report.Finding) string {
	if len(findings[0].Occurrences) > 0 {
		// The id of a target is its kind, its path and what tells it from others of the path.
		_, path, _ := strings.Cut(findings[0].Occurrences[0].Target, ":")
		path, _, _ = strings.Cut(path, "@")
		if plainPath.MatchString(path) && path != "." {
			return "`podmend fix --write " + path + "`"
		}
	}
	return "`podmend fix --write`"
}

const (
	maxDiffLines = 80
	maxDiffed    = 1 << 20
)

// diffOf shows what proposals change, "" where a file is not the one that they were made for.
func (d *draft) diffOf(proposals []*report.Proposal) string {
	var edits []report.Edit
	for _, p := range proposals {
		if d.in.Saved && !d.harmless(p) {
			return ""
		}
		edits = append(edits, p.Edits...)
	}
	slices.SortFunc(edits, byPlace)
	if len(edits) == 0 {
		return ""
	}
	var diff strings.Builder
	for i := 0; i < len(edits); {
		name := edits[i].File
		n := i
		for n < len(edits) && edits[n].File == name {
			n++
		}
		content := d.source(name)
		if content == nil || len(content) > maxDiffed || !apart(edits[i:n], len(content)) {
			return ""
		}
		after, _ := spliced(content, edits[i:n], 0, len(content))
		shown := report.Inert(name, ghtext.MaxName)
		diff.WriteString(udiff.Unified("a/"+shown, "b/"+shown, string(content), after))
		i = n
	}
	var b strings.Builder
	lines := strings.Split(strings.TrimSuffix(diff.String(), "\n"), "\n")
	for i, line := range lines {
		if i == maxDiffLines || b.Len() > maxSuggestedBytes {
			fmt.Fprintf(&b, "… %d more lines; podmend fix --diff prints all\n", len(lines)-i)
			break
		}
		b.WriteString(report.Inert(strings.ReplaceAll(strings.TrimSuffix(line, "\r"), "\t", "    "), 300) + "\n")
	}
	return b.String()
}

// allowing offers the exemption of what likely needs the host.
func allowing(findings []*report.Finding) string {
	var evidence []string
	likely := false
	for _, f := range findings {
		if !f.HostNeed.Likely {
			continue
		}
		likely = likely || len(f.Occurrences) > 0
		for _, text := range f.HostNeed.Evidence {
			if text = ghtext.Prose(text); !slices.Contains(evidence, text) {
				evidence = append(evidence, text)
			}
		}
	}
	if !likely {
		return ""
	}
	text := "It likely needs the host"
	if len(evidence) > 0 {
		text += ": " + strings.Join(evidence, "; ")
	}
	snippet := report.ExemptionOf(maxListed, findings...)
	if snippet == "" || !sayable(snippet) {
		return text + ".\n\n"
	}
	return text + ".\n\n" + ghtext.Folded("Allow it instead", "Add this to `.podmend.yaml`, with the reason:\n\n"+ghtext.Fenced("yaml", snippet)+
		"\nIt counts from the merge on.\n") + "\n"
}
