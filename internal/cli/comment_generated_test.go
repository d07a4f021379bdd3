package cli

import (
	"encoding/json"
	"math/rand"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/podmend/podmend/report"
)

var firstID = regexp.MustCompile(`id=([^ ,]+)`)

// TestSuggestionsOfGeneratedFiles clicks on every suggestion for changes of files in many styles: each makes the
// bytes of the proven edits, and stands where the finding does.
func TestSuggestionsOfGeneratedFiles(t *testing.T) {
	t.Parallel()
	taken := 0
	for seed := range 12 {
		r := rand.New(rand.NewSource(int64(seed)))
		base, change := generatedFiles(r), generatedFiles(r)
		for name, text := range base { // some files are new, some rewritten, and some changed here and there
			if r.Intn(2) == 0 {
				lines := strings.SplitAfter(strings.ReplaceAll(text, "privileged: true", "privileged: true # of the node"), "\n")
				lines[r.Intn(len(lines))] += "# one more\n"
				change[name] = strings.Join(lines, "")
			}
		}
		base["keep.txt"] = ""
		w := newWorkflow(t, base, change)
		w.run("check", "--comment", "--format", "json")
		var made report.Report
		if err := json.Unmarshal([]byte(w.stdout), &made); err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, w.stderr)
		}
		for place, c := range w.shown() {
			if !strings.Contains(c.Body, "suggestion\n") {
				continue
			}
			taken++
			f := made.Findings[slices.IndexFunc(made.Findings, func(f report.Finding) bool { return f.ID == firstID.FindStringSubmatch(c.Body)[1] })]
			p := made.Proposals[slices.IndexFunc(made.Proposals, func(p report.Proposal) bool { return p.ID == f.Proposal })]
			old, want, at := w.head(c.Path), "", 0
			for _, edit := range p.Edits {
				want += old[at:edit.Start] + edit.NewText
				at = edit.End
			}
			want += old[at:]
			if got, err := w.pull.Suggested(c.ID); got != want || err != nil {
				t.Errorf("seed %d, %s: a click makes\n%q, %v\nthe edits make\n%q", seed, place, got, err, want)
			}
			if f.Origin.File != c.Path {
				t.Errorf("seed %d: a finding in %s is suggested in %s", seed, f.Origin.File, c.Path)
			}
		}
	}
	if taken < 100 {
		t.Errorf("only %d suggestions were taken", taken)
	}
}
