package review

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/githubfake"
	"github.com/podmend/podmend/report"
)

// poison is put into every text of a report that is not checked for its form.
const poison = "poison @octocat #1 [x](https://evil.example) <img src=x> ``` `"

func saved(t *testing.T, r *report.Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := report.WriteJSON(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func readSaved(t *testing.T, r *report.Report) *report.Report {
	t.Helper()
	got, err := ReadSaved(bytes.NewReader(saved(t, r)))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// No text of a saved report comes through, whatever field it stands in.
func TestNoTextOfASavedReportIsShown(t *testing.T) {
	s := newStage(t, githubfake.Files{"a.yaml": "a: 1\n"}, githubfake.Files{"b.yaml": pod("b", "privileged: true", "hostPID: true")})
	in := s.input()
	r := in.Report
	poisoned := 0
	// Each field of its own: where the report is refused for it, it cannot do anything either.
	for n := 0; ; n++ {
		hostile := readBack(t, saved(t, r))
		hostile.Findings[0].Refusal = &report.Refusal{Reason: "r", Message: "m"}
		hostile.Findings[1].HostNeed = report.HostNeed{Likely: true, Evidence: []string{"e"}}
		hostile.Findings[1].Exemption = &report.Exemption{Reason: "r", Owner: "o", File: "f"}
		hostile.Proposals[0].Notes, hostile.Proposals[0].Reason = []string{"n"}, "r"
		hostile.Warnings = []report.Warning{{Message: "m", File: "f"}}
		hostile.Skipped = []report.Skipped{{Path: "p", Reason: "r"}}
		hostile.Targets[0].Notes = []string{"n"}
		hostile.Finish()
		if at := n; !poisonText(reflect.ValueOf(hostile).Elem(), &at) {
			break
		}
		got, err := ReadSaved(bytes.NewReader(saved(t, hostile)))
		if err != nil {
			continue
		}
		poisoned++
		d := newDraft(&Input{Report: got, Diff: in.Diff, Head: in.Head, File: in.File, Saved: true})
		text := d.body()
		for _, c := range d.comments {
			text += d.textOf(c)
		}
		for _, f := range got.Findings {
			text += d.line(&f) + reasonOf(&f)
		}
		for _, word := range []string{"poison", "octocat", "evil", "<img"} {
			if strings.Contains(text, word) {
				t.Fatalf("text %d comes through:\n%s", n, text)
			}
		}
	}
	if poisoned < 40 {
		t.Errorf("%d texts were tried", poisoned)
	}
}

func readBack(t *testing.T, text []byte) *report.Report {
	t.Helper()
	r := new(report.Report)
	if err := json.Unmarshal(text, r); err != nil {
		t.Fatal(err)
	}
	return r
}

// poisonText replaces the nth string of a value.
func poisonText(v reflect.Value, n *int) bool {
	switch v.Kind() {
	case reflect.String:
		if *n--; *n == -1 {
			v.SetString(poison)
			return true
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if poisonText(v.Field(i), n) {
				return true
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			if poisonText(v.Index(i), n) {
				return true
			}
		}
	case reflect.Pointer:
		return !v.IsNil() && poisonText(v.Elem(), n)
	}
	return false
}

func TestReadSavedRefuses(t *testing.T) {
	r := toy(map[string]string{"b.yaml": pod("b", "privileged: true")})
	text := string(saved(t, r))
	for _, test := range []struct{ name, text, want string }{
		{"a field that is not known", strings.Replace(text, `"schema"`, `"more": 1, "schema"`, 1), "does not know"},
		{"a field of another type", strings.Replace(text, `"line": 6`, `"line": "6"`, 1), "does not follow its schema"},
		{"two reports", text + text, "no report in JSON"},
		{"another schema", strings.Replace(text, "podmend/v1", "podmend/v2", 1), "has the schema"},
		{"counts that are off", strings.Replace(text, `"findings": 1`, `"findings": 2`, 1), "contradicts itself"},
		{"an unknown control", strings.ReplaceAll(text, `"control": "privileged"`, `"control": "all"`), "podmend does not know"},
		{"an id of another form", strings.ReplaceAll(text, r.Findings[0].ID, "privileged--> x"), "podmend does not know"},
		{"an edit outside of the repository", strings.ReplaceAll(text, `"b.yaml"`, `"../b.yaml"`), "contradicts itself"},
		{"no JSON", "report", "no report in JSON"},
		{"too long", text + strings.Repeat(" ", MaxSaved), "MiB"},
	} {
		if _, err := ReadSaved(strings.NewReader(test.text)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	if _, err := ReadSaved(strings.NewReader(text)); err != nil {
		t.Errorf("as it is: %v", err)
	}
}

// A restricted control may weigh what the baseline control does that it stands in for; no other
// finding weighs what a stranger says.
func TestSavedSeverity(t *testing.T) {
	for id, want := range map[string]string{"capabilities_restricted": report.SeverityHigh, "hostPorts": report.SeverityMedium} {
		control, _ := check.ControlByID(id)
		if got := severityOf(control, &report.Finding{Severity: report.SeverityHigh}); got != want {
			t.Errorf("%s: got %s, want %s", id, got, want)
		}
	}
}

// A suggestion of a saved report takes something away, or puts a word of the remedy for a scalar.
func TestHarmless(t *testing.T) {
	const text = "a: true\nb: \"CAP_CHOWN\"\nc: [x, SYS_ADMIN]\nd: {e: true}\nf: Unconfined # why\n"
	for _, test := range []struct {
		name, control, old, with string
		want                     bool
	}{
		{"a word of the remedy", "privileged", "true", "false", true},
		{"of another control", "appArmorProfile", "true", "false", false},
		{"another word", "privileged", "true", "\"no\"", false},
		{"with a line", "privileged", "true", "false\n  x: y", false},
		{"what is no scalar", "privileged", "{e: true}", "false", false},
		{"a part of a scalar", "privileged", "rue", "false", false},
		{"the part of a word that differs", "privileged", "tru", "fals", true},
		{"a part that makes another word", "privileged", "tru", "fal", false},
		{"a part of a key", "privileged", "\nb", "\nfals", false},
		{"a key", "privileged", "a", "false", false},
		{"a line", "privileged", "a: true\n", "false", false},
		{"a prefix", "capabilities_baseline", "CAP_CHOWN", "CHOWN", true},
		{"another capability", "capabilities_baseline", "CAP_CHOWN", "SYS_ADMIN", false},
		{"a profile", "seccompProfile_baseline", "Unconfined", "RuntimeDefault", true},
		{"a deletion", "capabilities_baseline", ", SYS_ADMIN", "", true},
		{"a deletion of lines", "hostNamespaces", "a: true\n", "", true},
		{"an insertion", "runAsNonRoot", "", "true", false},
	} {
		e := edit(t, text, test.old, test.with)
		in := &Input{
			File: func(string) ([]byte, error) { return []byte(text), nil }, Saved: true,
			Report: &report.Report{
				Source:   report.Source{Files: map[string]string{"a.yaml": sum([]byte(text))}},
				Findings: []report.Finding{{ID: "f", Control: test.control}},
			},
		}
		d := &draft{in: in, files: map[string][]byte{}}
		p := &report.Proposal{Findings: []string{"f"}, Edits: []report.Edit{e}}
		if got := d.harmless(p); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
		p.Edits = append(p.Edits, report.Edit{File: "a.yaml", Start: e.End, End: e.End + 1})
		if e.NewText != "" && d.harmless(p) {
			t.Errorf("%s: with another edit that touches it", test.name)
		}
		p.Edits = p.Edits[:1]
		in.Report.Source.Files["a.yaml"] = sum([]byte("other"))
		if d.harmless(p) {
			t.Errorf("%s: although the file is another", test.name)
		}
	}
}

// The second stage tells what the first would have told, but for the words of the report.
func TestSavedReview(t *testing.T) {
	s := newStage(t, githubfake.Files{"a.yaml": "a: 1\n"}, githubfake.Files{"b.yaml": pod("b", "privileged: true", "hostPID: true")})
	secondStage := func(in *Input) { in.Report, in.Saved = readSaved(t, in.Report), true }
	s.run(secondStage)
	s.wantPlaces("b.yaml:6", "b.yaml:7")
	for _, c := range s.shown() {
		if !strings.Contains(c.Body, "```suggestion\n") || !strings.Contains(c.Body, ": spec.") || strings.Contains(c.Body, "toy") {
			t.Errorf("a comment says\n%s", c.Body)
		}
	}
	s.settles(secondStage)
}

func FuzzReadSaved(f *testing.F) {
	var b bytes.Buffer
	if err := report.WriteJSON(&b, toy(map[string]string{"b.yaml": pod("b", "privileged: true", "hostPID: true")})); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	content := []byte(pod("b", "privileged: true", "hostPID: true"))
	diff := diffOf("b.yaml", "", string(content))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := ReadSaved(bytes.NewReader(text))
		if err != nil {
			return
		}
		d := newDraft(&Input{Report: r, Diff: diff, File: func(string) ([]byte, error) { return content, nil }, Saved: true})
		told := 0
		for _, c := range d.comments {
			told += len(c.findings)
			body := marked(marker{ids: c.ids(), sha: strings.Repeat("a", 40)}, d.textOf(c))
			if m, _, ok := parseMarker(body); !ok || len(m.ids) != len(c.findings) || len(body) > 65_536+len(m.String()) {
				t.Errorf("the comment cannot be read back:\n%.300s", body)
			}
			if strings.Contains(body, "@") && !strings.Contains(body, "`") {
				t.Errorf("a mention:\n%s", body)
			}
		}
		for i := range r.Findings {
			if isNew(&r.Findings[i]) {
				told--
			}
		}
		if told != 0 || len(d.body()) > maxBody {
			t.Errorf("%d findings are lost, or the body has %d bytes", -told, len(d.body()))
		}
	})
}
