package report

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
)

// Problems says where the report contradicts itself: counts that are off, references to
// nothing, words that the schema does not know, edits that could not be applied. A report
// that comes from elsewhere should have none before anything is done with it. The texts
// quote the report, so print them through Inert.
func (r *Report) Problems() []string {
	p := problems{
		targets:   map[string]bool{},
		findings:  map[string]*Finding{},
		proposals: r.proposalsByID(),
	}
	p.word("report", "schema", r.Schema, Schema)
	p.word("policy", "level", r.Policy.Level, "baseline", "restricted")
	for i := range r.Targets {
		p.target(&r.Targets[i])
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		if p.findings[f.ID] != nil {
			p.add("finding %q: the id is there twice", f.ID)
		}
		p.findings[f.ID] = f
		p.finding(f)
	}
	if len(p.proposals) != len(r.Proposals) {
		p.add("proposals: an id is there twice")
	}
	for i := range r.Proposals {
		p.proposal(&r.Proposals[i], r.Source.Files)
	}
	p.word("source", "scope", r.Source.Scope, ListAll, ListChanged, ListNew)
	for i, pull := range r.FixPullRequests {
		at := fmt.Sprintf("fix pull request %d", i+1)
		p.word(at, "operation", pull.Operation, "created", "updated", "unchanged", "closed", "stopped", "none", "failed")
		if pull.Number < 0 {
			p.add("%s: the number %d is none", at, pull.Number)
		}
	}
	if want := r.count(); r.Summary != want {
		p.add("summary: it says %+v, and the report holds %+v", r.Summary, want)
	}
	return p.found
}

type problems struct {
	found     []string
	targets   map[string]bool
	findings  map[string]*Finding
	proposals map[string]*Proposal
}

func (p *problems) add(format string, args ...any) {
	p.found = append(p.found, fmt.Sprintf(format, args...))
}

func (p *problems) word(owner, field, got string, known ...string) {
	if !slices.Contains(known, got) {
		p.add("%s: %s is %q, which is none of %q", owner, field, got, known)
	}
}

func (p *problems) target(t *Target) {
	owner := fmt.Sprintf("target %q", t.ID)
	if p.targets[t.ID] {
		p.add("%s: the id is there twice", owner)
	}
	p.targets[t.ID] = true
	p.word(owner, "kind", t.Kind, "helm", "kustomize", "plain", "flux", "argocd")
	p.word(owner, "status", t.Status, TargetOK, TargetError, TargetSkipped, TargetUnknown)
	if t.Status == TargetError && t.Error == nil {
		p.add("%s: it failed, and no error says why", owner)
	}
	if t.Error != nil {
		p.word(owner, "the scope of its error", t.Error.Scope, ScopeNew, ScopeOld)
	}
}

func (p *problems) finding(f *Finding) {
	owner := fmt.Sprintf("finding %q", f.ID)
	p.word(owner, "level", f.Level, "baseline", "restricted")
	p.word(owner, "severity", f.Severity, SeverityLow, SeverityMedium, SeverityHigh)
	p.word(owner, "scope", f.Scope, ScopeNew, ScopeOld)
	p.word(owner, "status", f.Status, StatusOpen, StatusExempt)
	p.word(owner, "origin.via", f.Origin.Via,
		ViaLiteral, ViaValues, ViaManifest, ViaPatch, ViaHelper, ViaGenerated)
	if f.Origin.Exact && (f.Origin.Line < 1 || f.Origin.Column < 1) {
		p.add("%s: its origin is exact and has no line and column", owner)
	}
	if at := f.Origin.Archived; at != nil && (at.File == "" || at.Line < 1 || at.Column < 1) {
		p.add("%s: its place in a packed chart has no file, line or column", owner)
	}
	if f.Status == StatusExempt && f.Exemption == nil {
		p.add("%s: it is exempt, and no exemption says why", owner)
	}
	for _, occurrence := range f.Occurrences {
		p.word(owner, "the scope of an occurrence", occurrence.Scope, ScopeNew, ScopeOld)
		if !p.targets[occurrence.Target] {
			p.add("%s: it occurs in target %q, which is not in the report", owner, occurrence.Target)
		}
	}
	if f.Proposal == "" {
		return
	}
	if proposal := p.proposals[f.Proposal]; proposal == nil {
		p.add("%s: its proposal %q is not in the report", owner, f.Proposal)
	} else if !slices.Contains(proposal.Findings, f.ID) {
		p.add("%s: its proposal %q does not name it", owner, f.Proposal)
	}
}

func (p *problems) proposal(proposal *Proposal, files map[string]string) {
	owner := fmt.Sprintf("proposal %q", proposal.ID)
	p.word(owner, "status", proposal.Status, ProposalProven, ProposalRefused)
	if proposal.Status == ProposalProven && len(proposal.Edits) == 0 {
		p.add("%s: it is proven and holds no edit", owner)
	}
	if proposal.Status == ProposalRefused && proposal.AloneProven {
		p.add("%s: it is refused and proven alone", owner)
	}
	for _, id := range proposal.Findings {
		if f := p.findings[id]; f == nil {
			p.add("%s: its finding %q is not in the report", owner, id)
		} else if f.Proposal != proposal.ID {
			p.add("%s: its finding %q names another proposal", owner, id)
		}
	}
	for _, id := range proposal.Targets {
		if !p.targets[id] {
			p.add("%s: its target %q is not in the report", owner, id)
		}
	}
	p.edits(owner, proposal.Edits, files)
	for _, alternative := range proposal.Alternatives {
		p.edits(owner, alternative.Edits, files)
	}
}

var hexSHA256 = regexp.MustCompile(`^[0-9a-f]{64}$`)

func (p *problems) edits(owner string, edits []Edit, files map[string]string) {
	sorted := slices.SortedFunc(slices.Values(edits), compareEdits)
	for i, edit := range sorted {
		if !fs.ValidPath(edit.File) {
			p.add("%s: it edits %q, which is no file inside the repository", owner, edit.File)
		}
		if !hexSHA256.MatchString(files[edit.File]) {
			p.add("%s: it edits %q, whose SHA-256 is not in source.files", owner, edit.File)
		}
		if edit.Start < 0 || edit.End < edit.Start {
			p.add("%s: bytes %d to %d of %q are no range", owner, edit.Start, edit.End, edit.File)
		}
		if i > 0 && sorted[i-1].File == edit.File && sorted[i-1].End > edit.Start {
			p.add("%s: two edits of %q overlap", owner, edit.File)
		}
	}
}
