package page

import (
	"fmt"
	"strings"

	"github.com/podmend/podmend/check"
)

// Files returns the files of docs/controls.
func Files() (map[string]string, error) {
	pages := map[string]string{}
	var index strings.Builder
	index.WriteString("# Controls\n\nThe rules of the Pod Security Standards, by the ids of Kubernetes' own checks. " +
		"`podmend explain CONTROL` prints the same pages.\n\n| control | level | severity | about |\n|---|---|---|---|\n")
	for _, control := range check.Controls() {
		sections, err := Of(control)
		if err != nil {
			return nil, err
		}
		name := control.ID + ".md"
		pages[name] = whole(control, sections)
		fmt.Fprintf(&index, "| [%s](%s) | %s | %s | %s |\n", control.ID, name, control.Level, control.Severity, control.Title)
	}
	pages["README.md"] = index.String()
	return pages, nil
}

func whole(control *check.Control, sections []Section) string {
	return fmt.Sprintf("<!-- Made from check and check/examples by make golden. -->\n\n# %s: %s\n\nLevel %s, severity %s.\n%s",
		control.ID, control.Title, control.Level, control.Severity, Markdown(sections))
}

// Markdown writes sections, each with an empty line before it.
func Markdown(sections []Section) string {
	var page strings.Builder
	for _, section := range sections {
		mark := "##"
		if section.Sub {
			mark = "###"
		}
		fmt.Fprintf(&page, "\n%s %s\n", mark, section.Title)
		for _, block := range section.Blocks {
			page.WriteByte('\n')
			switch {
			case block.Code != "":
				page.WriteString("```yaml\n" + block.Code + "```\n")
			case block.List != nil:
				for _, item := range block.List {
					page.WriteString("- " + inMarkdown(item) + "\n")
				}
			default:
				page.WriteString(inMarkdown(block.Text) + "\n")
			}
		}
	}
	return page.String()
}

// Text writes sections without marks, each with an empty line before it.
func Text(sections []Section) string {
	var page strings.Builder
	for _, section := range sections {
		fmt.Fprintf(&page, "\n%s\n", section.Title)
		for _, block := range section.Blocks {
			switch {
			case block.Code != "":
				page.WriteString(block.Code)
			case block.List != nil:
				for _, item := range block.List {
					page.WriteString("- " + item + "\n")
				}
			default:
				page.WriteString(block.Text + "\n")
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
