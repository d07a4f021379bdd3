package check

import (
	"strings"
	"testing"

	"github.com/podmend/podmend/render"
)

func TestParseIgnore(t *testing.T) {
	got, err := ParseIgnore(" privileged, hostPorts until=2027-01-31 owner=team-a -- why -- not ")
	if err != nil || strings.Join(got.Controls, " ") != "privileged hostPorts" || got.Expires != "2027-01-31" ||
		got.Owner != "team-a" || got.Reason != "why -- not" {
		t.Errorf("got %+v, %v", got, err)
	}
	for text, want := range map[string]string{
		"privileged":                      "it has no reason",
		"privileged --":                   "it has no reason",
		"":                                "it has no reason",
		"-- x":                            "names no control",
		"privilegd -- x":                  "did you mean privileged?",
		"zzz -- x":                        "podmend explain lists them",
		"privileged until=2027-02-30 -- ": "it has no reason",
		"privileged until=27-02-03 -- x":  "is not a date",
		"privileged since=2027 -- x":      "there are until=",
	} {
		if _, err := ParseIgnore(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

func TestGlob(t *testing.T) {
	for _, test := range []struct {
		pattern, text string
		want          bool
	}{
		{"", "anything", true},
		{"a", "a", true},
		{"a", "ab", false},
		{"a*", "a/b\nc", true},
		{"*:v?", "x/y:v1", true},
		{"*:v?", "x/y:v12", false},
		{`\*`, "*", true},
		{`\*`, "a", false},
		{"a.b", "axb", false},
		{`a\`, `a\`, true},
		{QuoteGlob(`a*?\[b`), `a*?\[b`, true},
		{QuoteGlob("a*"), "ab", false},
	} {
		if got := newGlob(test.pattern).matches(test.text); got != test.want {
			t.Errorf("%q matches %q: %v", test.pattern, test.text, got)
		}
	}
}

func TestNearest(t *testing.T) {
	known := []string{"level", "exclude", "policyVersion"}
	for word, want := range map[string]string{
		"levl": "level", "LEVEL": "level", "exlcude": "exclude", "policy-version": "policyVersion", "zzz": "", "": "", "lev": "",
	} {
		if got := Nearest(word, known); got != want {
			t.Errorf("%q: got %q, want %q", word, got, want)
		}
	}
}

// TestExemptionEnds asks on the days around the last one.
func TestExemptionEnds(t *testing.T) {
	for today, open := range map[string]bool{"2027-01-30": false, "2027-01-31": false, "2027-02-01": true} {
		object := &render.Object{Kind: "Pod", Name: "a"}
		report := &Report{Findings: []Finding{{
			Control:     &privileged,
			Occurrences: []Occurrence{{Target: "t", Pod: &render.PodTemplate{Object: object}, message: "broken"}},
		}}}
		results := []render.Result{{Target: render.Target{ID: "t"}}}
		err := Exempt(report, results, nil, nil, ExemptOptions{Today: today, Exemptions: []Exemption{
			{Controls: []string{"privileged"}, Reason: "why", Expires: "2027-01-31"},
		}})
		if err != nil {
			t.Fatal(err)
		}
		finding := report.Findings[0]
		if (finding.Exemption == nil) != open {
			t.Errorf("%s: open is %v", today, !open)
		}
		if open && finding.Message != "broken; its exemption (why) expired on 2027-01-31" {
			t.Errorf("%s: %s", today, finding.Message)
		}
	}
}
