package fix

import (
	"slices"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// Propose makes the proposals that mend findings of a report on results, sorted by file and
// place. A finding without a proposal has a refusal, by its id.
func Propose(files *overlay.FS, results []render.Result, report *check.Report, locator *render.Locator, options check.MendOptions, budget Budget) ([]*Proposal, map[string]*Refusal) {
	return propose(files, results, report, locator, options, budget, nil)
}

func propose(files *overlay.FS, results []render.Result, report *check.Report, locator *render.Locator, options check.MendOptions, budget Budget, again map[string]bool) ([]*Proposal, map[string]*Refusal) {
	p := &proposer{
		again:  again,
		editor: newEditor(files, budget), locator: locator, options: options,
		objects: map[*render.Object]objectRef{}, refusals: map[string]*Refusal{},
		byFinding: map[string]*Proposal{}, left: map[string]bool{}, keep: map[string]bool{}, results: map[string]*render.Result{}, entries: map[string]patchEntry{}, included: map[string]bool{}, renderers: map[*render.Object]string{},
	}
	for i := range results {
		p.results[results[i].Target.ID] = &results[i]
		if results[i].Target.Kind == render.Kustomize {
			p.kustomizations = append(p.kustomizations, results[i].Target.Path)
			if objects := results[i].Objects; len(objects) > 0 && len(results[i].Target.IncludedBy) > 0 {
				p.included[objects[0].Source.Kustomization] = true
			}
		}
		for j := range results[i].Objects {
			p.objects[&results[i].Objects[j]] = objectRef{results[i].Target.ID, j}
		}
	}
	p.findOccurrences(report.Findings)
	groups := groupByPod(report.Findings)
	for _, finding := range report.Findings {
		if _, failed := again[finding.ID]; again != nil && !failed {
			p.left[finding.ID] = true
		}
	}
	p.leaveExempt(report.Findings)
	p.leaveHostWorkloads(report.Findings, groups)
	p.keepShared(groups)
	p.keepUndroppable(groups)
	for _, group := range groups {
		p.propose(group)
	}
	proposals := p.distinct()
	for _, proposal := range proposals {
		p.finish(proposal)
	}
	for _, finding := range report.Findings {
		if finding.Exemption != nil {
			continue
		}
		if p.byFinding[finding.ID] != nil {
			if stays := p.refusals[finding.ID]; stays != nil {
				p.byFinding[finding.ID].stay(finding.ID, stays)
			}
			delete(p.refusals, finding.ID)
		} else if p.refusals[finding.ID] == nil {
			p.refusals[finding.ID] = &Refusal{
				NoRemedy,
				"podmend knows no safe edit for this control here; change the field by hand, or record an exemption",
			}
		}
	}
	return proposals, p.refusals
}

type objectRef struct {
	target string
	index  int
}

type proposer struct {
	editor    *editor
	locator   *render.Locator
	options   check.MendOptions
	objects   map[*render.Object]objectRef
	results   map[string]*render.Result // by target id
	again     map[string]bool           // the findings for which the likeliest way failed, with a patch or without; nil at first
	byFinding map[string]*Proposal
	refusals  map[string]*Refusal
	left      map[string]bool       // findings that are left alone
	shownIn   map[string][]string   // targets by finding
	entries   map[string]patchEntry // of patches, by object and changes
	keep      map[string]bool       // findings of volumes that become an emptyDir in any case

	kustomizations []string        // folders of the targets
	included       map[string]bool // kustomization files that others include

	renderers map[*render.Object]string // by release
}

// podFindings are the findings of one control in one pod template.
type podFindings struct {
	control *check.Control
	pod     *render.PodTemplate
	fields  []check.Field
	ids     map[string]string // finding by field path
}

func groupByPod(findings []check.Finding) []*podFindings {
	type key struct {
		pod     *render.PodTemplate
		control *check.Control
	}
	groups := map[key]*podFindings{}
	var order []*podFindings
	for _, finding := range findings {
		if finding.Exemption != nil {
			continue // somebody wants it as it is
		}
		for _, occurrence := range finding.Occurrences {
			k := key{occurrence.Pod, finding.Control}
			group := groups[k]
			if group == nil {
				group = &podFindings{control: finding.Control, pod: occurrence.Pod, ids: map[string]string{}}
				groups[k] = group
				order = append(order, group)
			}
			group.fields = append(group.fields, occurrence.Field)
			group.ids[occurrence.Field.Path.String()] = finding.ID
		}
	}
	return order
}

// leaveExempt refuses what is allowed for some of the objects that one place in source serves.
func (p *proposer) leaveExempt(findings []check.Finding) {
	for i := range findings {
		if finding := &findings[i]; finding.ExemptFor != "" {
			p.left[finding.ID] = true
			p.refusals[finding.ID] = &Refusal{SharedExempt, "an edit would change " + finding.ExemptFor +
				" too, for which it is exempt; set it in a place of its own for the others, or exempt these as well"}
		}
	}
}

func (p *proposer) propose(group *podFindings) {
	for _, remedy := range p.remedies(group) {
		proposal := &Proposal{Notes: remedy.Notes}
		for _, field := range remedy.Fields {
			if id := group.ids[field.Path.String()]; id != "" && !slices.Contains(proposal.Findings, id) {
				proposal.Findings = append(proposal.Findings, id)
			}
		}
		if refusal := p.locate(proposal, group, remedy); refusal != nil {
			for _, id := range proposal.Findings {
				p.refusals[id] = refusal
			}
			continue
		}
		p.merge(proposal)
	}
}

// locate turns a remedy for a rendered pod template into changes of source.
func (p *proposer) locate(proposal *Proposal, group *podFindings, remedy check.Remedy) *Refusal {
	object := group.pod.Object
	ref := p.objects[object]
	in := intent{target: ref.target, object: ref.index, control: group.control.ID, findings: proposal.Findings}
	for _, field := range remedy.Fields {
		path := group.pod.FieldPath(field.Path)
		in.paths = append(in.paths, path)
		in.mends = append(in.mends, path.String())
	}
	if object.Trace != nil && object.Trace.Template != nil {
		in.changes = group.changes(remedy)
		proposal.intents = []intent{in}
		refusal := p.locateInChart(proposal, group, remedy, object, in.changes)
		if p.releaseOf(object) != nil && (refusal != nil || p.foreign(proposal)) {
			return p.inRelease(proposal, object, remedy, in, group)
		}
		return refusal
	}
	proposal.intents = []intent{in}
	meant := &proposal.intents[0]
	var chart *render.Object
	var printed []yamledit.Change
	for _, change := range group.changes(remedy) {
		placed, ok := p.locator.SourceChanges(object, change)
		if inRoot := object.Source.Kustomization != ""; inRoot && (!ok || p.options.InOverlay) {
			return p.inOverlay(proposal, object, remedy, in, group)
		}
		if !ok && p.releaseOf(object) != nil {
			return p.inRelease(proposal, object, remedy, in, group)
		}
		if !ok {
			return notLocated(object)
		}
		meant.changes = append(meant.changes, prunedLike(change, placed))
		for _, at := range placed {
			if at.Chart != nil {
				chart, printed = at.Chart, append(printed, at.Change)
				continue
			}
			proposal.add(&at)
		}
	}
	var refusal *Refusal
	if chart != nil {
		refusal = p.locateInChart(proposal, group, remedy, chart, printed)
	}
	if object.Source.Kustomization != "" && (refusal != nil || p.foreign(proposal)) {
		return p.inOverlay(proposal, object, remedy, in, group)
	}
	if p.releaseOf(object) != nil && (refusal != nil || p.foreign(proposal)) {
		return p.inRelease(proposal, object, remedy, in, group)
	}
	return refusal
}

// add takes a change of source into a proposal.
func (p *Proposal) add(at *render.PlacedChange) {
	if at.Text != nil { // a line of a file of variables
		p.texts, p.variables = append(p.texts, FileEdit{at.Place.File, *at.Text}), true
		return
	}
	p.changes = append(p.changes, changeOf(at))
}

// clear takes all changes of source out of a proposal, where it is to mend otherwise.
func (p *Proposal) clear() {
	p.changes, p.printed, p.texts, p.variables = nil, nil, nil, false
}

func changeOf(at *render.PlacedChange) sourceChange {
	return sourceChange{
		file: at.Place.File, doc: at.Place.Doc, change: at.Change, inside: at.Place.Inside, patch: at.Place.Patch, copied: at.Copied, through: at.Through, list: at.List,
	}
}

// changes are those of a remedy, with paths from the object's root.
func (g *podFindings) changes(remedy check.Remedy) []yamledit.Change {
	changes := slices.Clone(remedy.Changes)
	for i := range changes {
		changes[i].Path = g.pod.FieldPath(changes[i].Path)
	}
	return changes
}

func notLocated(object *render.Object) *Refusal {
	if object.Source.Manifest {
		return &Refusal{NotLocated, "the field is not set in " + object.Source.File +
			" itself: a patch, a component or a transformer sets it; change it there"}
	}
	return &Refusal{UnsoundMap, "the field comes out of the template " + object.Source.File +
		", of which podmend could not trace the text; change the template or the value behind it by hand"}
}

// finish computes the edits of a proposal alone, or refuses it.
func (p *proposer) finish(proposal *Proposal) {
	proposal.name()
	if len(proposal.overlays) > 0 {
		whole := *proposal
		proposal.with = func(kept []overlayPatch) *Proposal {
			part := whole.patchedBy(kept)
			p.finish(part)
			return part
		}
	}
	if err := p.addOverlays(proposal); err != nil {
		proposal.Refusal = editRefusal(err)
		return
	}
	edits, err := p.editor.joint([]*Proposal{proposal})
	if err != nil {
		proposal.Refusal = editRefusal(err)
		return
	}
	if refusal := p.editsVendored(edits); refusal != nil {
		proposal.Refusal = refusal
		return
	}
	if len(edits) == 0 {
		proposal.Refusal = &Refusal{NotLocated, "the field is set by something that podmend cannot edit where it stands; change it there by hand"}
		return
	}
	proposal.Edits = edits
	if _, err := p.editor.apply([]*Proposal{proposal}); err != nil {
		proposal.Refusal, proposal.Edits = editRefusal(err), nil
	}
}
