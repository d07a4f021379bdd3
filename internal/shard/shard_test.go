package shard

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/podmend/podmend/report"
)

func TestAssignIsBalancedAndStable(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for range 200 {
		loads := make([]Load, 1+r.Intn(300))
		var total, most int64
		for i := range loads {
			loads[i] = Load{Target: fmt.Sprint(i), Cost: int64(1 + r.Intn(1000))}
			total += loads[i].Cost
			most = max(most, loads[i].Cost)
		}
		shards := 1 + r.Intn(20)
		assigned := Assign(loads, shards)
		var all []string
		for i, targets := range assigned.Shards {
			all = append(all, targets...)
			// No order of the dearest first is further from the best than by one target.
			if assigned.Costs[i] > total/int64(shards)+most {
				t.Fatalf("shard %d of %d has %d of %d", i, shards, assigned.Costs[i], total)
			}
		}
		if slices.Sort(all); len(slices.Compact(all)) != len(loads) {
			t.Fatalf("%d of %d targets are assigned", len(all), len(loads))
		}
		r.Shuffle(len(loads), func(i, j int) { loads[i], loads[j] = loads[j], loads[i] })
		if again := Assign(loads, shards); again.Digest() != assigned.Digest() {
			t.Fatal("the order of targets changes the assignment")
		}
	}
}

func TestMeasuredCosts(t *testing.T) {
	loads := []Load{{"a", 10}, {"b", 10}, {"new", 20}}
	measured := Measured(loads, &report.Report{Targets: []report.Target{{ID: "a", DurationMs: 300}, {ID: "b", DurationMs: -100}, {ID: "gone", DurationMs: 1 << 60}}})
	// a and b were estimated at 20 and took 301 ms, so that 20 more are as much.
	if want := []Load{{"a", 300_000}, {"b", 1000}, {"new", 301_000}}; !slices.Equal(measured, want) {
		t.Errorf("got %v, want %v", measured, want)
	}
	if unknown := Measured(loads, &report.Report{}); !slices.Equal(unknown, loads) {
		t.Errorf("a report of other targets changes estimates: %v", unknown)
	}
}

// pair is what two shards report of a finding that shows in a target of each.
func pair() []Input {
	var inputs []Input
	for i, target := range []string{"plain:a", "plain:b"} {
		r := &report.Report{
			Source:  report.Source{Head: "abc"},
			Policy:  report.Policy{Level: "baseline", Versions: []string{"v1.37"}},
			Targets: []report.Target{{ID: target, Kind: "plain", Status: report.TargetOK, PodTemplates: 1}},
			Findings: []report.Finding{{
				ID: "f", Control: "privileged", Level: "baseline", Severity: report.SeverityHigh, Scope: report.ScopeNew,
				Status: report.StatusOpen, Origin: report.Origin{File: "x", Via: report.ViaManifest},
				Occurrences: []report.Occurrence{{Target: target, Field: "spec"}},
			}},
			Shard: &report.Shard{
				Index: i + 1, Of: 2, Whole: true,
				Parts: []report.FindingPart{{Finding: "f", Target: target, Message: "says " + target, Versions: []string{"v1.37"}}},
			},
		}
		r.Finish()
		inputs = append(inputs, Input{Name: fmt.Sprintf("%d.json", i+1), Report: r})
	}
	return inputs
}

func TestMerge(t *testing.T) {
	inputs := pair()
	exemption := report.Exemption{Reason: "why"}
	second := inputs[1].Report
	second.Shard.Parts[0].Exempt, second.Shard.Parts[0].Allowed = []string{"Pod b"}, []report.Exemption{exemption}
	second.Findings[0].Status, second.Findings[0].Exemption = report.StatusExempt, &exemption
	inputs[0].Report.Findings[0].Severity = report.SeverityLow
	second.Finish()
	merged, err := Merge([]Input{inputs[1], inputs[0]})
	if err != nil {
		t.Fatal(err)
	}
	finding := merged.Findings[0]
	if finding.Message != "says plain:a; it is exempt for Pod b, but not for the others" || finding.Status != report.StatusOpen || len(finding.Occurrences) != 2 {
		t.Errorf("%+v", finding)
	}
	if finding.Severity != report.SeverityHigh {
		t.Errorf("severity %s is not the highest of what shards say", finding.Severity)
	}
	if merged.Shard != nil || merged.Summary.Findings != 1 || merged.Summary.Occurrences != 2 || merged.Summary.Targets != 2 {
		t.Errorf("%+v", merged.Summary)
	}
}

