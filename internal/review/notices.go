package review

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/podmend/podmend/internal/changes"
	"github.com/podmend/podmend/internal/ghtext"
)

// A notice is a change of what podmend allows, which a pull request makes beside its findings.
type notice struct {
	file string
	line int    // 0 for the file as a whole
	text string // what the line says, "" for the file
	item bool   // an exemption of the configuration
}

// configFile is where podmend's configuration stands.
const configFile = ".podmend.yaml"

// read are the endings of files in which an exemption counts.
var read = []string{".yaml", ".yml", ".json", ".tpl", ".txt"}

// noticesOf finds new exemptions in comments and annotations, and changes of the configuration. A line
// that was only moved is none.
func (d *draft) noticesOf(diff *changes.Diff) []notice {
	var notices []notice
	for i := range diff.Files {
		file := &diff.Files[i]
		if file.Name == configFile || file.OldName == configFile {
			notices = append(append(notices, notice{file: file.Name}), d.exemptionsIn(file)...)
			continue
		}
		if !slices.Contains(read, path.Ext(file.Name)) && path.Base(file.Name) != "Kustomization" {
			continue
		}
		removed := map[string]int{}
		for _, hunk := range file.Hunks {
			for _, line := range hunk.Lines {
				if line.Kind == '-' {
					removed[strings.TrimSpace(line.Text)]++
				}
			}
		}
		for _, hunk := range file.Hunks {
			for _, line := range hunk.Lines {
				text := strings.TrimSpace(line.Text)
				if line.Kind != '+' || !strings.Contains(text, "podmend:ignore") && !strings.Contains(text, "podmend.io/ignore") {
					continue
				}
				if removed[text]--; removed[text] < 0 {
					notices = append(notices, notice{file: file.Name, line: line.New, text: text})
				}
			}
		}
	}
	return notices
}

// exemptionsIn finds the exemptions of the configuration of which a line is new, by their lines: what a
// stranger wrote is not parsed for this.
func (d *draft) exemptionsIn(file *changes.File) (found []notice) {
	if file.Name != configFile || file.Status == changes.Removed || len(file.Hunks) == 0 {
		return nil
	}
	lines := strings.Split(string(d.file(file.Name)), "\n")
	indent := func(i int) int { return len(lines[i]) - len(strings.TrimLeft(lines[i], " ")) }
	isItem := func(i int) bool { return strings.HasPrefix(strings.TrimLeft(lines[i], " "), "- ") }
	last := -1
	for i := range lines {
		start := i
		for start > 0 && !(isItem(start) && (start == i || indent(start) < indent(i))) {
			start--
		}
		if start == last || !file.Adds(i+1, i+1) || !isItem(start) {
			continue
		}
		last = start
		words := []string{strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(lines[start]), "-"))}
		for next := start + 1; next < len(lines) && indent(next) > indent(start) && strings.TrimSpace(lines[next]) != ""; next++ {
			words = append(words, strings.TrimSpace(lines[next]))
		}
		if text := strings.ReplaceAll(strings.Join(words, ", "), ":, - ", ": "); strings.Contains(text, "control:") || strings.Contains(text, "controls:") {
			found = append(found, notice{file: file.Name, line: start + 1, text: text, item: true})
		}
	}
	return found
}

// pending says of findings that the pull request brings an exemption for them, which stands at their lines.
func (d *draft) pending(c *comment) string {
	for _, n := range d.notices {
		for _, f := range c.findings {
			near := f.Origin.Line > 0 && (n.line == f.Origin.Line || n.line == f.Origin.Line-1)
			if !n.item && n.file == f.Origin.File && near && strings.Contains(n.text, f.Control) {
				return fmt.Sprintf("The exemption in line %d counts from the merge on; until then this stays open.\n\n", n.line)
			}
		}
	}
	return ""
}

func (d *draft) noticesText() string {
	if len(d.notices) == 0 {
		return ""
	}
	var lines []string
	for _, n := range d.notices {
		if n.line == 0 {
			lines = append(lines, ghtext.Code(n.file)+" changes what podmend checks and allows")
			continue
		}
		lines = append(lines, fmt.Sprintf("%s: %s", ghtext.Code(fmt.Sprintf("%s:%d", n.file, n.line)), ghtext.Code(n.text)))
	}
	return "This pull request also changes what podmend allows. That takes effect after the merge, so look at it as you look at code:\n\n" + listed(lines, "the diff shows") + "\n"
}
