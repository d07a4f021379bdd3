package fix

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// locateInChart turns the changes of a remedy into changes of the chart's values, where an action
// prints what a value holds, and of its templates. At first it tries what a person would: the value
// alone, of which other fields may follow, or the switch that prints the field. It adds nothing to a template beside
// what prints the same key from values. object is as the chart printed it, which a kustomization may have changed since.
func (p *proposer) locateInChart(proposal *Proposal, group *podFindings, remedy check.Remedy, object *render.Object, changes []yamledit.Change) *Refusal {
	others := len(proposal.changes) + len(proposal.texts)
	var printed []printedChange
	var kept *Refusal // of what may follow the values that others change
	result := p.results[p.objects[group.pod.Object].target]
	for _, change := range yamledit.WithoutMoot(changes) {
		removable := change.Op != yamledit.Set && p.locator.InTemplate(object, change.Path)
		placed, ok := p.locator.ValueChanges(object, change)
		if !ok && change.Op == yamledit.Delete {
			placed, ok = p.locator.ItemChanges(result, object, change.Path)
		}
		switch {
		case p.again != nil || change.Op == yamledit.Set:
		case !ok:
			placed, ok = p.locator.EmptyValue(result, object, change.Path)
		case change.Op == yamledit.Delete && !change.Path.EndsInItem():
			if off, switched := p.locator.SwitchOff(result, object, change.Path); switched {
				placed = off // without its value, the field may have another one
			}
		}
		if ok && (p.again == nil || !removable) {
			proposal.another = proposal.another || p.again == nil && removable
			for _, at := range placed {
				if at.Chart != nil { // what holds the value was printed by a chart itself
					printed = append(printed, printedChange{at.Chart, at.Change})
					continue
				}
				proposal.add(&at)
			}
			continue
		}
		if file, line, ok := p.locator.PrintsOtherwise(object, change.Path); ok && change.Op == yamledit.Set {
			return &Refusal{NotLocated, fmt.Sprintf("%s:%d prints the mapping that it belongs to from values that are not known, "+
				"and beside that it would be there twice once they are set; set it in the values of the chart", file, line)}
		}
		if value, prints := p.locator.PrintsValue(result, object, change); !ok && prints {
			kept = cmp.Or(kept, keptValue(value))
			if value.Key {
				return kept
			}
			continue
		}
		printed = append(printed, printedChange{object, change})
	}
	if p.again == nil && (len(printed) > 0 || kept != nil) {
		valued := len(proposal.changes)+len(proposal.texts) > others
		if others == 0 && p.switchOff(proposal, group, remedy) || valued {
			proposal.another = true
			return nil
		}
	}
	proposal.printed = printed
	return kept
}

// keptValue leaves the template as it is, where an edit would take from people what they set by a value.
func keptValue(value render.PrintedValue) *Refusal {
	set := ""
	if value.SetBy != "" {
		set = ", which " + value.SetBy + " sets"
	}
	if value.Packed {
		return &Refusal{RemoteChart, fmt.Sprintf("the action in %s:%d of %s prints it out of the value %s%s, and no change of that was found that mends it; set the value otherwise by hand",
			value.File, value.Line, cmp.Or(value.Fetched, "the chart"), value.Name, set)}
	}
	return &Refusal{NotLocated, fmt.Sprintf("the action in %s:%d prints it out of the value %s%s. No change of the value was found that mends it, and if the chart no longer printed it "+
		"the value would do nothing for anybody; set the value otherwise by hand", value.File, value.Line, value.Name, set)}
}

// switchOff makes a proposal turn off the one value by which the chart prints the remedy's fields.
func (p *proposer) switchOff(proposal *Proposal, group *podFindings, remedy check.Remedy) bool {
	result := p.results[p.objects[group.pod.Object].target]
	var off *Proposal
	for _, field := range remedy.Fields {
		object, at, ok := p.locator.InChart(group.pod.Object, group.pod.FieldPath(field.Path))
		if !ok {
			return false
		}
		placed, ok := p.locator.SwitchOff(result, object, at)
		if !ok {
			return false
		}
		found := &Proposal{}
		for i := range placed {
			found.add(&placed[i])
		}
		if off != nil && off.editsKey() != found.editsKey() {
			return false
		}
		off = found
	}
	options := p.options
	options.HostPath = check.HostPathDrop
	for _, dropped := range group.control.Mend(group.pod, remedy.Fields, options) {
		if len(dropped.Fields) != len(remedy.Fields) {
			return false
		}
		proposal.intents[0].changes = group.changes(dropped)
		proposal.Notes = dropped.Notes
	}
	proposal.changes, proposal.texts = append(proposal.changes, off.changes...), append(proposal.texts, off.texts...)
	proposal.variables = proposal.variables || off.variables
	return true
}

// refusedEdit is a refusal on the way of an error.
type refusedEdit struct{ Refusal }

func (r *refusedEdit) Error() string { return r.Message }

// pulled computes the edits of templates that make changes of what they printed, for each object
// all changes together.
func (e *editor) pulled(changes []printedChange) ([]FileEdit, error) {
	byObject := map[*render.Object][]yamledit.Change{}
	var order []*render.Object
	seen := map[string]bool{}
	for _, change := range changes {
		if seen[change.key()] {
			continue
		}
		seen[change.key()] = true
		if byObject[change.object] == nil {
			order = append(order, change.object)
		}
		byObject[change.object] = append(byObject[change.object], change.change)
	}
	var texts []FileEdit
	for _, object := range order {
		if e.budget.spent() {
			return nil, errSpent
		}
		edits, err := e.pulledFrom(object, byObject[object])
		if err != nil {
			return nil, err
		}
		texts = append(texts, edits...)
	}
	return e.tidied(distinctTexts(texts))
}

