package fix

import (
	"regexp"
	"slices"
	"strings"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

var (
	// switchNamed matches a condition by a value that is called like what it switches on.
	switchNamed = regexp.MustCompile(`(?i)host_?(?:network|pid|ipc|process)|privileged`)
	// offLines matches lines that say nothing but what Kubernetes takes anyway.
	offLines = regexp.MustCompile(`^(?:\s*(?:(?:hostNetwork|hostPID|hostIPC|hostProcess|privileged):\s*false|dnsPolicy:\s*["']?ClusterFirst["']?)\s*(?:\n|$)|\s*\n)*\s*$`)
)

// withoutOff deletes what is in a block of which edits leave only that what its condition is about is off: if hostNetwork,
// hostNetwork: false. Edits are of one template, sorted and apart.
func withoutOff(template *render.Template, edits []yamledit.Edit) []yamledit.Edit {
	var opened render.TemplatePart // the last block that opened, if no other followed and it has no other branch
	for _, part := range template.Parts() {
		switch {
		case part.Word == "if" && switchNamed.MatchString(template.Source[part.Start:part.End]):
			opened = part
		case part.Word == "end" && opened.Action:
			if isOff(template.Source, opened.End, part.Start, edits) {
				edits = slices.DeleteFunc(slices.Clone(edits), func(edit yamledit.Edit) bool { return edit.Start >= opened.End && edit.End <= part.Start })
				edits = append(edits, deletion(opened.End, part.Start))
			}
			opened = render.TemplatePart{}
		case part.Action:
			opened = render.TemplatePart{}
		}
	}
	return edits
}

// isOff says whether edits of a range make lines of it that mean nothing, and leave no other.
func isOff(source string, start, end int, edits []yamledit.Edit) bool {
	var text strings.Builder
	at := start
	for _, edit := range edits {
		if edit.End <= start || edit.Start >= end {
			continue
		}
		if edit.Start < at || edit.End > end {
			return false
		}
		text.WriteString(source[at:edit.Start] + edit.NewText)
		at = edit.End
	}
	text.WriteString(source[at:end])
	return at > start && offLines.MatchString(text.String())
}
