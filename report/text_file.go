package report

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// A textFile prints the findings of one file.
type textFile struct {
	*textWriter
	name  string
	lines [][]byte // nil if the file is not shown
	// said maps an advice to the place for which it was printed, so that it is printed once.
	said map[string]string
}

func (t *textWriter) file(findings []*Finding) {
	t.section()
	file := &textFile{textWriter: t, name: findings[0].Origin.File, said: map[string]string{}}
	name := Inert(file.name, maxPath)
	if name == "" {
		name = "(the place in source is not known)"
	}
	t.p.line(piece{name, bold})
	if problem := file.load(findings); problem != "" {
		t.p.paragraph(2, problem, piece{text: "  "})
	}
	for _, b := range t.blocks(findings) {
		t.p.line()
		file.block(b)
	}
}

// load reads the lines of the file if some are to be shown, and says why they cannot be.
func (t *textFile) load(findings []*Finding) string {
	isExact := func(f *Finding) bool { return f.Origin.Exact }
	if !slices.ContainsFunc(findings, isExact) {
		return ""
	}
	file := t.File(t.name)
	t.lines = file.lines
	return file.Problem
}

var severityStyles = map[string]style{SeverityHigh: red, SeverityMedium: yellow, SeverityLow: cyan}

func (t *textFile) block(b *block) {
	f := b.first()
	message := InertProse(f.Message, maxProse)
	if n := len(b.findings); n > 1 {
		message += fmt.Sprintf(" (%d places)", n)
	}
	if f.Scope == ScopeOld {
		message += " (not new)"
	}
	if denied := t.r.DeniedBy(f); denied != "" {
		message += " (" + denied + ")"
	}
	severity := piece{Inert(f.Severity, maxName), severityStyles[f.Severity]}
	place := ""
	if at := position(f); at != "" {
		place = at + "  "
	}
	control := Inert(f.Control, maxName)
	t.p.paragraph(4, message, piece{text: "  " + place}, severity, piece{text: "  "}, piece{control + ": ", bold})

	rest, labelled := t.excerpts(b)
	t.detail("also at", t.places(rest))
	t.where(b)
	if reached := Workloads(b.findings); !labelled {
		t.detail("reaches", t.fold(reached))
	}
	t.detail("clusters", EnvironmentsOf(b.findings))
	t.detail("targets", t.targetsOf(b))
	t.detail("through", t.chain(b))
	t.detail("new in", t.newTargets(b))
	t.detail("made by", changedPlaces(b))
	t.detail("exempt", t.Exempt(f))
	t.detail("host", t.hostText(f))
	switch t.Outcome(f) {
	case ProposalProven:
		t.detail("fix", t.fixText(b))
		for _, note := range t.Notes(f) {
			t.detail("note", note)
		}
	case ProposalRefused:
		t.once("refusal", t.Refusal(f), f)
	case StatusOpen:
		t.once("remedy", Remedy(f), f)
	}
}

// position is where a finding is, as far as that is known.
func position(f *Finding) string {
	switch o := &f.Origin; {
	case o.Packed():
		return Place(o.Archived.File, o.Archived.Line)
	case o.Line < 1:
		return ""
	case o.Column < 1 || !o.Exact:
		return fmt.Sprint(o.Line)
	default:
		return fmt.Sprintf("%d:%d", o.Line, o.Column)
	}
}

// places lists positions that no excerpt shows. None is folded away: a place that is not
// printed cannot be found.
func (t *textFile) places(findings []*Finding) string {
	var at seen
	for _, f := range findings {
		if place := position(f); place != "" {
			at.add(place)
		}
	}
	return strings.Join(at.list, ", ")
}

// detail prints one labelled line below a heading.
func (t *textFile) detail(label, text string) {
	if text == "" {
		return
	}
	labelStyle := blue
	if label == "fix" {
		labelStyle = green
	}
	t.p.paragraph(14, text, piece{text: "    "}, piece{fmt.Sprintf("%-10s", label+":"), labelStyle})
}

