package render

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/podmend/podmend/internal/late"
	"github.com/podmend/podmend/internal/yamledit"
)

// A PrintedValue is a value that a chart offers to its users, and prints as what a change would take away.
type PrintedValue struct {
	Name string // the keys from .Values
	// File and Line are the action that prints it. Of a packed chart, the file is named as the archive does.
	File   string
	Line   int
	Packed bool
	// Fetched names the chart, where a release asks for one from elsewhere.
	Fetched string
	// Key says that the action prints the key or list item itself, among others.
	Key bool
	// SetBy is the file and line that sets it, "" where that is not known.
	SetBy string
}

// PrintsValue returns the value out of which a template prints what a change of an object concerns: the key or list item
// itself, or all that a block which asks for the value holds. Without that action or block the value would do nothing
// any more, for anybody who uses the chart. ok is false where the template has the key as text of its own.
func (l *Locator) PrintsValue(result *Result, object *Object, change yamledit.Change) (value PrintedValue, ok bool) {
	field, ok := l.printed(object, change.Path)
	if !ok || len(field.found.Path) < len(change.Path) {
		return value, false
	}
	chain, at, ok := l.valueOfKey(field)
	isKey := ok
	if !ok && change.Op == yamledit.Set {
		chain, at, ok = l.valueOfScalar(result, field)
	} else if !ok {
		chain, at, ok = l.valueOfBlock(field, "end")
	}
	if !ok {
		return value, false
	}
	value = PrintedValue{Name: strings.Join(chain, "."), File: at.file.File, Line: l.template(at.file).Line(at.start), Key: isKey}
	if at.file.Inside != "" {
		value.File, value.Packed, value.Fetched = at.file.Inside, true, at.file.Fetched
	}
	values := l.values(result, field.trace.Chart)
	if set, ok := values.at(field, yamledit.Keys(chain...)); ok {
		layer := &values.layers[set.layer]
		if origin, ok := l.layerOrigin(layer, set.path); ok && layer.Inside == "" && origin.Line > 0 {
			value.SetBy = fmt.Sprintf("%s:%d", origin.File, origin.Line)
		}
	}
	return value, true
}

// An actionAt is an action of a template, and the frame in which it printed.
type actionAt struct {
	file              *TemplateFile
	frame, start, end int
}

// valueOfKey is the value of which an action prints the key of a field, or the start of a list item, among others.
func (l *Locator) valueOfKey(field *printedField) (chain []string, at actionAt, ok bool) {
	i := field.trace.SpanAt(field.found.Key.Offset)
	if i < 0 || field.trace.Spans[i].Kind != SpanAction {
		return nil, at, false
	}
	span := &field.trace.Spans[i]
	at = actionAt{&field.trace.Files[span.File], span.Frame, span.Start, span.End}
	chain, ok = l.valueOfAction(field.trace, at)
	return chain, at, ok
}

// valueOfScalar is the value of which an action makes a scalar, if anybody sets it. What it takes where a value is not set can
// be replaced by itself.
func (l *Locator) valueOfScalar(result *Result, field *printedField) (chain []string, at actionAt, ok bool) {
	if !field.action || field.found.Node.Kind != yaml.ScalarNode {
		return nil, at, false
	}
	at = actionAt{field.file, field.frame, field.start, field.end}
	if template := l.template(at.file); template != nil {
		action := template.Source[at.start:at.end]
		if from, to, ok := TakenIfNone(action); ok && action[from:to] == field.found.Node.Value {
			return nil, at, false
		}
	}
	if chain, ok = l.valueOfAction(field.trace, at); !ok {
		return nil, at, false
	}
	set, ok := l.values(result, field.trace.Chart).at(field, yamledit.Keys(chain...))
	return chain, at, ok && set.value != ""
}

