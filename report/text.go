package report

import (
	"fmt"
	"io"
	"strings"
)

// TextOptions says how WriteText prints. The zero value prints plain text without wrapping
// and without source lines.
type TextOptions struct {
	Color   bool
	Width   int  // columns to wrap at; 0 is no wrapping
	Verbose bool // list what is otherwise folded or counted
	// Source returns the bytes of a file of the report, to show its offending lines.
	Source func(file string) ([]byte, error)
}

// How many characters of a string from the repository are printed.
const (
	maxName  = 120
	maxPath  = 300
	maxProse = 1000
)

// WriteText prints a finished report for people at a terminal or in a log: findings by
// file and line, then what could not be rendered, then warnings and the counts. Whatever comes from the
// repository is printed inert.
func WriteText(w io.Writer, r *Report, o TextOptions) error {
	t := &textWriter{
		View: NewView(r, o.Source),
		p:    newLinePrinter(w, o),
		r:    r,
		o:    o,
	}
	t.findings()
	t.errors()
	t.warnings()
	if o.Verbose {
		t.notes()
		t.skipped()
	}
	t.summary()
	return t.p.w.Flush()
}

type textWriter struct {
	*View
	p     *linePrinter
	r     *Report
	o     TextOptions
	begun bool
}

// section puts an empty line before all sections but the first.
func (t *textWriter) section() {
	if t.begun {
		t.p.line()
	}
	t.begun = true
}

// findings prints those that are open, and with Verbose the exempt ones too.
func (t *textWriter) findings() {
	var of []*Finding
	for i := range t.r.Findings {
		f := &t.r.Findings[i]
		if f.Status == StatusExempt && !t.o.Verbose {
			continue
		}
		if len(of) > 0 && of[0].Origin.File != f.Origin.File {
			t.file(of)
			of = nil
		}
		of = append(of, f)
	}
	if len(of) > 0 {
		t.file(of)
	}
}

// targetNames lists targets by their ids.
func (t *textWriter) targetNames(ids []string) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = Inert(id, maxPath)
	}
	return t.fold(names)
}

// shownOfMany is how much of a list Fold prints.
const shownOfMany = 3

// fold is Fold, but for Verbose.
func (t *textWriter) fold(items []string) string {
	if t.o.Verbose {
		return strings.Join(items, ", ")
	}
	return Fold(items)
}

// Fold joins a list, and counts what is too much of it.
func Fold(items []string) string {
	if len(items) <= shownOfMany {
		return strings.Join(items, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(items[:shownOfMany], ", "), len(items)-shownOfMany)
}

// Quantity prints "1 target" or "2 targets".
func Quantity(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// list joins "a", "b" and "c" as people do.
func list(items []string) string {
	if n := len(items) - 1; n > 0 {
		return strings.Join(items[:n], ", ") + " and " + items[n]
	}
	return strings.Join(items, "")
}

// seen is a set that remembers order.
type seen struct {
	list []string
	has  map[string]bool
}

func (s *seen) add(item string) {
	if s.has == nil {
		s.has = map[string]bool{}
	}
	if !s.has[item] {
		s.has[item] = true
		s.list = append(s.list, item)
	}
}
