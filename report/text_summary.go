package report

import "fmt"

// summary ends the output with what was found, what it was found in, and what to do next.
func (t *textWriter) summary() {
	t.section()
	if !t.o.Verbose {
		t.notShown()
	}
	s := t.r.count()
	none := "No findings"
	if s.Exempt > 0 {
		none = fmt.Sprintf("No findings but %d exempt", s.Exempt)
	}
	switch {
	case s.Targets == 0:
		t.p.paragraph(0, "There is nothing to check: no Helm chart, Kustomize root or manifest was found. "+
			"Give podmend a folder that holds some.", piece{})
	case s.Findings > s.Exempt:
		t.p.paragraph(0, fmt.Sprintf("(%s) in %s", t.BySeverity(), t.checked(s)),
			piece{Quantity(s.Findings, "finding", "findings"), bold}, piece{text: " "})
	case s.Errors > 0:
		t.p.paragraph(0, "in what could be rendered: "+t.checked(s), piece{none, bold}, piece{text: " "})
	case s.PodTemplates == 0:
		t.p.paragraph(0, t.ByStatus()+", and no pod template in them to check.",
			piece{none, green}, piece{text: ": "})
	default:
		t.p.paragraph(0, "in "+t.checked(s), piece{none, green}, piece{text: " "})
	}
	t.compared(s)
	t.next(s)
}

// compared says what the base has too.
func (t *textWriter) compared(s Summary) {
	if t.r.Source.Base == "" {
		return
	}
	text := fmt.Sprintf("Compared with %s: %d new, %d mended", Inert(t.r.Source.Base[:min(12, len(t.r.Source.Base))], maxName), s.New, s.Mended)
	switch {
	case s.Old > 0:
		text += fmt.Sprintf(", %d old.", s.Old)
	case s.LeftOut > 0:
		text += fmt.Sprintf("; %s not listed, --scope changed lists what the base has too.", Quantity(s.LeftOut, "old finding is", "old findings are"))
	default:
		text += "."
	}
	t.p.paragraph(0, text, piece{})
}

// checked says what was looked at, and by which measure.
func (t *textWriter) checked(s Summary) string {
	return fmt.Sprintf("%s of %s, checked against %s.",
		Quantity(s.PodTemplates, "pod template", "pod templates"), t.ByStatus(), t.Judged())
}

// next says how to go on.
func (t *textWriter) next(s Summary) {
	open := s.Findings - s.Exempt
	if open == 0 {
		return
	}
	var text string
	switch {
	case s.Proven == 1 && open == 1:
		text = "podmend fix --write mends it. "
	case s.Proven == open:
		text = "podmend fix --write mends all of them. "
	case s.Proven > 0:
		text = fmt.Sprintf("podmend fix --write mends %d of them. ", s.Proven)
	case len(t.r.Proposals) == 0 && s.Refused == 0:
		text = "podmend fix looks for edits that mend them, and proves each. "
	}
	t.p.paragraph(0, text+"podmend explain CONTROL says what a control means.", piece{})
}

// notShown counts what Verbose would list.
func (t *textWriter) notShown() {
	var parts []string
	add := func(n int, one, many string) {
		if n > 0 {
			parts = append(parts, Quantity(n, one, many))
		}
	}
	skipped := 0
	var notes seen
	for _, target := range t.r.Targets {
		if target.Status == TargetSkipped {
			skipped++
			continue
		}
		for _, note := range target.Notes {
			notes.add(note)
		}
	}
	add(len(t.r.Skipped), "skipped file or folder", "skipped files and folders")
	add(skipped, "skipped target", "skipped targets")
	add(t.r.count().Exempt, "exempt finding", "exempt findings")
	add(len(notes.list), "note on targets", "notes on targets")
	if len(parts) > 0 {
		t.p.paragraph(0, "Not shown: "+list(parts)+"; --verbose lists them.", piece{})
	}
}
