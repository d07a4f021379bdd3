// Package annotations tells GitHub Actions of a report by workflow commands, which it shows beside
// the lines of a change. No text of a repository makes a command.
package annotations

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strconv"

	"github.com/sethvargo/go-githubactions"

	"github.com/podmend/podmend/report"
)

// perLevel is how many annotations of a level GitHub shows for a step; it drops the others without
// a word.
// https://docs.github.com/actions/reference/workflow-commands-for-github-actions
const perLevel = 10

// Options says how a report is told.
type Options struct {
	// Rest says where the findings are that get no annotation, such as "in the step summary".
	Rest string
	// Told are the ids of findings that a reader of the change sees in comments already; they are only
	// counted.
	Told map[string]bool
}

// An annotation is one message, at a place if one is known.
type annotation struct {
	title, message string
	file           string
	line, endLine  int
	column, end    int
}

// Write writes the workflow commands for a finished report, the worst findings first, and a line
// with their number. A finding that the base has too, or that is exempt, is only counted.
func Write(w io.Writer, r *report.Report, o Options) error {
	v := report.NewView(r, nil)
	levels := map[string][]annotation{}
	findings := map[string]int{} // by level
	old, exempt, told := 0, 0, 0
	for _, f := range v.Worst() {
		switch {
		case f.Status == report.StatusExempt:
			exempt++
		case f.Scope == report.ScopeOld:
			old++
		case o.Told[f.ID]:
			told++
		default:
			level := levelOf(f.Severity)
			findings[level]++
			levels[level] = append(levels[level], of(v, f))
		}
	}
	for i := range r.Targets {
		if target := &r.Targets[i]; target.Status == report.TargetError && (target.Error == nil || target.Error.Scope != report.ScopeOld) {
			levels["error"] = append(levels["error"], failure(target))
		}
	}
	for _, warning := range r.Warnings {
		levels["warning"] = append(levels["warning"], annotation{
			title: "podmend", message: report.InertProse(warning.Message, 0), file: warning.File, line: warning.Line,
		})
	}
	var text bytes.Buffer
	shown := 0
	for _, level := range []string{"error", "warning", "notice"} {
		all := levels[level]
		kept := len(all)
		if kept > perLevel {
			kept = perLevel - 1
		}
		for _, a := range all[:kept] {
			a.write(&text, level)
		}
		shown += min(kept, findings[level])
		if left := len(all) - kept; left > 0 {
			rest(left, max(0, findings[level]-kept), o.Rest).write(&text, level)
		}
	}
	fmt.Fprintf(&text, "podmend: %s: %d annotated", report.Quantity(len(r.Findings), "finding", "findings"), shown)
	for _, part := range []struct {
		n    int
		text string
	}{{len(r.Findings) - old - exempt - told - shown, "more counted in the last annotations"}, {told, "told on the pull request"}, {old, "old"}, {exempt, "exempt"}} {
		if part.n > 0 {
			fmt.Fprintf(&text, ", %d %s", part.n, part.text)
		}
	}
	text.WriteString(".\n")
	_, err := w.Write(text.Bytes())
	return err
}

func levelOf(severity string) string {
	return cmp.Or(map[string]string{report.SeverityHigh: "error", report.SeverityMedium: "warning"}[severity], "notice")
}

// of is the annotation of a finding: at the lines that make it new, else at its own place.
func of(v *report.View, f *report.Finding) annotation {
	a := annotation{
		title:   fmt.Sprintf("%s (%s)", report.Inert(f.Control, 0), report.Inert(f.Severity, 0)),
		message: v.Message(f), file: f.Origin.File, line: f.Origin.Line, endLine: f.Origin.EndLine,
	}
	if f.Origin.Exact && f.Origin.EndLine == f.Origin.Line {
		a.column, a.end = f.Origin.Column, f.Origin.EndColumn-1
	}
	if len(f.Changes) > 0 {
		first := f.Changes[0]
		a.message += ". The field is at " + report.Place(f.Origin.File, f.Origin.Line) + "; this change makes it new."
		a.file, a.line, a.endLine, a.column, a.end = first.File, first.Line, first.EndLine, 0, 0
	}
	if reached := report.Workloads([]*report.Finding{f}); len(reached) > 0 {
		a.message += "\nReaches " + report.Fold(reached) + "."
	}
	switch v.Outcome(f) {
	case report.ProposalProven:
		a.message += "\npodmend fix --write mends it by a proven edit."
	case report.ProposalRefused:
		a.message += "\n" + v.Refusal(f)
	default:
		a.message += "\n" + report.Remedy(f)
	}
	return a
}

func failure(target *report.Target) annotation {
	a := annotation{title: "podmend: a target could not be rendered", message: report.Inert(target.ID, 0)}
	if err := target.Error; err != nil {
		a.file, a.line = err.File, err.Line
		a.message += ": " + report.InertProse(err.Message, 0)
	}
	return a
}

// rest counts what has no annotation of its own.
func rest(left, findings int, where string) annotation {
	text := report.Quantity(left, "more", "more")
	if findings > 0 {
		text += " (" + report.Quantity(findings, "finding", "findings") + ")"
	}
	return annotation{title: "podmend: more than GitHub shows", message: text + " " + cmp.Or(where, "in the output of podmend check") + "."}
}

// write makes a workflow command of it; the library escapes what would end a part of it.
func (a annotation) write(w io.Writer, level string) {
	place := map[string]string{"title": a.title}
	set := func(name string, n int) {
		if n > 0 {
			place[name] = strconv.Itoa(n)
		}
	}
	if a.file != "" {
		place["file"] = report.Inert(a.file, 0)
		set("line", a.line)
		if a.line > 0 && a.endLine > a.line {
			set("endLine", a.endLine)
		}
		if a.column > 0 {
			set("col", a.column)
			set("endColumn", max(a.end, a.column))
		}
	}
	action := githubactions.New(githubactions.WithWriter(w)).WithFieldsMap(place)
	switch level {
	case "error":
		action.Errorf("%s", a.message)
	case "warning":
		action.Warningf("%s", a.message)
	default:
		action.Noticef("%s", a.message)
	}
}
