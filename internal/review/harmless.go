package review

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/podmend/podmend/report"
)

// remedyWords are what the remedies of controls put in the place of a scalar.
var remedyWords = map[string][]string{
	"privileged":                {"false", "HostToContainer"},
	"hostNamespaces":            {"false", "ClusterFirst"},
	"windowsHostProcess":        {"false"},
	"hostPorts":                 {"0"},
	"appArmorProfile":           {"RuntimeDefault", "runtime/default"},
	"seccompProfile_baseline":   {"RuntimeDefault", "runtime/default"},
	"seccompProfile_restricted": {"RuntimeDefault", "runtime/default"},
	"procMount":                 {"Default"},
	"procMount_restricted":      {"Default"},
	"allowPrivilegeEscalation":  {"false"},
	"runAsNonRoot":              {"true"},
}

var scalar = regexp.MustCompile(`^[A-Za-z0-9_./-]+$`)

// harmless says whether the edits of a saved proposal can do nothing but what they are said to do: take
// something away, or put a word of the control's remedy in the place of a scalar.
func (d *draft) harmless(p *report.Proposal) bool {
	var words []string
	capability := false
	for i := range d.in.Report.Findings {
		if f := &d.in.Report.Findings[i]; slices.Contains(p.Findings, f.ID) {
			words = append(words, remedyWords[f.Control]...)
			capability = capability || strings.HasPrefix(f.Control, "capabilities_")
		}
	}
	edits := slices.SortedFunc(slices.Values(p.Edits), byPlace)
	for i, edit := range edits {
		content := d.source(edit.File)
		if content == nil || edit.Start < 0 || edit.End < edit.Start || edit.End > len(content) {
			return false
		}
		if edit.NewText == "" {
			continue
		}
		edit = widened(content, edit)
		if i > 0 && meets(edits[i-1], edit) || i+1 < len(edits) && meets(edit, edits[i+1]) {
			return false // together they make another word
		}
		old := string(content[edit.Start:edit.End])
		bare := strings.TrimPrefix(old, "CAP_")
		switch {
		case !scalar.MatchString(old) || !standsAlone(content, edit):
			return false
		case capability && bare != old && edit.NewText == bare:
		case !slices.Contains(words, edit.NewText):
			return false
		}
	}
	return true
}

// widened is an edit of the whole word that an edit changes a part of: of false and true the last letter is
// the same.
func widened(content []byte, edit report.Edit) report.Edit {
	start, end := edit.Start, edit.End
	for start > max(0, edit.Start-maxWord) && scalar.Match(content[start-1:start]) {
		start--
	}
	for end < min(len(content), edit.End+maxWord) && scalar.Match(content[end:end+1]) {
		end++
	}
	edit.NewText = string(content[start:edit.Start]) + edit.NewText + string(content[edit.End:end])
	edit.Start, edit.End = start, end
	return edit
}

// maxWord is longer than any word that a remedy touches.
const maxWord = 64

func byPlace(a, b report.Edit) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
}

// meets says whether two edits touch.
func meets(a, b report.Edit) bool { return a.File == b.File && a.Start <= b.End && b.Start <= a.End }

// standsAlone says whether the bytes of an edit are a whole value, not a part of one and not a key.
func standsAlone(content []byte, edit report.Edit) bool {
	before, after := byte('\n'), byte('\n')
	if edit.Start > 0 {
		before = content[edit.Start-1]
	}
	if edit.End < len(content) {
		after = content[edit.End]
	}
	if before == after && (before == '"' || before == '\'') {
		return true
	}
	return strings.IndexByte(" \t[,", before) >= 0 && strings.IndexByte(" \t\r\n,]}", after) >= 0
}
