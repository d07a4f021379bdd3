// Package samples gives tests the reports that package report keeps for them, and large ones.
package samples

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/podmend/podmend/report"
)

// Names lists the reports in the order in which Read finds them.
var Names = []string{"all-exempt", "clean", "details", "empty", "errors", "full", "hostile", "many", "markup"}

// Read returns a report of report/testdata/samples, and the source that its findings point into.
func Read(t testing.TB, root, name string) (*report.Report, func(string) ([]byte, error)) {
	t.Helper()
	folder := filepath.Join(root, "report", "testdata", "samples")
	file, err := os.Open(filepath.Join(folder, name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, err := report.ReadJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(folder, name+".files.json"))
	if err != nil {
		t.Fatal(err)
	}
	var files map[string][]byte
	if err := json.Unmarshal(text, &files); err != nil {
		t.Fatal(err)
	}
	return r, func(name string) ([]byte, error) {
		content, ok := files[name]
		if !ok {
			return nil, fmt.Errorf("open %s: %w", name, fs.ErrNotExist)
		}
		return content, nil
	}
}

// Sized makes a report of n findings in files of ten, of all severities and outcomes, and their source.
func Sized(n int) (*report.Report, func(string) ([]byte, error)) {
	const perFile = 10
	lines := strings.Repeat("    privileged: true\n", perFile)
	r := &report.Report{
		Source: report.Source{Base: "1111111", Head: "2222222", Files: map[string]string{}},
		Policy: report.Policy{Level: "baseline", Versions: []string{"v1.37"}},
	}
	controls := []struct{ id, severity string }{
		{"privileged", report.SeverityHigh}, {"hostPorts", report.SeverityMedium}, {"hostProbesAndHostLifecycle", report.SeverityLow},
	}
	for i := range n {
		folder := fmt.Sprintf("apps/app-%d", i/perFile)
		file := folder + "/pod.yaml"
		if i%perFile == 0 {
			r.Targets = append(r.Targets, report.Target{
				ID: folder, Kind: "kustomize", Path: folder, Status: report.TargetOK, Objects: perFile, PodTemplates: perFile, DurationMs: int64(i % 97),
			})
		}
		control, line := controls[i%len(controls)], i%perFile+1
		f := report.Finding{
			ID: fmt.Sprintf("%016x", i), Control: control.id, Level: "baseline", Severity: control.severity,
			Scope: report.ScopeNew, Status: report.StatusOpen, Message: "a container is privileged",
			Origin: report.Origin{File: file, Line: line, Column: 17, EndLine: line, EndColumn: 21, Exact: true, Via: report.ViaManifest},
			Occurrences: []report.Occurrence{{
				Target: folder, Container: "app", Field: "spec.containers[0].securityContext.privileged", Value: "true",
				Object: report.Object{APIVersion: "v1", Kind: "Pod", Namespace: "shop", Name: fmt.Sprintf("pod-%d", i)},
			}},
		}
		switch i % 7 {
		case 1:
			f.Status, f.Exemption = report.StatusExempt, &report.Exemption{Reason: "it needs the node", File: ".podmend.yaml", Line: 4}
		case 2:
			f.Refusal = &report.Refusal{Reason: "not-mended", Message: "Another file sets this field too. Change it there."}
		case 3:
			f.Scope = report.ScopeOld
		case 4:
			f.Proposal = fmt.Sprintf("p%d", i)
			r.Source.Files[file] = fmt.Sprintf("%x", sha256.Sum256([]byte(lines)))
			start := (line-1)*len("    privileged: true\n") + len("    privileged: ")
			r.Proposals = append(r.Proposals, report.Proposal{
				ID: f.Proposal, Findings: []string{f.ID}, Status: report.ProposalProven, AloneProven: true, Targets: []string{folder},
				Edits: []report.Edit{{File: file, Start: start, End: start + len("true"), NewText: "false"}},
			})
		}
		r.Findings = append(r.Findings, f)
	}
	r.Finish()
	return r, func(string) ([]byte, error) { return []byte(lines), nil }
}
