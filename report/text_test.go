package report

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func empty() *Report {
	r := &Report{Policy: Policy{Level: "baseline", Versions: []string{"v1.37"}}}
	r.Finish()
	return r
}

func clean() *Report {
	r := empty()
	r.Targets = []Target{
		{ID: "a", Kind: "plain", Path: "a", Status: TargetOK, Objects: 3, PodTemplates: 2},
		{ID: "b", Kind: "plain", Path: "b", Status: TargetOK, Objects: 1, PodTemplates: 1},
	}
	r.Finish()
	return r
}

func onlyErrors() *Report {
	r := clean()
	for _, id := range []string{"c", "d", "e", "f", "g"} {
		r.Targets = append(r.Targets, Target{ID: id, Kind: "kustomize", Path: id, Status: TargetError, Error: &RenderError{
			Kind: "yaml-syntax", File: "base/kustomization.yaml", Line: 3, Message: "Could not find expected ':'.\nMend the file.",
		}})
	}
	r.Targets = append(r.Targets, Target{ID: "h", Kind: "helm", Path: "h", Status: TargetError, Error: &RenderError{
		Kind: "timeout", Message: "Rendering took more than 60 s. Raise --timeout or look for a loop in its templates.",
	}})
	r.Finish()
	return r
}

// hostile has in every string what could act on a terminal, a log or a reader's eye.
func hostile() (*Report, map[string]string) {
	return full("x\x1b[2J\x1b]0;t\a\r\n::error::y \u202e##[add-mask]z \u009b1m\xff\u2028")
}

// markup has in every string what could act in Markdown, in HTML or in a picture.
func markup() (*Report, map[string]string) {
	return full("@octocat #1 owner/repo#2 GH-3 1a2b3c4d5e https://evil.example www.evil.example a@evil.example " +
		"<script>alert(1)</script><img src=x onerror=alert(1)> </details></table></style></script> [x](http://evil.example) " +
		"![y](http://evil.example/y.png) `code` ```fence``` | cell | **b** _i_ ~~s~~ &lt;b&gt; \\ \"]; click n0 href; end %%{init}%% <!-- c --> {0} {{1}}")
}

// full has a text in every string.
func full(bad string) (*Report, map[string]string) {
	r := &Report{
		Policy: Policy{Level: "baseline" + bad, Versions: []string{bad}},
		Targets: []Target{
			{ID: "::set-output " + bad, Kind: "helm", Path: bad, Status: TargetOK, Values: []string{bad}, PodTemplates: 1, Notes: []string{bad}},
			{ID: bad, Kind: "helm", Path: bad, Status: TargetError, Error: &RenderError{Kind: bad, Message: bad, File: bad, Line: 1}},
			{ID: bad + "2", Kind: "helm", Path: bad, Status: TargetSkipped, Error: &RenderError{Kind: bad, Message: bad}},
		},
		Skipped:         []Skipped{{Path: bad, Reason: bad}},
		FixPullRequests: []FixPullRequest{{Number: 7, URL: bad, Operation: "updated", Branch: bad, Messages: []string{bad}}},
	}
	object := Object{APIVersion: bad, Kind: bad, Namespace: bad, Name: strings.Repeat("n", 500)}
	for i, outcome := range []string{"open", "exempt", "proven", "refused", "inexact"} {
		f := Finding{
			ID: fmt.Sprint(i), Control: bad + outcome, Severity: "high" + bad, Message: bad, Status: StatusOpen,
			Origin: Origin{
				File: "::" + bad, Line: 1, Column: 3, EndColumn: 9, Exact: outcome != "inexact",
				Chain: []Link{{File: bad, Line: 1, Via: bad}},
			},
			Occurrences: []Occurrence{{Target: bad, Object: object, Container: bad, Field: bad, Value: bad}},
			HostNeed:    HostNeed{Likely: true, Evidence: []string{bad}},
		}
		switch outcome {
		case "exempt":
			f.Status, f.Exemption = StatusExempt, &Exemption{Reason: bad, Expires: bad}
		case "proven":
			f.Proposal = bad
			r.Proposals = []Proposal{{ID: bad, Status: ProposalProven, Findings: []string{f.ID}, Notes: []string{bad}}}
		case "refused":
			f.Refusal = &Refusal{Reason: bad, Message: bad}
		}
		r.Findings = append(r.Findings, f)
	}
	r.Finish()
	return r, map[string]string{"::" + bad: "a: \x1b[31m\t\u202e::error::\r##vso[task] \xff" + bad}
}

// many has one file with a long list of equal findings, and a line that is too long.
func many() (*Report, map[string]string) {
	r := clean()
	var manifest strings.Builder
	for i := range 12 {
		fmt.Fprintf(&manifest, "        privileged: true # %d\n", i)
		r.Findings = append(r.Findings, finding(fmt.Sprintf("a%02d", i), "privileged", SeverityHigh,
			"A container runs privileged.",
			Origin{File: "a", Line: i + 1, Column: 21, EndLine: i + 1, EndColumn: 25, Exact: true, Via: ViaManifest},
			occurs("a", "Deployment", "shop", fmt.Sprintf("web-%d", i), "web", "spec")))
	}
	prefix := `{"items":[` + strings.Repeat(`{"kind":"Pod","spec":{}},`, 400) + `{"kind":"Pod","spec":{"hostPID":`
	long := prefix + "true}}" + strings.Repeat(`,{"kind":"Pod"}`, 400) + "]}"
	r.Findings = append(r.Findings, finding("b", "hostNamespaces", SeverityHigh, "The pod sees the node's processes.",
		Origin{File: "b", Line: 1, Column: len(prefix) + 1, EndLine: 1, EndColumn: len(prefix) + 5, Exact: true, Via: ViaManifest},
		occurs("b", "Pod", "", "p", "", "spec.hostPID")))
	r.Finish()
	return r, map[string]string{"a": manifest.String(), "b": long}
}

