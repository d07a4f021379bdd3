package fix

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// hostFields are the fields of pod templates that likely need the host.
type hostFields map[*render.PodTemplate][]yamledit.Path

// leaveHostWorkloads refuses what likely needs the host, and remedies that would change it along
// with something else, since a wrong fix costs more than a missing one. A finding that is left alone in
// one pod template is left alone in all: one place in source serves them.
func (p *proposer) leaveHostWorkloads(findings []check.Finding, groups []*podFindings) {
	if p.options.IncludeHostWorkloads {
		return
	}
	fields := hostFields{}
	for i := range findings {
		finding := &findings[i]
		if !finding.HostNeed.Likely {
			continue
		}
		p.left[finding.ID] = true
		p.refusals[finding.ID] = &Refusal{HostWorkload, "it likely needs the host. If it does, allow it in .podmend.yaml: " +
			exemptionSnippet(finding) + "; otherwise podmend fix --include-host-workloads looks for an edit"}
		for _, occurrence := range finding.Occurrences {
			fields[occurrence.Pod] = append(fields[occurrence.Pod], occurrence.Field.Path)
		}
	}
	for again := len(fields) > 0; again; {
		again = false
		for _, group := range groups {
			for _, remedy := range p.remedies(group) {
				touched, ok := fields.touchedBy(group.pod, remedy.Changes)
				if !ok {
					continue
				}
				for _, field := range remedy.Fields {
					if id := group.ids[field.Path.String()]; !p.left[id] {
						again = true
						p.left[id] = true
						p.refusals[id] = &Refusal{HostWorkload, "to mend it, " + touched.String() +
							" of the same pod would have to change too, and that likely needs the host. " +
							"Allow both by an exemption, or run podmend fix --include-host-workloads"}
					}
				}
			}
		}
	}
}

// remedies returns what mends those fields of a group that are not left alone.
func (p *proposer) remedies(group *podFindings) []check.Remedy {
	if group.control.Mend == nil {
		return nil
	}
	var fields []check.Field
	for _, field := range group.fields {
		if !p.left[group.ids[field.Path.String()]] {
			fields = append(fields, field)
		}
	}
	if len(fields) == 0 {
		return nil
	}
	if len(fields) > maxFields {
		for _, id := range group.ids {
			p.refusals[id] = &Refusal{TooMany, fmt.Sprintf("one pod breaks the control in more than %d places; change what makes so many", maxFields)}
		}
		return nil
	}
	return p.mend(group, fields)
}

// touchedBy returns a field that the changes would alter.
func (h hostFields) touchedBy(pod *render.PodTemplate, changes []yamledit.Change) (yamledit.Path, bool) {
	for _, change := range changes {
		for _, field := range h[pod] {
			if change.Path.HasPrefix(field) || field.HasPrefix(change.Path) {
				return field, true
			}
		}
	}
	return nil, false
}

// snippetEntries is how many objects a snippet names; more would hide the sentence around it.
const snippetEntries = 3

// exemptionSnippet is the configuration that allows a finding, ready to paste.
func exemptionSnippet(finding *check.Finding) string {
	var entries []string
	seen := map[string]bool{}
	for _, occurrence := range finding.Occurrences {
		entry := exemptionEntry(finding, &occurrence)
		if !seen[entry] {
			seen[entry] = true
			entries = append(entries, entry)
		}
	}
	more := ""
	if n := len(entries) - snippetEntries; n > 0 {
		entries, more = entries[:snippetEntries], fmt.Sprintf(" (and %d more alike)", n)
	}
	return "exemptions: [" + strings.Join(entries, ", ") + "]" + more
}

func exemptionEntry(finding *check.Finding, occurrence *check.Occurrence) string {
	object := occurrence.Pod.Object
	entry := "{control: " + finding.Control.ID + ", kind: " + plainOrQuoted(object.Kind) + ", name: " + plainOrQuoted(object.Name)
	if object.Namespace != "" {
		entry += ", namespace: " + plainOrQuoted(object.Namespace)
	}
	if occurrence.Field.Container != "" {
		entry += ", container: " + plainOrQuoted(occurrence.Field.Container)
	}
	return entry + ", reason: " + strconv.Quote("needs the host: "+finding.HostNeed.Evidence[0]) + "}"
}

// plainWord is what YAML reads as a string without quotes.
var plainWord = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9.-]*$`)

// yamlWords are plain words that YAML 1.1 reads as something else.
var yamlWords = regexp.MustCompile(`(?i)^(y|n|yes|no|on|off|true|false|null)$`)

func plainOrQuoted(text string) string {
	if plainWord.MatchString(text) && !yamlWords.MatchString(text) {
		return text
	}
	return strconv.Quote(text)
}
