package cli

import (
	"fmt"
	"strings"

	"github.com/podmend/podmend/check"
)

// A pageBlock is one part of the page of a control: prose, a list or code.
type pageBlock struct {
	text string
	list []string
	code string // YAML
}

// A pageSection has a title and parts; a subsection stands in the section before it.
type pageSection struct {
	title  string
	sub    bool
	blocks []pageBlock
}

// pageOf makes the page of a control, for docs/controls and for podmend explain alike.
func pageOf(control *check.Control) ([]pageSection, error) {
	doc := control.Doc
	before, after := control.Example()
	patch, err := examplePatch(before, after)
	if err != nil {
		return nil, fmt.Errorf("the example of %s: %w", control.ID, err)
	}
	var allowed []string
	for _, values := range doc.Allowed {
		allowed = append(allowed, fmt.Sprintf("since %s: %s", values.Since.String(), values.Values))
	}
	return []pageSection{
		{title: "What it means", blocks: []pageBlock{{text: doc.Means}}},
		{title: "Why it matters", blocks: []pageBlock{{text: doc.Danger}}},
		{title: "Fields", blocks: []pageBlock{{list: doc.Fields}}},
		{title: "Allowed values", blocks: []pageBlock{{text: "By version of the policy:"}, {list: allowed}}},
		{title: "Before", blocks: []pageBlock{{code: before}}},
		{title: "After", blocks: []pageBlock{{code: after}}},
		{title: "How it is mended", blocks: []pageBlock{
			{text: doc.Mended},
			{text: "By hand: " + doc.Advice},
		}},
		{title: "In a manifest", sub: true, blocks: []pageBlock{{text: manifestText}}},
		{title: "In a Helm chart", sub: true, blocks: []pageBlock{{text: helmText}, {list: helmSteps}}},
		{title: "In a kustomization", sub: true, blocks: []pageBlock{
			{text: kustomizeText}, {text: kustomizePatchText}, {code: patch},
		}},
		{title: "Read on", blocks: []pageBlock{{text: doc.Page}}},
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

// controlPages returns the files of docs/controls.
func controlPages() (map[string]string, error) {
	pages := map[string]string{}
	var index strings.Builder
	index.WriteString("# Controls\n\nThe rules of the Pod Security Standards, by the ids of Kubernetes' own checks. " +
		"`podmend explain CONTROL` prints the same pages.\n\n| control | level | severity | about |\n|---|---|---|---|\n")
	for _, control := range check.Controls() {
		sections, err := pageOf(control)
		if err != nil {
			return nil, err
		}
		name := control.ID + ".md"
		pages[name] = markdownPage(control, sections)
		fmt.Fprintf(&index, "| [%s](%s) | %s | %s | %s |\n", control.ID, name, control.Level, control.Severity, control.Title)
	}
	pages["README.md"] = index.String()
	return pages, nil
}

func markdownPage(control *check.Control, sections []pageSection) string {
	var page strings.Builder
	fmt.Fprintf(&page, "<!-- Made from check and check/examples by make golden. -->\n\n# %s: %s\n\nLevel %s, severity %s.\n",
		control.ID, control.Title, control.Level, control.Severity)
	for _, section := range sections {
		mark := "##"
		if section.sub {
			mark = "###"
		}
		fmt.Fprintf(&page, "\n%s %s\n", mark, section.title)
		for _, block := range section.blocks {
			page.WriteByte('\n')
			switch {
			case block.code != "":
				page.WriteString("```yaml\n" + block.code + "```\n")
			case block.list != nil:
				for _, item := range block.list {
					page.WriteString("- " + inMarkdown(item) + "\n")
				}
			default:
				page.WriteString(inMarkdown(block.text) + "\n")
			}
		}
	}
	return page.String()
}

// inMarkdown keeps the characters of prose that Markdown takes for its own. A field's path is code.
func inMarkdown(text string) string {
	if strings.HasPrefix(text, "spec.") || strings.HasPrefix(text, "metadata.") {
		path, rest, _ := strings.Cut(text, " ")
		return strings.TrimSpace("`" + path + "` " + rest)
	}
	if strings.HasPrefix(text, "https://") {
		return "<" + text + ">"
	}
	return strings.NewReplacer("*", `\*`, "_", `\_`, "<", `\<`, "[", `\[`).Replace(text)
}
