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
}

// configFile is where podmend's configuration stands.
const configFile = ".podmend.yaml"

// read are the endings of files in which an exemption counts.
var read = []string{".yaml", ".yml", ".json", ".tpl", ".txt"}

// noticesOf finds new exemptions in comments and annotations, and changes of the configuration. A line
// that was only moved is none.
func noticesOf(diff *changes.Diff) []notice {
	var notices []notice
	for i := range diff.Files {
		file := &diff.Files[i]
		if file.Name == configFile || file.OldName == configFile {
			notices = append(notices, notice{file: file.Name})
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

func (d *draft) noticesText() string {
	if len(d.notices) == 0 {
		return ""
	}
	var lines []string
	for _, n := range d.notices {
		if n.line == 0 {
			lines = append(lines, ghtext.Code(n.file)+" changes: what podmend checks and allows")
			continue
		}
		lines = append(lines, fmt.Sprintf("%s: %s", ghtext.Code(fmt.Sprintf("%s:%d", n.file, n.line)), ghtext.Code(n.text)))
	}
	return "This pull request also changes what podmend allows. That takes effect after the merge, so look at it as you look at code:\n\n" + listed(lines, "the diff shows") + "\n"
}