// valueOfAction is the value that an action names, or that the dot, the variable or the arguments stand for in which it
// finds it.
func (l *Locator) valueOfAction(trace *TemplateTrace, at actionAt) ([]string, bool) {
	template := l.template(at.file)
	if template == nil {
		return nil, false
	}
	action := template.Source[at.start:at.end]
	if chain, ok := namedIn(action); ok {
		return chain, true
	}
	if name := usedVariable.FindString(action); name != "" {
		set := regexp.MustCompile(regexp.QuoteMeta(name) + `\s*:?=[^}]*`)
		for _, assigned := range set.FindAllString(template.Source[:at.start], -1) {
			if chain, ok := namedIn(assigned); ok {
				return chain, true
			}
		}
	}
	if usedDot().MatchString(action) {
		blocks := template.around(at.start)
		for i := len(blocks) - 1; i >= 0 && blocks[i].word != "define" && blocks[i].word != "block"; i-- {
			if blocks[i].word != "with" && blocks[i].word != "range" || blocks[i].other {
				continue
			}
			if chain, ok := namedIn(blocks[i].action); ok {
				return chain, true
			}
		}
	}
	if frame := &trace.Frames[at.frame]; frame.Parent >= 0 && frame.End > 0 {
		return l.valueOfAction(trace, actionAt{&trace.Files[frame.File], frame.Parent, frame.Start, frame.End})
	}
	return nil, false
}

var (
	usedVariable = regexp.MustCompile(`\$[A-Za-z_]\w*`)
	usedDot      = late.Regexp(`[\s({|]\.(?:[A-Za-z_]|[\s)}|])`)
)

// TakenIfNone finds what an action takes where a value is not set.
func TakenIfNone(action string) (start, end int, ok bool) {
	if at := takenIfNone().FindStringSubmatchIndex(action); at != nil {
		return at[2], at[3], true
	}
	return 0, 0, false
}

var takenIfNone = late.Regexp(`\b(?:default|dig(?:\s+"[^"]*")+)\s+"?([A-Za-z]+)\b`)

// namedIn is the first value that an action names.
func namedIn(action string) ([]string, bool) {
	match := valuesChain.FindStringSubmatch(action)
	if match == nil {
		return nil, false
	}
	return strings.Split(strings.TrimPrefix(match[1], "."), "."), true
}

// keysAlone matches what may stand in a block before an entry that is all that it holds.
var keysAlone = late.Regexp(`^\s*(?:[\w-]+:\s+)*(?:- )?$`)

// valueOfBlock is the value that the block right around a field asks for and prints, if the branch of the block holds nothing
// else. ends are the words that may end it.
func (l *Locator) valueOfBlock(field *printedField, ends ...string) (chain []string, at actionAt, ok bool) {
	span, offset, ok := field.trace.source(field.found.Key.Offset)
	if !ok {
		return nil, at, false
	}
	file := &field.trace.Files[span.File]
	template := l.template(file)
	if template == nil || !slices.Contains(ends, template.wordAfter(offset)) {
		return nil, at, false
	}
	from, to := -1, -1
	var opener templateToken
	var open []templateToken
	for _, token := range template.tokens {
		switch token.word {
		case "if", "with", "range", "define", "block":
			open = append(open, token)
		case "end":
			if len(open) > 0 && open[len(open)-1].end <= offset && token.start >= offset && from < 0 {
				opener, from, to = open[len(open)-1], open[len(open)-1].end, token.start
			}
			open = open[:max(len(open)-1, 0)]
		}
	}
	if from < 0 || opener.word == "block" || !keysAlone().MatchString(template.Source[from:offset]) {
		return nil, at, false
	}
	action := template.Source[opener.start:opener.end]
	if chain, ok = namedIn(action); !ok {
		return nil, at, false
	}
	_, rest, _ := strings.Cut(template.Source[offset:to], "\n")
	column := offset - strings.LastIndexByte(template.Source[:offset], '\n') - 1
	for line := range strings.Lines(rest) {
		if ink := strings.TrimLeft(line, " "); strings.TrimSpace(ink) != "" && len(line)-len(ink) < column {
			return nil, at, false
		}
	}
	prints := valuesPrinted(chain, opener.word).MatchString(template.Source[offset:to])
	return chain, actionAt{file, span.Frame, opener.start, opener.end}, prints
}

// valuesPrinted matches an action in a block that prints the value for which the block asks.
func valuesPrinted(chain []string, word string) *regexp.Regexp {
	printed := regexp.QuoteMeta(".Values." + strings.Join(chain, "."))
	if word == "with" || word == "range" {
		printed += `|[\s({|]\.(?:[A-Za-z_]|[\s)}|])|\$[a-z]`
	}
	return regexp.MustCompile(`\{\{[^}]*(?:` + printed + `)[^}]*\}\}`)
}
