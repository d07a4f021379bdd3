package render

import "strings"

// What errors of a chart say to do about its values, where nothing but .podmend.yaml gives it any.
const (
	helmGiveValues = "Give the chart the values that it asks for: name a values file for it in .podmend.yaml."
	helmSetValue   = "Set the value that it needs in a values file for the chart, or mend the template."
	helmMendValues = "Mend the values, or give others in .podmend.yaml."
)

// setIn lets an error of a chart say where those set its values who deploy it: place. A template that is not in this
// repository is not for them to mend.
func (e *Error) setIn(place string, foreign bool) *Error {
	set := "Set the value that it needs in " + place
	if !foreign {
		set += ", or mend the template"
	}
	told := *e
	told.Message = strings.NewReplacer(
		helmGiveValues, "Give the chart the values that it asks for in "+place+".",
		helmSetValue, set+".",
		helmMendValues, "Mend them in "+place+".",
	).Replace(e.Message)
	return &told
}
