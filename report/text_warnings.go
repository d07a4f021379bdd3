package report

import "fmt"

// warnings prints what should be looked at although it breaks no control.
func (t *textWriter) warnings() {
	if len(t.r.Warnings) == 0 {
		return
	}
	t.section()
	t.p.line(piece{Quantity(len(t.r.Warnings), "warning", "warnings"), yellow}, piece{text: ":"})
	for _, warning := range t.r.Warnings {
		place := Inert(warning.File, maxPath)
		if warning.Line > 0 {
			place += fmt.Sprintf(":%d", warning.Line)
		}
		if place != "" {
			place += ": "
		}
		t.p.line()
		t.p.paragraph(4, InertProse(warning.Message, maxProse), piece{text: "  "}, piece{place, bold})
	}
}
