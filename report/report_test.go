package report

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"k8s.io/pod-security-admission/policy"
)

func TestFinishIsDeterministic(t *testing.T) {
	want := sample(t)
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		r := sample(t)
		random.Shuffle(len(r.Targets), reflect.Swapper(r.Targets))
		random.Shuffle(len(r.Findings), reflect.Swapper(r.Findings))
		random.Shuffle(len(r.Proposals), reflect.Swapper(r.Proposals))
		random.Shuffle(len(r.Skipped), reflect.Swapper(r.Skipped))
		for i := range r.Findings {
			random.Shuffle(len(r.Findings[i].Occurrences), reflect.Swapper(r.Findings[i].Occurrences))
		}
		for i := range r.Proposals {
			p := &r.Proposals[i]
			random.Shuffle(len(p.Findings), reflect.Swapper(p.Findings))
			random.Shuffle(len(p.Edits), reflect.Swapper(p.Edits))
		}
		r.Finish()
		if !reflect.DeepEqual(r, want) {
			t.Fatal("another order in, another report out")
		}
	}
}

func TestSummary(t *testing.T) {
	want := Summary{
		Targets: 6, PodTemplates: 4, Findings: 9, Occurrences: 10, Proven: 3, Refused: 1, Exempt: 2, Errors: 1,
		New: 8, Old: 1, Mended: 1, LeftOut: 2,
	}
	if got := sample(t).Summary; got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestSoundReportsHaveNoProblems(t *testing.T) {
	manyReport, _ := many()
	for name, r := range map[string]*Report{
		"full": sample(t), "clean": clean(), "empty": empty(), "errors": onlyErrors(), "many": manyReport,
	} {
		if problems := r.Problems(); len(problems) > 0 {
			t.Errorf("%s: %s", name, strings.Join(problems, "\n"))
		}
	}
}

func TestProblems(t *testing.T) {
	for _, test := range []struct {
		want    string
		breakIt func(r *Report)
	}{
		{"schema is", func(r *Report) { r.Schema = "" }},
		{"policy: level is", func(r *Report) { r.Policy.Level = "" }},
		{"the id is there twice", func(r *Report) { r.Targets[1].ID = r.Targets[0].ID }},
		{"kind is", func(r *Report) { r.Targets[0].Kind = "" }},
		{"no error says why", func(r *Report) { r.Targets[0].Status = TargetError }},
		{"the id is there twice", func(r *Report) { r.Findings[1].ID = r.Findings[0].ID }},
		{"severity is", func(r *Report) { r.Findings[0].Severity = "HIGH" }},
		{"scope is", func(r *Report) { r.Findings[0].Scope = "" }},
		{"no line and column", func(r *Report) { r.Findings[0].Origin.Column = 0 }},
		{"no exemption says why", func(r *Report) { r.Findings[0].Status = StatusExempt }},
		{"in target", func(r *Report) { r.Findings[0].Occurrences[0].Target = "?" }},
		{"is not in the report", func(r *Report) { r.Findings[1].Proposal = "?" }},
		{"does not name it", func(r *Report) { r.Findings[1].Proposal = "p1" }},
		{"an id is there twice", func(r *Report) { r.Proposals[0].ID = "p2" }},
		{"holds no edit", func(r *Report) { r.Proposals[0].Edits = nil }},
		{"refused and proven alone", func(r *Report) { r.Proposals[2].AloneProven = true }},
		{"its finding \"?\"", func(r *Report) { r.Proposals[0].Findings[0] = "?" }},
		{"names another proposal", func(r *Report) { r.Proposals[0].Findings = append(r.Proposals[0].Findings, "f1") }},
		{"its target", func(r *Report) { r.Proposals[0].Targets[0] = "?" }},
		{"no file inside", func(r *Report) { r.Proposals[0].Edits[0].File = "../etc/passwd" }},
		{"no file inside", func(r *Report) { r.Proposals[0].Edits[0].File = "/etc/passwd" }},
		{"whose SHA-256", func(r *Report) { delete(r.Source.Files, agentFile) }},
		{"are no range", func(r *Report) { r.Proposals[0].Edits[0].End = 1 }},
		{"overlap", func(r *Report) { r.Proposals[1].Edits[1].Start = r.Proposals[1].Edits[0].Start }},
		{"whose SHA-256", func(r *Report) { r.Proposals[1].Alternatives[0].Edits[0].File = "other" }},
		{"summary", func(r *Report) { r.Summary.Exempt++ }},
	} {
		t.Run(test.want, func(t *testing.T) {
			r := sample(t)
			test.breakIt(r)
			if got := strings.Join(r.Problems(), "\n"); !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q in it", got, test.want)
			}
		})
	}
}

// TestEveryControlHasAdvice asks upstream for its controls.
func TestEveryControlHasAdvice(t *testing.T) {
	for _, control := range policy.DefaultChecks() {
		if text := Advice(string(control.ID)); text == "" || text == Advice("no such control") {
			t.Errorf("%s has no advice", control.ID)
		}
	}
}