// once prints an advice in full, and where it was printed if it comes again in this file.
func (t *textFile) once(label, text string, f *Finding) {
	if place := t.said[text]; place != "" {
		t.detail(label, "as for "+place+" above.")
		return
	}
	if f.Origin.Packed() {
		t.said[text] = position(f)
	} else if f.Origin.Line > 0 {
		t.said[text] = fmt.Sprintf("line %d", f.Origin.Line)
	}
	t.detail(label, text)
}

// where says what is known of the place if it is not the exact field.
func (t *textFile) where(b *block) {
	f := b.first()
	if printer := f.Origin.fetched(); f.Origin.Exact && printer != "" {
		t.detail("where", "printed by "+printer+" of a chart that comes from elsewhere. A value here switches it on or off.")
	}
	if f.Origin.Exact {
		return
	}
	in := map[string]string{
		ViaLiteral:  "this template",
		ViaHelper:   "this template",
		ViaValues:   "these values",
		ViaManifest: "this manifest",
		ViaPatch:    "this patch",
	}[f.Origin.Via]
	if in == "" || f.Origin.File == "" {
		in = "this file"
	}
	text := "in " + in + "; the exact line is not known."
	printer := "printed by a"
	if at := f.Origin.Archived; at != nil {
		printer = "printed by " + Place(at.File, at.Line) + " of a"
	}
	switch {
	case f.Origin.Packed():
		text = "" // its position says it
	case f.Origin.File == "":
		text = "no file is known that this comes from."
	case f.Origin.Via == ViaGenerated && isKustomization(f.Origin.File):
		text = "set by something that this kustomization uses; the exact line is not known."
	case f.Origin.Via == ViaGenerated && asksForCharts(f.Origin.File):
		text = printer + " chart that was fetched for this line. Set it by the values of the chart that asks for it."
	case f.Origin.Via == ViaGenerated && f.Origin.Line > 1:
		text = printer + " chart that comes from elsewhere, for this line. Set it by the values there."
	case f.Origin.Via == ViaGenerated:
		text = "printed by this template; the exact line is not known."
	case f.Origin.Line > 0 && len(b.findings) == 1:
		text = fmt.Sprintf("in %s, in the object that starts at line %d; the exact line is not known.",
			in, f.Origin.Line)
	case f.Origin.Line > 0:
		text = "in " + in + ", in the objects that start at these lines; the exact lines are not known."
	}
	t.detail("where", text)
	var fields seen
	for _, f := range b.findings {
		for _, occurrence := range f.Occurrences {
			fields.add(Inert(occurrence.Field, maxPath))
		}
	}
	t.detail("field", t.fold(fields.list))
}

// targetsOf names the targets where the file alone does not tell: several, one with values
// of its own, or one that lies elsewhere.
func (t *textFile) targetsOf(b *block) string {
	var ids seen
	for _, f := range b.findings {
		for _, occurrence := range f.Occurrences {
			ids.add(occurrence.Target)
		}
	}
	if len(ids.list) == 1 {
		target := t.targets[ids.list[0]]
		if target != nil && len(target.Values) == 0 && holds(target.Path, t.name) {
			return ""
		}
	}
	return t.targetNames(ids.list)
}

func holds(folder, file string) bool {
	folder = path.Clean(folder)
	return folder == "." || folder == file || strings.HasPrefix(file, folder+"/")
}

// chain names the places between the origin and the object.
func (t *textFile) chain(b *block) string {
	var links seen
	for _, f := range b.findings {
		for _, link := range f.Origin.Chain {
			at := Inert(link.File, maxPath)
			if link.Line > 0 {
				at = fmt.Sprintf("%s:%d", at, link.Line)
			}
			if link.Via != "" {
				at += " (" + Inert(link.Via, maxName) + ")"
			}
			links.add(at)
		}
	}
	if len(links.list) <= maxChain {
		return strings.Join(links.list, ", ") // how the field comes into what is deployed stands at the end
	}
	return t.fold(links.list)
}

// maxChain is how many places on the way of a field are shown.
const maxChain = 8

func isKustomization(file string) bool {
	base := strings.ToLower(path.Base(file))
	return base == "kustomization" || strings.HasPrefix(base, "kustomization.")
}

// asksForCharts says whether a file declares the dependencies of a chart.
func asksForCharts(file string) bool {
	base := path.Base(file)
	return base == "Chart.yaml" || base == "requirements.yaml"
}
