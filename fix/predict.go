package fix

import (
	"fmt"
	"slices"
	"strings"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/late"
	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// predictedAlone says whether it is certain without rendering that a proposal holds without others in the
// pod templates that it touches.
func (p *Prover) predictedAlone(proposal *Proposal) (bool, error) {
	for _, target := range p.Targets {
		if !proposal.meansIn(target.ID) {
			continue
		}
		if predicted, err := p.predictedIn(target, proposal); err != nil || !predicted {
			return false, err
		}
	}
	return true, nil
}

// predictedIn says whether that is certain in a target.
func (p *Prover) predictedIn(target render.Target, proposal *Proposal) (bool, error) {
	if !proposal.inTemplates() || p.Budget.spent() {
		return false, nil
	}
	var intents []intent
	for _, in := range proposal.intents {
		if in.target == target.ID {
			intents = append(intents, in)
		}
	}
	after, err := p.predict(target, proposal)
	return err == nil && after != nil && len(p.compare(p.before[target.ID], after, intents, nil)) == 0, err
}

// predict tells without rendering what a target prints with a proposal that edits the text of templates:
// what nothing reads stands in the output just as in the template, whatever else is edited. It returns
// nil where that is not so, or not certain.
func (p *Prover) predict(target render.Target, proposal *Proposal) (*judged, error) {
	if target.Kind != render.Helm {
		return nil, nil
	}
	byFile, err := p.editor.byFile([]*Proposal{proposal})
	if err != nil {
		return nil, nil // trying them tells
	}
	before := p.before[target.ID].result
	for file, edits := range byFile {
		template, err := p.editor.template(file)
		if err != nil {
			return nil, fmt.Errorf("read %s to edit it: %w", file, err)
		}
		for _, edit := range edits {
			if !printsAlone(template, edit, before.ReadTemplates) {
				return nil, nil
			}
		}
	}
	after := *before
	after.Objects = slices.Clone(before.Objects)
	for i := range after.Objects {
		object := &after.Objects[i]
		if !object.HasPodTemplate() {
			continue
		}
		text, ok := p.predicted(object, byFile)
		if !ok {
			return nil, nil
		}
		object.YAML = []byte(text)
	}
	report, err := check.Run([]render.Result{after}, render.NewLocator(p.Files), p.Policy)
	if err != nil {
		return nil, err
	}
	return judgedByTarget([]render.Result{after}, report)[target.ID], nil
}

// predicted returns an object's text with edits of the templates that printed it.
func (p *Prover) predicted(object *render.Object, byFile map[string][]yamledit.Edit) (text string, ok bool) {
	if object.Trace == nil || object.Trace.YAML != nil || object.Trace.Template == nil {
		return "", false
	}
	trace, was := object.Trace.Template, string(object.YAML)
	var b strings.Builder
	for i := range trace.Spans {
		span := &trace.Spans[i]
		end := len(was)
		if i+1 < len(trace.Spans) {
			end = trace.Spans[i+1].At
		}
		printed := was[span.At:end]
		if span.Kind == render.SpanUnknown {
			b.WriteString(printed)
			continue
		}
		file := &trace.Files[span.File]
		edits := byFile[file.File]
		if file.Inside != "" || len(edits) == 0 {
			b.WriteString(printed)
			continue
		}
		template, err := p.editor.template(file.File)
		if err != nil {
			return "", false
		}
		b.WriteString(editedSpan(span, printed, template, edits))
	}
	return b.String(), true
}

// inTemplates says whether a proposal edits nothing but templates.
func (p *Proposal) inTemplates() bool {
	return len(p.printed) > 0 && len(p.changes) == 0 && len(p.texts) == 0 && len(p.overlays) == 0
}

// printsAlone says whether an edit of a template changes nothing but what stands there in the output.
// read are the named templates of which something reads the output.
func printsAlone(template *render.Template, edit yamledit.Edit, read []string) bool {
	from, to := edit.Start-template.Skipped, edit.End-template.Skipped
	if strings.Contains(edit.NewText, "{{") || strings.Contains(edit.NewText, "\n") || slices.Contains(read, render.AnyTemplate) {
		return false // functions may indent lines
	}
	if name, ok := template.DefinedAround(from); !ok || slices.Contains(read, name) {
		return false
	}
	for _, part := range template.Parts() {
		if part.Action && part.End > from && part.Start < to && loud().MatchString(template.Source[part.Start:part.End]) {
			return false
		}
	}
	return true
}

// loud are functions and words that can do more than print.
var loud = late.Regexp(`:?=|\b(include|template|tpl|block|define|set|unset|merge\w*|mustMerge\w*|fail|required|break|continue)\b`)

// editedSpan returns what a span prints with edits of its template.
func editedSpan(span *render.TemplateSpan, printed string, template *render.Template, edits []yamledit.Edit) string {
	if span.Kind == render.SpanAction {
		return editedAction(span, printed, template, edits)
	}
	end := span.Start + len(printed)
	var b strings.Builder
	at := span.Start
	for _, edit := range edits {
		from, to := edit.Start-template.Skipped, edit.End-template.Skipped
		if from == to && (from <= span.Start || from > end) || from < to && (from >= end || to <= span.Start) {
			continue
		}
		if from > at {
			b.WriteString(template.Source[at:from])
		}
		if from >= span.Start {
			b.WriteString(edit.NewText)
		}
		at = max(at, min(to, end))
	}
	b.WriteString(template.Source[at:end])
	before, after := untrimmed(template, span.Start, end, edits)
	return before + b.String() + after
}

// untrimmed is the white space before and after a text that is printed with edits: they take away the actions that trim it.
func untrimmed(template *render.Template, start, end int, edits []yamledit.Edit) (before, after string) {
	const space = " \t\r\n" // https://pkg.go.dev/text/template#hdr-Text_and_spaces
	isSpace := func(from, to int) bool { return from < to && strings.Trim(template.Source[from:to], space) == "" }
	for _, edit := range edits {
		from, to := edit.Start-template.Skipped, edit.End-template.Skipped
		if from == to || edit.NewText != "" {
			continue
		}
		if isSpace(to, start) && !strings.HasSuffix(strings.TrimRight(template.Source[:from], space), "-}}") && trims(template, to, start) {
			before = template.Source[to:start]
		}
		if isSpace(end, from) && !strings.HasPrefix(strings.TrimLeft(template.Source[to:], space), "{{-") && trims(template, end, from) {
			after = template.Source[end:from]
		}
	}
	return before, after
}

// trims says whether no text holds a range of a template.
func trims(template *render.Template, from, to int) bool {
	return !slices.ContainsFunc(template.Parts(), func(part render.TemplatePart) bool { return part.Start < to && part.End > from })
}

func editedAction(span *render.TemplateSpan, printed string, template *render.Template, edits []yamledit.Edit) string {
	for _, edit := range edits {
		from, to := edit.Start-template.Skipped, edit.End-template.Skipped
		switch {
		case from == to && from == span.End:
			printed += edit.NewText
		case from == span.Start && to >= span.End:
			printed = edit.NewText
		case from < span.Start && to >= span.End:
			printed = ""
		}
	}
	return printed
}
