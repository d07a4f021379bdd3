// Package page makes the page of each control: what it means, what it allows, how it is mended.
package page

import (
	"fmt"

	"github.com/podmend/podmend/check"
)

// A Block is one part of a page: prose, a list or code.
type Block struct {
	Text string
	List []string
	Code string // YAML
}

// A Section has a title and parts; a subsection stands in the section before it.
type Section struct {
	Title  string
	Sub    bool
	Blocks []Block
}

// URL is where the page of a control is read.
func URL(control string) string {
	return "https://github.com/podmend/podmend/blob/main/docs/controls/" + control + ".md"
}

// Known says whether a control has a page.
func Known(control string) bool {
	_, known := check.ControlByID(control)
	return known
}

// Of makes the page of a control, for docs/controls, podmend explain and reports alike.
func Of(control *check.Control) ([]Section, error) {
	doc := control.Doc
	before, after := control.Example()
	patch, err := Patch(before, after)
	if err != nil {
		return nil, fmt.Errorf("the example of %s: %w", control.ID, err)
	}
	var allowed []string
	for _, values := range doc.Allowed {
		allowed = append(allowed, fmt.Sprintf("since %s: %s", values.Since.String(), values.Values))
	}
	return []Section{
		{Title: "What it means", Blocks: []Block{{Text: doc.Means}}},
		{Title: "Why it matters", Blocks: []Block{{Text: doc.Danger}}},
		{Title: "Fields", Blocks: []Block{{List: doc.Fields}}},
		{Title: "Allowed values", Blocks: []Block{{Text: "By version of the policy:"}, {List: allowed}}},
		{Title: "Before", Blocks: []Block{{Code: before}}},
		{Title: "After", Blocks: []Block{{Code: after}}},
		{Title: "How it is mended", Blocks: []Block{
			{Text: doc.Mended},
			{Text: "By hand: " + doc.Advice},
		}},
		{Title: "In a manifest", Sub: true, Blocks: []Block{{Text: manifestText}}},
		{Title: "In a Helm chart", Sub: true, Blocks: []Block{{Text: helmText}, {List: helmSteps}}},
		{Title: "In a kustomization", Sub: true, Blocks: []Block{
			{Text: kustomizeText}, {Text: kustomizePatchText}, {Code: patch},
		}},
		{Title: "Read on", Blocks: []Block{{Text: doc.Page}}},
	}, nil
}

const (
	manifestText = "podmend fix shows the edit as a diff, and podmend fix --write makes it, once rendering and checking again has " +
		"proven that it mends the finding and changes nothing else. What likely needs the host is left alone unless " +
		"--include-host-workloads is given."

	helmText = "podmend names the line of the template or of the values that sets the field. podmend fix edits the value where one value " +
		"decides, else the template, and proves the edit with every set of values that podmend renders the chart with. By hand:"

	kustomizeText = "podmend fix edits the resource, patch or component that sets the field, and proves the edit on every target that reads the " +
		"file. Where another transformer sets it, and with --fix-at overlay, it adds a patch to the overlay."
	kustomizePatchText = "Where the base is not yours to change, a patch in your kustomization.yaml does the same. For the pod above:"
)

var helmSteps = []string{
	"If the field stands in the template, change it there.",
	"If the template prints a value ({{ .Values.x }}, toYaml), set the value in the file that wins: the environment's values " +
		"file over the chart's values.yaml.",
	"If it comes from a subchart, set the value in the parent's values.yaml below the subchart's name; the next update of " +
		"a vendored chart would undo an edit in it.",
	"An emptied list or map may break the YAML around it, so run podmend check again.",
}
