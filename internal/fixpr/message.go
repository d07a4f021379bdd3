package fixpr

import (
	"fmt"
	"slices"
	"strings"

	"github.com/podmend/podmend/internal/ghtext"
	"github.com/podmend/podmend/report"
)

// The placeholders of a commit's message.
const (
	placeFindings = "{findings}"
	placeCount    = "{count}"
	placeBase     = "{base}"
	placeGroup    = "{group}"
)

// DefaultMessage follows https://www.conventionalcommits.org
const DefaultMessage = "fix: mend {findings}"

const maxTitle = 200 // GitHub takes 256 characters

// expanded is the message's template with the values in place.
func (in *Input) expanded() string {
	template := in.Message
	if template == "" {
		template = DefaultMessage
		if in.Group != "" {
			template += " in {group}"
		}
	}
	n := len(in.mended())
	return strings.NewReplacer(
		placeFindings, fmt.Sprintf("%s of the Pod Security Standard %s", ghtext.Count(n, "finding"), in.Report.Policy.Level),
		placeCount, fmt.Sprint(n), placeBase, plain(in.Base), placeGroup, plain(in.Group),
	).Replace(strings.TrimSpace(strings.ReplaceAll(template, "\r", "")))
}

// plain leaves out of a name what GitHub reads as a mention or a reference.
func plain(name string) string { return strings.NewReplacer("@", "", "#", "").Replace(name) }

// title is that of the pull request, and the first line of the commit's message.
func (in *Input) title() string {
	first, _, _ := strings.Cut(in.expanded(), "\n")
	return report.InertProse(first, maxTitle)
}

// commitMessage names controls and counts. Names of files could be read by GitHub as references, such as
// "fixes #1".
func (in *Input) commitMessage() string {
	_, rest, _ := strings.Cut(in.expanded(), "\n")
	if rest = strings.TrimSpace(rest); rest == "" {
		rest = in.listed()
	}
	text := in.title() + "\n\n" + rest + "\n\n" + stamp{in.patchDigest(), in.Rewrite.Tree}.String() + "\n"
	if in.SignOff != "" {
		text += "Signed-off-by: " + in.SignOff + "\n"
	}
	return text
}

func (in *Input) listed() string {
	counts := map[string]int{}
	var controls []string
	for _, f := range in.mended() {
		if counts[f.Control]++; counts[f.Control] == 1 {
			controls = append(controls, f.Control)
		}
	}
	slices.Sort(controls)
	var b strings.Builder
	for _, control := range controls {
		fmt.Fprintf(&b, "- %s: %s\n", control, ghtext.Count(counts[control], "finding"))
	}
	fmt.Fprintf(&b, "\npodmend proved these changes of %s by rendering and checking again.", ghtext.Count(len(in.Rewrite.Files), "file"))
	return b.String()
}
