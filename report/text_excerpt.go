package report

import (
	"fmt"
	"strings"
)

// A shown is one source line of a block with the findings in it.
type shown struct {
	line     int
	findings []*Finding
}

// shownLines is how many source lines of a block are printed without Verbose. The others
// are listed by their numbers.
const shownLines = 5

// excerpts prints the source lines of a block. It returns the findings whose place is in
// none of them, and whether the marks already name what the findings reach.
func (t *textFile) excerpts(b *block) (rest []*Finding, labelled bool) {
	var lines []*shown
	if b.first().Origin.Exact && t.lines != nil {
		lines, rest = t.linesOf(b.findings)
	} else {
		rest = b.findings[1:] // the heading says where the first is
	}
	if len(lines) > shownLines && !t.o.Verbose {
		for _, s := range lines[shownLines:] {
			rest = append(rest, s.findings...)
		}
		lines = lines[:shownLines]
	}
	if len(lines) == 0 {
		return rest, false
	}

	digits := max(len(fmt.Sprint(lines[len(lines)-1].line)), 4)
	limit := maxExcerpt
	if t.o.Width > 0 {
		limit = max(t.o.Width-2-digits-3, minText)
	}
	printed := make([]excerpt, len(lines))
	labels := make([]string, len(lines))
	labelled = len(lines) > 1 && len(rest) == 0
	for i, s := range lines {
		var spans []span
		for _, f := range s.findings {
			spans = append(spans, spanOf(f))
		}
		printed[i] = newExcerpt(string(t.lines[s.line-1]), spans, limit)
		labels[i] = strings.Join(Workloads(s.findings), ", ")
		labelled = labelled && textWidth(printed[i].marks)+1+textWidth(labels[i]) <= limit
	}
	labelled = labelled && differ(labels)
	for i, s := range lines {
		t.p.line(piece{fmt.Sprintf("  %*d | ", digits, s.line), dim}, piece{text: printed[i].text})
		label := continues(s.findings)
		if labelled {
			label += " " + labels[i]
		}
		if marks := printed[i].marks; marks != "" {
			gutter := piece{strings.Repeat(" ", 2+digits) + " | ", dim}
			t.p.line(gutter, piece{marks, severityStyles[b.first().Severity]}, piece{text: label})
		}
	}
	return rest, labelled
}

// linesOf sorts findings into the lines that hold them. Findings of one line share it if
// the whole line can be shown; rest are those outside of the file.
func (t *textFile) linesOf(findings []*Finding) (lines []*shown, rest []*Finding) {
	for _, f := range findings {
		n := f.Origin.Line
		if n < 1 || n > len(t.lines) {
			rest = append(rest, f)
			continue
		}
		if last := len(lines) - 1; last >= 0 && lines[last].line == n && len(t.lines[n-1]) <= minText*3 {
			lines[last].findings = append(lines[last].findings, f)
			continue
		}
		lines = append(lines, &shown{line: n, findings: []*Finding{f}})
	}
	return lines, rest
}

// spanOf is the part of a finding's place that lies in its first line.
func spanOf(f *Finding) span {
	o := f.Origin
	switch {
	case o.EndLine > o.Line:
		return span{o.Column, 1 << 30}
	case o.EndLine < o.Line:
		return span{start: o.Column}
	default:
		return span{o.Column, o.EndColumn}
	}
}

// continues says up to which line the places reach that begin in one line.
func continues(findings []*Finding) string {
	last := 0
	for _, f := range findings {
		last = max(last, lastLine(f))
	}
	if last <= findings[0].Origin.Line {
		return ""
	}
	return fmt.Sprintf(" to line %d", last)
}

// lastLine is the last line that the place of a finding has a part of.
func lastLine(f *Finding) int {
	if f.Origin.EndColumn <= 1 {
		return f.Origin.EndLine - 1 // the place ends with the line before
	}
	return f.Origin.EndLine
}

func differ(labels []string) bool {
	for _, label := range labels {
		if label != labels[0] {
			return true
		}
	}
	return false
}
