package fix

import (
	"errors"
	"fmt"
	"strings"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// locateInChart turns changes of an object that a chart printed into edits of its templates and
// values: where an action prints a field, the value behind it is changed.
func (p *proposer) locateInChart(proposal *Proposal, object *render.Object, changes []yamledit.Change) *Refusal {
	trace := object.Trace.Template
	text := object.YAML
	if object.Trace.YAML != nil {
		text = object.Trace.YAML
	}
	rendered := yamledit.Parse(text)
	doc := len(rendered.Docs) - 1
	var literal []yamledit.Change
	for _, change := range yamledit.WithoutMoot(changes) {
		file, path, ok := trace.ValueAt(rendered, change.Path)
		if !ok {
			literal = append(literal, change)
			continue
		}
		change.Path = path
		proposal.changes = append(proposal.changes, sourceChange{file, 0, change})
	}
	if len(literal) == 0 {
		return nil
	}
	edits, err := rendered.Edits(doc, literal)
	if err != nil {
		return editRefusal(err)
	}
	pull := &templatePull{trace: trace, text: string(text), source: p.editor.template}
	for _, edit := range edits {
		pulled, err := pull.edit(edit)
		if errors.Is(err, errNotInTemplate) {
			return p.notInTemplate(trace, edit)
		}
		if err != nil {
			return editRefusal(err)
		}
		if vendor := trace.VendorOf(pulled.File); vendor != "" {
			return &Refusal{RemoteChart, fmt.Sprintf("the text stands in %s, a copy of a chart of %s; it must be changed there, or by a value of this chart", pulled.File, vendor)}
		}
		proposal.texts = append(proposal.texts, pulled)
	}
	proposal.texts = distinctTexts(proposal.texts)
	return nil
}

// notInTemplate says which source printed what cannot be edited.
func (p *proposer) notInTemplate(trace *render.TemplateTrace, edit yamledit.Edit) *Refusal {
	for i := max(trace.SpanAt(edit.Start), 0); i < len(trace.Spans) && trace.Spans[i].At < max(edit.End, edit.Start+1); i++ {
		span := &trace.Spans[i]
		if span.Kind != render.SpanAction {
			continue
		}
		file := &trace.Files[span.File]
		if file.Inside != "" {
			return &Refusal{RemoteChart, fmt.Sprintf("%s in the archive %s prints it, and archives are not edited; set a value of the subchart, or change its source", file.Inside, file.File)}
		}
		source, _, err := p.editor.template(file.File)
		if err != nil {
			return editRefusal(err)
		}
		line := 1 + strings.Count(source[:span.Start], "\n")
		return &Refusal{NotLocated, fmt.Sprintf("the action in %s:%d prints it, and no value was found that stands behind it; change the template or its values by hand", file.File, line)}
	}
	for _, file := range trace.Files {
		if file.Inside != "" {
			return &Refusal{RemoteChart, fmt.Sprintf("%s in the archive %s prints it, and archives are not edited; set a value of the subchart, or change its source", file.Inside, file.File)}
		}
	}
	return &Refusal{NotLocated, "the text comes from several places of the chart that cannot be changed together; change the template by hand"}
}

// template reads the template in a file.
func (e *editor) template(name string) (source string, skipped int, err error) {
	content, err := e.files.ReadFile(name)
	if err != nil {
		return "", 0, fmt.Errorf("read %s to edit it: %w", name, err)
	}
	source, skipped = render.TemplateSource(content)
	return source, skipped, nil
}
