package cli

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
	"github.com/podmend/podmend/report"
)

// TestInjections puts known violations into the charts of a corpus. podmend must find the very line of
// each, and the edits that it proves must give back the bytes from before.
func TestInjections(t *testing.T) {
	t.Parallel()
	corpus := os.Getenv("PODMEND_CORPUS")
	if corpus == "" {
		t.Log("set PODMEND_CORPUS to a folder of charts to put violations into them")
		return
	}
	charts := readCharts(t, corpus)
	var all injectionCount
	for _, kind := range injectionKinds {
		t.Run(kind.name, func(t *testing.T) {
			count := inject(t, charts, kind)
			t.Logf("%d charts: %+v", len(charts.folders), count)
			all.add(count)
			if count.Findings == 0 {
				t.Error("nothing was put in")
			}
		})
	}
	t.Logf("all: %+v", all)
	if all.Wrong > 0 {
		t.Errorf("%d findings are placed at a wrong line", all.Wrong)
	}
	if all.Placed*100 < all.Findings*minPlaced {
		t.Errorf("%d of %d findings are placed at the exact line, less than %d%%", all.Placed, all.Findings, minPlaced)
	}
	if all.Restored*100 < all.Findings*minRestored {
		t.Errorf("the fixes of %d of %d findings restore the source, less than %d%%", all.Restored, all.Findings, minRestored)
	}
}

// The shares, in percent, below which something has gone wrong.
const (
	minPlaced   = 99
	minRestored = 75 // what turns a switch off or widens to a whole entry mends too, with other bytes
)

// An injectionCount counts findings of what was put in.
type injectionCount struct {
	Findings int
	Placed   int // exactly at the line that was put in
	Wrong    int // said to be exactly at another line
	Proven   int // with a proven proposal
	Restored int // whose proposal gives back the bytes from before
}

func (c *injectionCount) add(other injectionCount) {
	c.Findings += other.Findings
	c.Placed += other.Placed
	c.Wrong += other.Wrong
	c.Proven += other.Proven
	c.Restored += other.Restored
}

// inject puts violations of one kind into all charts at once, and judges what podmend says of them.
func inject(t *testing.T, charts *chartFiles, kind injectionKind) (count injectionCount) {
	before, after := map[string]string{}, map[string]string{}
	injected := map[string][]injection{}
	for _, folder := range charts.folders {
		for name, text := range kind.edit(charts, folder) {
			after[name], injected[name] = split(text)
			before[name] = restored(after[name], injected[name])
		}
	}
	was, _ := runJSON(t, charts.write(t, before), "check")
	after[render.ConfigFile] = exemptBut(kind.control)
	is, _ := runJSON(t, charts.write(t, after), "fix", "--include-host-workloads")
	known := map[violation]bool{}
	for _, finding := range was.Findings {
		for _, occurrence := range finding.Occurrences {
			known[violationOf(finding, occurrence)] = true
		}
	}
	proposals := map[string]*report.Proposal{}
	for i := range is.Proposals {
		proposals[is.Proposals[i].ID] = &is.Proposals[i]
	}
	for _, finding := range is.Findings {
		isKnown := func(o report.Occurrence) bool { return known[violationOf(finding, o)] }
		if finding.Control != kind.control || slices.ContainsFunc(finding.Occurrences, isKnown) {
			continue
		}
		count.Findings++
		origin := finding.Origin
		place := fmt.Sprintf("%s:%d", origin.File, origin.Line)
		certain := origin.Exact && origin.Via != "generated"
		switch {
		case certain && slices.ContainsFunc(injected[origin.File], func(i injection) bool { return i.line == origin.Line }):
			count.Placed++
		case certain && kind.switches(after, origin):
			count.Placed++
		case certain:
			count.Wrong++
			t.Errorf("%s: wrong line: %s", place, finding.Message)
		default:
			t.Logf("%s: not placed: %s (%s)", place, finding.Message, origin.Via)
		}
		proposal := proposals[finding.Proposal]
		if proposal == nil || proposal.Status != "proven" {
			t.Logf("%s: not mended: %s", place, refusalOf(finding, proposal))
			continue
		}
		count.Proven++
		if restores(proposal, after, injected) {
			count.Restored++
		} else {
			t.Logf("%s: not restored: %+v", place, proposal.Edits)
		}
	}
	return count
}

