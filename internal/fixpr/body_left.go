package fixpr

import (
	"fmt"
	"strings"

	"github.com/podmend/podmend/internal/ghtext"
	"github.com/podmend/podmend/report"
)

// maxSnippet bounds one exemption in bytes.
const maxSnippet = 2_000

// leftAlone tells what is left to people: what likely needs the host, with its exemption, and what was
// refused, with the reason.
func (w *writer) leftAlone(room int) string {
	var host, refused []*report.Finding
	for i := range w.in.Report.Findings {
		f := &w.in.Report.Findings[i]
		if _, left := w.in.Left[f.ID]; !left {
			continue
		}
		if f.HostNeed.Likely {
			host = append(host, f)
		} else {
			refused = append(refused, f)
		}
	}
	text := w.list("### Likely needs the host, and is left to people\n\n", host, room/2, func(f *report.Finding) string {
		entry := "- " + w.line(f) + "\n"
		if len(f.HostNeed.Evidence) > 0 {
			entry = strings.TrimSuffix(entry, "\n") + " Evidence: " + ghtext.Prose(strings.Join(f.HostNeed.Evidence, "; ")) + ".\n"
		}
		if snippet := report.Exempting(f); snippet != "" && len(snippet) < maxSnippet {
			entry += "\n" + ghtext.Folded("Allow it", "Add this to `.podmend.yaml`, with the reason:\n\n"+ghtext.Fenced("yaml", snippet)) + "\n"
		}
		return entry
	})
	return text + w.list("### Not mended\n\n", refused, room-len(text), func(f *report.Finding) string {
		reason := w.in.Left[f.ID]
		if reason == "" {
			reason = w.view.Refusal(f)
		}
		entry := "- " + w.line(f)
		if reason != "" {
			entry += " Why: " + ghtext.Prose(strings.TrimSuffix(reason, ".")) + "."
		}
		return entry + "\n"
	})
}

// list writes as many entries as there is room for.
func (w *writer) list(title string, findings []*report.Finding, room int, entry func(*report.Finding) string) string {
	const forRest = 100
	if len(findings) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(title)
	for i, f := range findings {
		text := entry(f)
		if b.Len()+len(text)+forRest > room {
			fmt.Fprintf(&b, "- %s more, which the full report lists\n", ghtext.Count(len(findings)-i, "finding"))
			break
		}
		b.WriteString(text)
	}
	return b.String() + "\n"
}
