package sarif

import (
	"cmp"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/report"
)

// artifact names a file of the repository by a relative URI. What is no such file, as a saved report
// may claim, loses what would lead elsewhere.
func artifact(file string) *sarif.ArtifactLocation {
	clean := strings.TrimPrefix(path.Clean("/"+report.Inert(file, 0)), "/")
	// A colon in the first part would make a scheme of it.
	uri := strings.ReplaceAll((&url.URL{Path: clean}).EscapedPath(), ":", "%3A")
	return sarif.NewArtifactLocation().WithURI(cmp.Or(uri, ".")).WithURIBaseID(root)
}

func located(file string, region *sarif.Region) *sarif.Location {
	place := sarif.NewPhysicalLocation().WithArtifactLocation(artifact(file))
	if region != nil {
		place.WithRegion(region)
	}
	return sarif.NewLocationWithPhysicalLocation(place)
}

// placed is a line of a file, or the file alone.
func placed(file string, line int) []*sarif.Location {
	if line < 1 {
		return []*sarif.Location{located(file, nil)}
	}
	return []*sarif.Location{located(file, sarif.NewRegion().WithStartLine(line))}
}

// regionOf is the place of a finding. Code scanning wants a line for everything.
func regionOf(o *report.Origin) *sarif.Region {
	region := sarif.NewRegion().WithStartLine(max(o.Line, 1))
	if !o.Exact || o.Line < 1 || o.Column < 1 {
		return region
	}
	region.WithStartColumn(o.Column)
	if o.EndLine > o.Line || o.EndLine == o.Line && o.EndColumn > o.Column {
		region.WithEndLine(o.EndLine).WithEndColumn(max(o.EndColumn, 1))
	}
	return region
}

// fixes are the proven edits of a proposal.
func fixes(v *report.View, proposal *report.Proposal) *sarif.Fix {
	fixed := sarif.NewFix().WithDescription(message(description(proposal)))
	var change *sarif.ArtifactChange
	positions := map[string]*yamledit.File{}
	last := ""
	for _, edit := range proposal.Edits {
		if change == nil || edit.File != last {
			change = sarif.NewArtifactChange().WithArtifactLocation(artifact(edit.File))
			fixed.AddArtifactChange(change)
			last = edit.File
			if content := v.File(edit.File).Text; content != nil {
				positions[edit.File] = yamledit.Text(content)
			}
		}
		region := sarif.NewRegion().WithByteOffset(edit.Start).WithByteLength(edit.End - edit.Start)
		if file := positions[edit.File]; file != nil && edit.End <= len(file.Src) {
			at := file.Position(edit.Start, edit.End)
			region.WithStartLine(at.Line).WithStartColumn(at.Column).WithEndLine(at.EndLine).WithEndColumn(at.EndColumn)
		}
		replacement := sarif.NewReplacement().WithDeletedRegion(region)
		if edit.NewText != "" {
			replacement.WithInsertedContent(sarif.NewArtifactContent().WithText(edit.NewText))
		}
		change.AddReplacement(replacement)
	}
	return fixed
}

func description(proposal *report.Proposal) string {
	text := "Proven by rendering and checking again."
	if n := len(proposal.Findings); n > 1 {
		text += " It mends " + report.Quantity(n, "finding", "findings") + " together."
	}
	for _, note := range proposal.Notes {
		text += " " + report.InertProse(note, 0)
	}
	return text
}

var (
	placeholder = regexp.MustCompile(`\{(\d+)\}`)
	brackets    = strings.NewReplacer(`[`, `\[`, `]`, `\]`, `\`, `\\`)
)

// message escapes what a reader of SARIF would take for a link or a placeholder (§3.11.5, §3.11.6).
func message(s string) *sarif.Message {
	if strings.Contains(s, "](") {
		s = brackets.Replace(s)
	}
	return sarif.NewTextMessage(placeholder.ReplaceAllString(s, "{{$1}}"))
}