// exemptBut is a configuration that leaves all other controls alone, so that no time goes into them.
func exemptBut(control string) string {
	text := "exemptions:\n"
	for _, other := range check.Controls() {
		if other.ID != control {
			text += "- {control: " + other.ID + ", reason: another test}\n"
		}
	}
	return text
}

// A violation is an occurrence of a finding without its indexes, which what is put in shifts.
type violation struct{ control, target, kind, name, container, field, value string }

var listIndex = regexp.MustCompile(`\[\d+\]`)

func violationOf(finding report.Finding, o report.Occurrence) violation {
	return violation{finding.Control, o.Target, o.Object.Kind, o.Object.Name, o.Container, listIndex.ReplaceAllString(o.Field, ""), o.Value}
}

// restores says whether a proposal gives back what stood in the places that it edits.
func restores(proposal *report.Proposal, after map[string]string, injected map[string][]injection) bool {
	byFile := map[string][]yamledit.Edit{}
	for _, edit := range proposal.Edits {
		byFile[edit.File] = append(byFile[edit.File], yamledit.Edit{Start: edit.Start, End: edit.End, NewText: edit.NewText})
	}
	for name, edits := range byFile {
		var touched []injection
		for _, i := range injected[name] {
			if slices.ContainsFunc(edits, func(e yamledit.Edit) bool { return e.Start < i.end && e.End > i.start }) {
				touched = append(touched, i)
			}
		}
		spliced, err := yamledit.Apply([]byte(after[name]), edits)
		if err != nil || len(touched) == 0 || string(spliced) != restored(after[name], touched) {
			return false
		}
	}
	return len(byFile) > 0
}

func refusalOf(finding report.Finding, proposal *report.Proposal) string {
	switch {
	case finding.Refusal != nil:
		return finding.Refusal.Reason + ": " + finding.Refusal.Message
	case proposal != nil:
		return proposal.Reason
	}
	return "no refusal"
}

// chartFiles are the files of a corpus that belong to charts.
type chartFiles struct {
	files   map[string]string
	folders []string // those with a Chart.yaml
}

func readCharts(t *testing.T, corpus string) *chartFiles {
	t.Helper()
	charts := &chartFiles{files: map[string]string{}}
	err := filepath.WalkDir(corpus, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		relative, err := filepath.Rel(corpus, name)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		relative = filepath.ToSlash(relative)
		charts.files[relative] = string(content)
		if path.Base(relative) == "Chart.yaml" {
			charts.folders = append(charts.folders, path.Dir(relative))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range charts.files {
		if !slices.ContainsFunc(charts.folders, func(folder string) bool { return strings.HasPrefix(name, folder+"/") }) {
			delete(charts.files, name)
		}
	}
	return charts
}

// write writes the files into a new folder, some with another text.
func (c *chartFiles) write(t *testing.T, changed map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	put := func(name, text string) {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range c.files {
		if _, other := changed[name]; !other {
			put(name, text)
		}
	}
	for name, text := range changed {
		put(name, text)
	}
	return dir
}

// An injection is what was put into a file.
type injection struct {
	start, end int // of what is guilty
	clean      string
	line       int // that podmend must find
}

// split reads a text in which «clean¦guilty» stands for what is put in. In guilty, ¶ stands before the
// line that podmend must find, else it is the first.
func split(text string) (guilty string, injections []injection) {
	var b strings.Builder
	for {
		plain, rest, ok := strings.Cut(text, "«")
		b.WriteString(plain)
		if !ok {
			return b.String(), injections
		}
		choice, after, _ := strings.Cut(rest, "»")
		clean, bad, _ := strings.Cut(choice, "¦")
		above, below, marked := strings.Cut(bad, "¶")
		if !marked {
			above, below = "", bad
		}
		start := b.Len()
		b.WriteString(above)
		line := strings.Count(b.String(), "\n") + 1
		b.WriteString(below)
		injections = append(injections, injection{start, b.Len(), clean, line})
		text = after
	}
}

// restored is a text without what was put in.
func restored(text string, injections []injection) string {
	for _, i := range slices.Backward(injections) {
		text = text[:i.start] + i.clean + text[i.end:]
	}
	return text
}
