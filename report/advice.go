package report

import "github.com/podmend/podmend/check"

// Advice says in one sentence how findings of a control are mended by hand. It goes by the
// control's id alone, so that a report from elsewhere cannot put words into it.
func Advice(control string) string {
	if known, ok := check.ControlByID(control); ok {
		return known.Doc.Advice
	}
	return "podmend explain lists the controls."
}
