package review

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strings"

	"k8s.io/pod-security-admission/api"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/ghtext"
	"github.com/podmend/podmend/internal/late"
	"github.com/podmend/podmend/report"
)

// MaxSaved is the size in bytes above which a saved report is refused.
const MaxSaved = 32 << 20

// maxSavedFindings bounds what a saved report may hold, far above what a pull request does.
const maxSavedFindings = 20_000

// ReadSaved reads the report of an earlier job, which a stranger may have made. What it says in
// words is not taken over: those are made anew from what is known of the control.
func ReadSaved(in io.Reader) (*report.Report, error) {
	text, err := io.ReadAll(io.LimitReader(in, MaxSaved+1))
	if err != nil {
		return nil, fmt.Errorf("the report cannot be read: %w", err)
	}
	if len(text) > MaxSaved {
		return nil, fmt.Errorf("the report has more than %d MiB, which is no report of a pull request", MaxSaved>>20)
	}
	saved, err := report.ReadStrictJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	if problems := saved.Problems(); len(problems) > 0 {
		return nil, fmt.Errorf("the report contradicts itself: %s; make it by podmend check --format json", report.Inert(problems[0], 200))
	}
	if len(saved.Findings) > maxSavedFindings {
		return nil, fmt.Errorf("the report has more than %d findings, which is no report of a pull request", maxSavedFindings)
	}
	return rebuilt(saved)
}

// rebuilt is a report that holds none of the free text of another.
func rebuilt(saved *report.Report) (*report.Report, error) {
	r := &report.Report{
		Source:  report.Source{Base: saved.Source.Base, Head: saved.Source.Head, Scope: saved.Source.Scope, Files: saved.Source.Files},
		Policy:  report.Policy{Level: saved.Policy.Level, Versions: plainOnes(saved.Policy.Versions, plainVersion)},
		Mended:  make([]report.Mended, len(saved.Mended)),
		Summary: report.Summary{LeftOut: max(saved.Summary.LeftOut, 0)},
	}
	for _, target := range saved.Targets {
		kept := report.Target{ID: target.ID, Kind: target.Kind, Status: target.Status}
		if target.Error != nil {
			kept.Error = &report.RenderError{Scope: target.Error.Scope}
		}
		r.Targets = append(r.Targets, kept)
	}
	for i := range saved.Findings {
		finding, err := rebuiltFinding(&saved.Findings[i])
		if err != nil {
			return nil, err
		}
		r.Findings = append(r.Findings, *finding)
	}
	for _, p := range saved.Proposals {
		if !idForm().MatchString(p.ID) {
			return nil, fmt.Errorf("the report holds a proposal with the id %q, which podmend gives to none", report.Inert(p.ID, ghtext.MaxName))
		}
		r.Proposals = append(r.Proposals, report.Proposal{
			ID: p.ID, Findings: p.Findings, Status: p.Status, AloneProven: p.AloneProven, Targets: p.Targets, Edits: p.Edits,
		})
	}
	r.Finish()
	return r, nil
}

// severityOf is the control's; only restricted controls have findings that weigh more, see
// [check.Finding.Severity].
func severityOf(control *check.Control, f *report.Finding) string {
	if control.Level == api.LevelRestricted && check.Severity(f.Severity).Rank() > control.Severity.Rank() {
		return f.Severity
	}
	return string(control.Severity)
}

func rebuiltFinding(f *report.Finding) (*report.Finding, error) {
	control, ok := check.ControlByID(f.Control)
	if !ok || !strings.HasPrefix(f.ID, f.Control+"-") || !idForm().MatchString(f.ID) {
		return nil, fmt.Errorf("the report holds the finding %q of a control %q, which podmend does not know", report.Inert(f.ID, ghtext.MaxName), report.Inert(f.Control, ghtext.MaxName))
	}
	kept := &report.Finding{
		ID: f.ID, Control: control.ID, Level: string(control.Level), Severity: severityOf(control, f), Scope: f.Scope, Status: f.Status,
		Message: control.Title, Versions: plainOnes(f.Versions, plainVersion), Proposal: f.Proposal,
		HostNeed: report.HostNeed{Likely: f.HostNeed.Likely},
		Origin:   report.Origin{Line: max(f.Origin.Line, 0), EndLine: max(f.Origin.EndLine, 0), Via: f.Origin.Via},
	}
	if fs.ValidPath(f.Origin.File) {
		kept.Origin.File = f.Origin.File
	}
	for _, lines := range f.Changes {
		if fs.ValidPath(lines.File) && lines.Line > 0 {
			kept.Changes = append(kept.Changes, lines)
		}
	}
	for _, o := range f.Occurrences {
		kept.Occurrences = append(kept.Occurrences, report.Occurrence{
			Target: plain(o.Target, plainTarget), Container: plain(o.Container, plainName), Scope: o.Scope,
			Object: report.Object{Kind: plain(o.Object.Kind, plainName), Namespace: plain(o.Object.Namespace, plainName), Name: plain(o.Object.Name, plainName)},
		})
	}
	if len(f.Occurrences) > 0 && plainField().MatchString(f.Occurrences[0].Field) {
		kept.Message += ": " + f.Occurrences[0].Field + " is not allowed as it is"
	}
	if f.Status == report.StatusExempt {
		kept.Exemption = &report.Exemption{}
	}
	return kept, nil
}

// What a saved report names is shown only in the form that such names have.
var (
	plainName    = late.Regexp(`^[A-Za-z0-9][A-Za-z0-9._:-]{0,252}$`)
	plainTarget  = late.Regexp(`^[a-z]+:[A-Za-z0-9._@/#+-]{1,250}$`)
	plainField   = late.Regexp(`^[a-z][A-Za-z]*(\.[a-z][A-Za-z]*|\[[0-9]{1,4}\]){1,15}$`)
	plainVersion = late.Regexp(`^v1\.[0-9]{1,3}$`)
)

func plain(name string, form func() *regexp.Regexp) string {
	if name != "" && !form().MatchString(name) {
		return "…"
	}
	return name
}

func plainOnes(names []string, form func() *regexp.Regexp) []string {
	var kept []string
	for _, name := range names {
		if form().MatchString(name) {
			kept = append(kept, name)
		}
	}
	return kept
}