// details has what the others do not: objects in place of fields, long lists of targets,
// an advice that comes twice, a proposal over several blocks, findings that are not new.
func details() *Report {
	r := clean()
	for _, id := range []string{"dev", "eu", "prod", "stage", "us"} {
		r.Targets = append(r.Targets, Target{ID: "overlays/" + id, Kind: "kustomize", Path: "overlays/" + id, Status: TargetOK, PodTemplates: 1})
	}
	everywhere := func(field string) (list []Occurrence) {
		for _, target := range r.Targets[2:] {
			list = append(list, occurs(target.ID, "DaemonSet", strings.TrimPrefix(target.ID, "overlays/"), "agent", "", field))
		}
		return list
	}
	at := func(line int, via string) Origin { return Origin{File: "base/agent.yaml", Line: line, Via: via} }
	r.Findings = []Finding{
		finding("a", "hostPorts", SeverityMedium, "A container opens a port of the node.", at(3, ViaManifest), everywhere("spec.a")...),
		finding("b", "hostPorts", SeverityMedium, "A container opens a port of the node.", at(40, ViaManifest), everywhere("spec.b")[0]),
		finding("c", "sysctls", SeverityMedium, "The pod sets kernel.msgmax.", at(5, ViaPatch), everywhere("spec.c")[1]),
		finding("d", "sysctls", SeverityMedium, "The pod sets kernel.shmmax.", at(6, ViaPatch), everywhere("spec.d")[1]),
		finding("e", "windowsHostProcess", SeverityHigh, "The pod is a host process.", at(7, ViaManifest), everywhere("spec.e")[1]),
		finding("f", "hostNamespaces", SeverityHigh, "The pod shares the node's network.", at(8, ViaManifest), everywhere("spec.f")[1]),
		finding("g", "procMount", SeverityMedium, "A container sees all of /proc.", Origin{Via: ViaGenerated}, everywhere("spec.g")[1]),
	}
	r.Findings[3].Scope = ScopeOld
	r.Findings[4].Proposal, r.Findings[5].Proposal = "p", "p"
	r.Findings[6].Refusal = &Refusal{Reason: "origin-unknown"}
	r.Proposals = []Proposal{{ID: "p", Status: ProposalProven, Findings: []string{"e", "f"}}}
	r.Finish()
	return r
}

func allExempt() *Report {
	r := clean()
	f := finding("a", "privileged", SeverityHigh, "A container runs privileged.",
		Origin{File: "a", Line: 1, Column: 1, Exact: true, Via: ViaManifest}, occurs("a", "Pod", "", "p", "c", "spec"))
	f.Status, f.Exemption = StatusExempt, &Exemption{Reason: "It is the CNI plugin."}
	r.Findings = []Finding{f}
	r.Finish()
	return r
}

func TestText(t *testing.T) {
	hostileReport, hostileFiles := hostile()
	manyReport, manyFiles := many()
	changed := map[string]string{agentFile: daemonSet + "# changed\n"}
	for _, test := range []struct {
		name    string
		report  *Report
		options TextOptions
	}{
		{"sample", sample(t), TextOptions{Width: 100, Source: source(sampleFiles)}},
		{"sample-color", sample(t), TextOptions{Width: 100, Color: true, Source: source(sampleFiles)}},
		{"sample-verbose", sample(t), TextOptions{Width: 100, Verbose: true, Source: source(sampleFiles)}},
		{"sample-narrow", sample(t), TextOptions{Width: 50, Source: source(sampleFiles)}},
		{"sample-no-source", sample(t), TextOptions{}},
		{"sample-changed-source", sample(t), TextOptions{Width: 100, Source: source(changed)}},
		{"empty", empty(), TextOptions{Width: 100}},
		{"clean", clean(), TextOptions{Width: 100}},
		{"errors", onlyErrors(), TextOptions{Width: 100}},
		{"details", details(), TextOptions{Width: 100, Source: source(nil)}},
		{"all-exempt", allExempt(), TextOptions{Width: 100}},
		{"hostile", hostileReport, TextOptions{Verbose: true, Source: source(hostileFiles)}},
		{"hostile-narrow", hostileReport, TextOptions{Width: 1, Color: true, Source: source(hostileFiles)}},
		{"many", manyReport, TextOptions{Width: 100, Source: source(manyFiles)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			if err := WriteText(&out, test.report, test.options); err != nil {
				t.Fatal(err)
			}
			checkInert(t, out.String(), test.options.Color)
			golden(t, test.name+".txt", out.Bytes())
		})
	}
}

// checkInert fails if a text holds anything that acts on a terminal or a log, but for the
// colours where they are wanted.
func checkInert(t *testing.T, text string, color bool) {
	t.Helper()
	for _, line := range strings.Split(text, "\n") {
		if color {
			for _, s := range []style{bold, dim, red, green, yellow, blue, cyan} {
				line = strings.ReplaceAll(line, "\x1b["+string(s)+"m", "")
			}
			line = strings.ReplaceAll(line, "\x1b[0m", "")
		}
		for _, r := range line {
			if !isInert(r) || r == '\ufffd' {
				t.Errorf("%q holds %U", line, r)
			}
		}
		if strings.HasPrefix(strings.TrimSpace(line), "::") || logCommand.MatchString(line) {
			t.Errorf("%q is a log command", line)
		}
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; go test ./report -update makes it", err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; look at it and run go test ./report -update. It is now:\n%s", file, got)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestTextReportsWriteErrors(t *testing.T) {
	if err := WriteText(brokenWriter{}, clean(), TextOptions{}); err == nil {
		t.Error("a text that was not written gave no error")
	}
}