// tidied takes along the blocks that deletions leave empty.
func (e *editor) tidied(texts []FileEdit) ([]FileEdit, error) {
	byFile := map[string][]yamledit.Edit{}
	for _, text := range texts {
		byFile[text.File] = append(byFile[text.File], text.Edit)
	}
	var all []FileEdit
	for _, name := range sortedKeys(byFile) {
		template, err := e.template(name)
		if err != nil {
			return nil, err
		}
		for i := range byFile[name] {
			byFile[name][i].Start -= template.Skipped
			byFile[name][i].End -= template.Skipped
		}
		for _, edit := range tidied(template, byFile[name]) {
			edit.Start, edit.End = edit.Start+template.Skipped, edit.End+template.Skipped
			all = append(all, FileEdit{name, edit})
		}
	}
	return distinctTexts(all), nil
}

var errSeveralPlaces = &refusedEdit{Refusal{NotLocated, "the text comes from several places of the chart that cannot be changed together; change the template by hand"}}

var errPrintsMore = &refusedEdit{Refusal{NotLocated, "with other values the template prints more of what the edit would take away; change the template by hand"}}

func (e *editor) pulledFrom(object *render.Object, changes []yamledit.Change) ([]FileEdit, error) {
	trace, text := object.Trace.Template, object.TracedText()
	rendered := yamledit.Parse(text)
	doc := len(rendered.Docs) - 1
	changes = yamledit.WithoutMoot(changes)
	pull := &templatePull{trace: trace, text: string(text), template: e.template}
	texts, err := e.pullAll(pull, rendered, changes)
	if err != nil {
		if apart, ok := e.pullApart(pull, rendered, changes); ok {
			texts, err = apart, nil
		}
	}
	if errors.Is(err, errLeavesParts) {
		err = errPrintsMore
	}
	if errors.Is(err, errNotInTemplate) {
		err = errSeveralPlaces
	}
	if err != nil {
		return nil, err
	}
	for _, pulled := range texts {
		if vendor := trace.VendorOf(pulled.File); vendor != "" {
			return nil, &refusedEdit{Refusal{RemoteChart, fmt.Sprintf("the text stands in %s, a copy of a chart of %s; it must be changed there, or by a value of this chart", pulled.File, vendor)}}
		}
	}
	if err := pull.noMountLeft(rendered, doc, changes); err != nil {
		return nil, err
	}
	return texts, nil
}

func (e *editor) pullAll(pull *templatePull, rendered *yamledit.File, changes []yamledit.Change) ([]FileEdit, error) {
	edits, err := rendered.Edits(len(rendered.Docs)-1, changes)
	if err != nil {
		return nil, err
	}
	var texts []FileEdit
	for _, edit := range edits {
		pulled, err := pull.edits(edit)
		if errors.Is(err, errNotInTemplate) {
			return nil, e.notInTemplate(pull.trace, edit)
		}
		if err != nil {
			return nil, err
		}
		texts = append(texts, pulled...)
	}
	return texts, nil
}

// notInTemplate says which source printed what cannot be edited.
func (e *editor) notInTemplate(trace *render.TemplateTrace, edit yamledit.Edit) error {
	for i := max(trace.SpanAt(edit.Start), 0); i < len(trace.Spans) && trace.Spans[i].At < max(edit.End, edit.Start+1); i++ {
		span := &trace.Spans[i]
		if span.Kind != render.SpanAction {
			continue
		}
		file := &trace.Files[span.File]
		if file.Inside != "" {
			return inArchive(file, span.Start)
		}
		template, err := e.template(file.File)
		if err != nil {
			return err
		}
		return &refusedEdit{Refusal{NotLocated, fmt.Sprintf("the action in %s:%d prints it, and no value was found that stands behind it; change the template or its values by hand", file.File, template.Line(span.Start))}}
	}
	if i := trace.SpanAt(edit.Start); i >= 0 && trace.Spans[i].Kind == render.SpanLiteral {
		if file := &trace.Files[trace.Spans[i].File]; file.Inside != "" {
			return inArchive(file, trace.Spans[i].Start+edit.Start-trace.Spans[i].At)
		}
	}
	for i := range trace.Files {
		if file := &trace.Files[i]; file.Inside != "" {
			return inArchive(file, 0)
		}
	}
	return errSeveralPlaces
}

// inArchive names the line in the archive if an offset in the file is known.
func inArchive(file *render.TemplateFile, offset int) error {
	where := file.Inside
	if offset > 0 {
		where = fmt.Sprintf("%s:%d", where, render.ReadTemplate(file.Content).Line(offset))
	}
	if file.Fetched != "" {
		return &refusedEdit{Refusal{RemoteChart, fmt.Sprintf("%s of %s prints it, and no value was found that changes it; ask the chart's owner for one, or deploy the chart by a kustomization that patches it", where, file.Fetched)}}
	}
	return &refusedEdit{Refusal{RemoteChart, fmt.Sprintf("%s in the archive %s prints it, and archives are not edited; set a value of the subchart, or change its source", where, file.File)}}
}

// template reads a template, once.
func (e *editor) template(name string) (*render.Template, error) {
	if template := e.templates[name]; template != nil {
		return template, nil
	}
	content, err := e.files.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read %s to edit it: %w", name, err)
	}
	e.templates[name] = render.ReadTemplate(content)
	return e.templates[name], nil
}