// TestMergeRefuses what does not fit together: whoever made the reports may be a stranger.
func TestMergeRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		breakIt func(a, b *report.Report)
		says    string
	}{
		"another head":       {func(_, b *report.Report) { b.Source.Head = "def" }, "different commits"},
		"another base":       {func(_, b *report.Report) { b.Source.Base = "def" }, "different commits"},
		"another level":      {func(_, b *report.Report) { b.Policy.Level = "restricted" }, "different policies"},
		"another version":    {func(_, b *report.Report) { b.Policy.Versions = []string{"v1.1"} }, "different policies"},
		"another podmend":    {func(_, b *report.Report) { b.Shard.Podmend = "v9" }, "different versions of podmend"},
		"other settings":     {func(_, b *report.Report) { b.Shard.Settings = "x" }, "different settings"},
		"another assignment": {func(_, b *report.Report) { b.Shard.Assignment = "x" }, "which targets go to which shard"},
		"another count":      {func(_, b *report.Report) { b.Shard.Of = 3 }, "different numbers of shards"},
		"a shard twice":      {func(_, b *report.Report) { b.Shard.Index = 1 }, "are both of shard 1/2"},
		"a shard missing":    {func(a, b *report.Report) { a.Shard.Of, b.Shard.Of = 3, 3 }, "the report of shard 3/3 is missing"},
		"no such shard":      {func(a, _ *report.Report) { a.Shard.Index = 7 }, "there is no shard 7"},
		"millions of shards": {func(a, b *report.Report) { a.Shard.Of, b.Shard.Of = 1<<40, 1<<40 }, "1 to 256 shards"},
		"a whole run":        {func(a, _ *report.Report) { a.Shard = nil }, "the report of a whole run"},
		"a narrow list":      {func(a, _ *report.Report) { a.Source.Scope = report.ListNew }, "--scope all"},
		"a wrong count":      {func(a, _ *report.Report) { a.Summary.Findings = 9 }, "does not add up"},
		"a target twice": {func(a, b *report.Report) {
			b.Targets[0].ID, b.Findings[0].Occurrences[0].Target, b.Shard.Parts[0].Target = "plain:a", "plain:a", "plain:a"
		}, "both hold target"},
		"a finding of two controls": {func(_, b *report.Report) { b.Findings[0].Control = "procMount" }, "is another one in another shard"},
		"no part":                   {func(a, _ *report.Report) { a.Shard.Parts = nil }, "without a part"},
		"a part of nothing":         {func(a, _ *report.Report) { a.Shard.Parts[0].Finding = "g" }, "where it does not occur"},
		"a part twice":              {func(a, _ *report.Report) { a.Shard.Parts = append(a.Shard.Parts, a.Shard.Parts[0]) }, "has two parts"},
		"exempt by nothing":         {func(a, _ *report.Report) { a.Shard.Parts[0].Exempt = []string{"x"} }, "by nothing"},
		"no occurrence": {func(a, _ *report.Report) {
			a.Findings[0].Occurrences = nil
			a.Finish()
		}, "occurs nowhere"},
		"an unknown Namespace": {func(a, b *report.Report) {
			a.Shard.Assumed = []report.Assumed{{Namespace: "n"}}
			b.Shard.Namespaces = []report.Enforced{{Namespace: "n", Target: "plain:b", Enforces: "restricted"}}
		}, `without knowing of a Namespace that "plain:b" renders`},
		"a Namespace that is not there": {func(a, _ *report.Report) {
			a.Shard.Assumed = []report.Assumed{{Namespace: "n", Enforced: []report.Enforced{{Namespace: "n", Target: "plain:b", Enforces: "privileged"}}}}
		}, "without knowing of a Namespace"},
	} {
		t.Run(name, func(t *testing.T) {
			inputs := pair()
			c.breakIt(inputs[0].Report, inputs[1].Report)
			if _, err := Merge(inputs); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want an error that says %q", err, c.says)
			}
		})
	}
	if _, err := Merge(nil); err == nil {
		t.Error("nothing is merged")
	}
}
