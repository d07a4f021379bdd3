package report

import (
	"fmt"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/check"
)

// maxExempting is how many entries an offered exemption has at most.
const maxExempting = 5

// Exempting is what to add to .podmend.yaml to allow a finding that likely needs the host, "" for any
// other. The reason is left to whoever allows it.
func Exempting(f *Finding) string {
	if f.Status == StatusExempt {
		return ""
	}
	var inert strings.Builder
	for line := range strings.Lines(ExemptionOf(maxExempting, f)) {
		inert.WriteString(Inert(strings.TrimSuffix(line, "\n"), maxPath) + "\n")
	}
	return inert.String()
}

// ExemptionOf writes the exemption, as YAML of at most so many entries, of those findings that likely
// need the host; "" if none does. Its names are a stranger's text.
func ExemptionOf(most int, findings ...*Finding) string {
	var entries []map[string]any
	for _, f := range findings {
		if !f.HostNeed.Likely {
			continue
		}
		for _, o := range f.Occurrences {
			entry := map[string]any{"control": f.Control, "reason": "say why it is allowed"}
			for key, value := range map[string]string{"kind": o.Object.Kind, "namespace": o.Object.Namespace, "name": o.Object.Name, "container": o.Container} {
				if value != "" {
					entry[key] = check.QuoteGlob(value)
				}
			}
			same := func(known map[string]any) bool { return fmt.Sprint(known) == fmt.Sprint(entry) }
			if len(entries) < most && !slices.ContainsFunc(entries, same) {
				entries = append(entries, entry)
			}
		}
	}
	text, err := yaml.Marshal(map[string]any{"exemptions": entries})
	if err != nil || len(entries) == 0 {
		return ""
	}
	return string(text)
}
