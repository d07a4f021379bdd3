package review

import (
	"fmt"
	"slices"
	"strings"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/ghtext"
	"github.com/podmend/podmend/report"
)

// textOf is the text of a comment: what is wrong, what it reaches, why it matters, and what to do.
func (d *draft) textOf(c *comment) string {
	if c.text == "" {
		c.text = d.write(c)
	}
	return c.text
}

func (d *draft) write(c *comment) string {
	var wrongs, why strings.Builder
	for _, line := range d.wrongs(c) {
		wrongs.WriteString(line + "\n\n")
	}
	for _, control := range controlsOf(c.findings) {
		why.WriteString("Why it matters: " + danger(control, c.findings) + "\n\n")
	}
	remedy := d.remedy(c)
	text := wrongs.String() + d.standing(c) + d.pending(c) + reaches(c.findings) + why.String() + allowing(c.findings) + remedy
	if len(text) > maxText {
		// A block that is cut open hides what follows, and a suggestion would commit it.
		text = cut(wrongs.String(), maxWords, "") + "\n\nMore is in podmend's report.\n\n" + d.standing(c) + d.pending(c) + why.String() + cut(remedy, maxWords, "")
	}
	return strings.TrimRight(text, "\n") + "\n"
}

// wrongs says what is wrong, one line for each control and message.
func (d *draft) wrongs(c *comment) []string {
	var lines []string
	for _, f := range c.findings {
		line := wrong(f)
		if versions := d.in.Report.DeniedBy(f); versions != "" {
			line = strings.TrimSuffix(line, ".") + " (" + versions + ")."
		}
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	if len(lines) > 1 {
		lines = []string{"- " + strings.Join(lines, "\n- ")}
	}
	return lines
}

// wrong is one sentence. The id of the control says what its title would say again.
func wrong(f *report.Finding) string {
	message := f.Message
	if control, ok := check.ControlByID(f.Control); ok {
		message = strings.TrimPrefix(message, control.Title+": ")
	}
	return fmt.Sprintf("%s **%s**: %s.", ghtext.Control(f.Control), ghtext.Prose(f.Severity), ghtext.Prose(strings.TrimSuffix(message, ".")))
}

// danger is what is said of the fields that the findings are about. A control whose sentences don't each
// tell of a field says all.
func danger(control *check.Control, findings []*report.Finding) string {
	var said []string
	for _, sentence := range strings.SplitAfter(control.Doc.Danger, ". ") {
		about := slices.IndexFunc(control.Doc.Fields, func(field string) bool { return strings.Contains(sentence, lastKey(field)) })
		if about < 0 {
			return control.Doc.Danger
		}
		if slices.ContainsFunc(findings, func(f *report.Finding) bool { return strings.Contains(f.Message, lastKey(control.Doc.Fields[about])) }) {
			said = append(said, strings.TrimSpace(sentence))
		}
	}
	if len(said) == 0 {
		return control.Doc.Danger
	}
	return strings.Join(said, " ")
}

func lastKey(field string) string { return field[strings.LastIndexByte(field, '.')+1:] }

// standing says where the fields stand that a comment elsewhere is about.
func (d *draft) standing(c *comment) string {
	var places []string
	distant := false
	for _, f := range c.findings {
		o := f.Origin
		if o.File == c.at.file && (c.at.surface == AtFile && o.Line == 0 || c.at.surface == AtLine && o.Line >= c.at.start && o.Line <= c.at.end) {
			continue
		}
		distant = distant || len(f.Changes) > 0
		if at := ghtext.Code(where(o)); !slices.Contains(places, at) {
			places = append(places, at)
		}
	}
	switch {
	case len(places) == 0:
		return ""
	case len(places) > maxListed:
		places = append(places[:maxListed], fmt.Sprintf("%d more places", len(places)-maxListed))
	}
	if distant && c.at.surface == AtLine {
		return "What changes here" + elsewhere(c) + " brings it about; the field itself stands in " + strings.Join(places, ", ") + ".\n\n"
	}
	return "It stands in " + strings.Join(places, ", ") + ".\n\n"
}

// elsewhere names the other changed lines that bring the findings of a comment about.
func elsewhere(c *comment) string {
	var places []string
	for _, f := range c.findings {
		for _, change := range f.Changes {
			at := ghtext.Code(fmt.Sprintf("%s:%d", change.File, change.Line))
			here := change.File == c.at.file && change.Line <= c.at.end && max(change.EndLine, change.Line) >= c.at.start
			if !here && !slices.Contains(places, at) {
				places = append(places, at)
			}
		}
	}
	if len(places) > maxListed {
		places = append(places[:maxListed], fmt.Sprintf("%d more places", len(places)-maxListed))
	}
	if len(places) == 0 {
		return ""
	}
	return " and in " + strings.Join(places, ", ")
}

func where(o report.Origin) string {
	if o.Line > 0 {
		return fmt.Sprintf("%s:%d", o.File, o.Line)
	}
	return o.File
}

const (
	maxListed = 3  // names in a sentence
	maxFolded = 50 // names in a folded list
	maxList   = 15_000
)

const inReport = "podmend's report lists"

// reaches names the workloads, and the targets, which are the environments.
func reaches(findings []*report.Finding) string {
	var workloads, targets []string
	seen := map[string]bool{}
	add := func(list *[]string, name string) {
		if !seen[name] {
			seen[name] = true
			*list = append(*list, name)
		}
	}
	for _, f := range findings {
		for _, o := range f.Occurrences {
			add(&workloads, ghtext.Workload(o))
			add(&targets, ghtext.Code(o.Target))
		}
	}
	clusters := ""
	if names := report.ChangedEnvironments(findings); names != "" {
		clusters = "Changes in the clusters " + ghtext.Prose(names) + ".\n\n"
	}
	switch {
	case len(workloads) == 0:
		return ""
	case len(workloads) <= maxListed && len(targets) <= maxListed:
		return "Reaches " + strings.Join(workloads, ", ") + " in " + strings.Join(targets, ", ") + ".\n\n" + clusters
	}
	return ghtext.Folded(fmt.Sprintf("Reaches %s in %s", ghtext.Count(len(workloads), "workload"), ghtext.Count(len(targets), "target")),
		listed(workloads, inReport)+"\nTargets:\n\n"+listed(targets, inReport)) + "\n" + clusters
}

// listed makes a list, of as many items as a reader and GitHub's limits take. rest is where the others are.
func listed(items []string, rest string) string {
	var b strings.Builder
	for i, item := range items {
		if i == maxFolded || b.Len()+len(item) > maxList {
			fmt.Fprintf(&b, "- %d more, which %s\n", len(items)-i, rest)
			break
		}
		b.WriteString("- " + item + "\n")
	}
	return b.String()
}

func controlsOf(findings []*report.Finding) []*check.Control {
	var controls []*check.Control
	for _, f := range findings {
		if control, ok := check.ControlByID(f.Control); ok && !slices.Contains(controls, control) {
			controls = append(controls, control)
		}
	}
	return controls
}

// cut shortens a text at the end of a line.
func cut(text string, limit int, more string) string {
	if len(text) <= limit {
		return text
	}
	text = text[:limit-len(more)-1]
	if i := strings.LastIndexByte(text, '\n'); i >= 0 {
		text = text[:i]
	}
	return text + more
}
