package review

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/report"
)

// remedy says how the findings of a comment are mended.
func (d *draft) remedy(c *comment) string {
	if c.proposal == nil {
		return d.byHand(c)
	}
	var b strings.Builder
	notes := ""
	for _, note := range c.proposal.Notes {
		notes += " " + prose(note)
	}
	proven := fmt.Sprintf("Proven by rendering %s again: the finding goes, and nothing else changes.%s\n\n",
		count(len(c.proposal.Targets), "target"), notes)
	if d.in.Saved {
		proven = "podmend proved this fix in the job that made its report." + notes + "\n\n"
	}
	if c.offer != nil {
		b.WriteString(fenced("suggestion", c.offer.text) + "\n" + proven)
		return b.String()
	}
	if diff := d.diffOf(c.proposal); diff != "" {
		b.WriteString(folded("The fix", fenced("diff", diff)) + "\n")
	}
	b.WriteString(proven)
	if others := len(c.proposal.Findings) - len(c.findings); others > 0 {
		fmt.Fprintf(&b, "It also mends %s, and is applied as one: ", count(others, "other finding"))
	} else {
		b.WriteString("Apply it by ")
	}
	b.WriteString(command(c.findings) + ".\n\n")
	return b.String()
}

// byHand is for what podmend does not mend.
func (d *draft) byHand(c *comment) string {
	var b strings.Builder
	var reasons []string
	for _, f := range c.findings {
		if f.Refusal != nil && !slices.Contains(reasons, f.Refusal.Message) {
			reasons = append(reasons, f.Refusal.Message)
		}
	}
	for _, reason := range reasons {
		if reason != "" {
			b.WriteString("podmend offers no fix: " + prose(reason) + "\n\n")
		}
	}
	for _, control := range controlsOf(c.findings) {
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

// diffOf shows what a proposal changes, "" where a file is not the one that it was made for.
func (d *draft) diffOf(p *report.Proposal) string {
	var diff strings.Builder
	for i := 0; i < len(p.Edits); {
		name := p.Edits[i].File
		n := i
		for n < len(p.Edits) && p.Edits[n].File == name {
			n++
		}
		content := d.source(name)
		if content == nil || len(content) > maxDiffed || d.in.Saved && !d.harmless(p, content) {
			return ""
		}
		last := p.Edits[n-1]
		if last.End > len(content) {
			return ""
		}
		after, whole := spliced(content, p.Edits[i:n], 0, len(content))
		if !whole {
			return ""
		}
		shown := report.Inert(name, maxName)
		diff.WriteString(udiff.Unified("a/"+shown, "b/"+shown, string(content), after))
		i = n
	}
	var b strings.Builder
	lines := strings.Split(strings.TrimSuffix(diff.String(), "\n"), "\n")
	for i, line := range lines {
		if i == maxDiffLines {
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
	var items []map[string]any
	for _, f := range findings {
		if !f.HostNeed.Likely {
			continue
		}
		for _, text := range f.HostNeed.Evidence {
			if text = prose(text); !slices.Contains(evidence, text) {
				evidence = append(evidence, text)
			}
		}
		for _, o := range f.Occurrences {
			if item := exemption(f.Control, o); len(items) < maxListed && !slices.ContainsFunc(items, func(known map[string]any) bool { return equal(known, item) }) {
				items = append(items, item)
			}
		}
	}
	if len(items) == 0 {
		return ""
	}
	text := "It likely needs the host"
	if len(evidence) > 0 {
		text += ": " + strings.Join(evidence, "; ")
	}
	snippet, err := yaml.Marshal(map[string]any{"exemptions": items})
	if err != nil {
		return text + ".\n"
	}
	return text + ".\n\n" + folded("Allow it instead", "Add this to `.podmend.yaml`, with the reason:\n\n"+fenced("yaml", string(snippet))+
		"\nIt counts from the merge on.\n")
}

func exemption(control string, o report.Occurrence) map[string]any {
	item := map[string]any{"control": control, "reason": "say why it is allowed"}
	for key, value := range map[string]string{"kind": o.Object.Kind, "namespace": o.Object.Namespace, "name": o.Object.Name, "container": o.Container} {
		if value != "" {
			item[key] = check.QuoteGlob(value)
		}
	}
	return item
}

func equal(a, b map[string]any) bool {
	return fmt.Sprint(a) == fmt.Sprint(b)
}
