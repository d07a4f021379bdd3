package review

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/changes"
)

// New exemptions and changes of the configuration are noticed, and what was only moved is not.
func TestNotices(t *testing.T) {
	comment := "  hostPID: true # podmend:ignore hostNamespaces -- why"
	lines := func(kind byte, texts ...string) (all []changes.Line) {
		for i, text := range texts {
			all = append(all, changes.Line{Kind: kind, New: i + 1, Text: text + "\n"})
		}
		return all
	}
	file := func(name string, of ...[]changes.Line) changes.File {
		return changes.File{Name: name, Status: changes.Modified, Hunks: []changes.Hunk{{Lines: slices.Concat(of...)}}}
	}
	config := []string{
		"exemptions:", "- control: hostPorts", "  reason: old", "- reason: wider than before", "  controls:", "  - privileged",
		"  name: web", "charts:", "- path: a", "exemptions: # again", "- control: sysctls", "  name: '*'", "- name: db", "  control: procMount",
	}
	diff := &changes.Diff{Files: []changes.File{
		file(".podmend.yaml", lines(' ', config[:9]...), lines('+', config[9:]...)),
		{Name: "elsewhere.yaml", OldName: ".podmend.yaml", Status: changes.Renamed},
		file("charts/.podmend.yaml", lines('+', "failOn: high")),
		file("new.yaml", lines('+', "a: 1", comment)),
		file("template.tpl", lines('+', "{{/* podmend:ignore privileged -- why */}}")),
		file("annotation.yaml", lines('+', `    podmend.io/ignore: hostPorts -- why`)),
		file("moved.yaml", lines('-', comment), lines('+', "  "+comment)),
		file("twice.yaml", lines('-', comment), lines('+', comment, comment)),
		file("removed.yaml", lines('-', comment)),
		file("around.yaml", lines(' ', comment), lines('+', "a: 1")),
		file("docs/exemptions.md", lines('+', comment)),
	}}
	diff.Files[0].Hunks[0].Lines[6].Kind = '+' // the name in an exemption that stood there before
	for i := range diff.Files[0].Hunks[0].Lines {
		diff.Files[0].Hunks[0].Lines[i].New = i + 1
	}
	d := newDraft(&Input{Report: toy(nil), Diff: &changes.Diff{}, File: func(string) ([]byte, error) { return []byte(strings.Join(config, "\n")), nil }})
	d.notices = d.noticesOf(diff)
	got := d.noticesText()
	want := "- `.podmend.yaml` changes what podmend checks and allows\n" +
		"- `.podmend.yaml:4`: `reason: wider than before, controls: privileged, name: web`\n" +
		"- `.podmend.yaml:11`: `control: sysctls, name: '*'`\n" +
		"- `.podmend.yaml:13`: `name: db, control: procMount`\n" +
		"- `elsewhere.yaml` changes what podmend checks and allows\n" +
		"- `new.yaml:2`: `hostPID: true # podmend:ignore hostNamespaces -- why`\n" +
		"- `template.tpl:1`: `{{/* podmend:ignore privileged -- why */}}`\n" +
		"- `annotation.yaml:1`: `podmend.io/ignore: hostPorts -- why`\n" +
		"- `twice.yaml:2`: `hostPID: true # podmend:ignore hostNamespaces -- why`\n"
	if _, list, _ := strings.Cut(got, ":\n\n"); list != want+"\n" || !strings.Contains(got, "takes effect after the merge") {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// However many there are and however long, the review stays within what GitHub takes.
func TestManyNotices(t *testing.T) {
	strange := strings.Repeat("\U000e0100", 100)
	file := changes.File{Name: "a/" + strange + ".yaml", Status: changes.Added, Hunks: []changes.Hunk{{}}}
	for i := range 60 {
		file.Hunks[0].Lines = append(file.Hunks[0].Lines, changes.Line{Kind: '+', New: i + 1, Text: "# podmend:ignore privileged " + strange + "\n"})
	}
	d := newDraft(&Input{Report: toy(nil), Diff: &changes.Diff{Files: []changes.File{file}}})
	body := d.body()
	more := 60 - strings.Count(body, "podmend:ignore")
	if len(body) > maxBody || !strings.Contains(body, fmt.Sprintf("- %d more, which the diff shows", more)) {
		t.Errorf("%d bytes, %d notices are missing: %.300s", len(body), more, body)
	}
}
