package sarif

import (
	"fmt"
	"slices"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/page"
	"github.com/podmend/podmend/report"
)

var levels = map[string]string{
	report.SeverityHigh: sarif.LevelError, report.SeverityMedium: sarif.LevelWarning, report.SeverityLow: sarif.LevelNote,
}

// securitySeverities are the numbers that code scanning translates back: high from 7, medium from 4.
var securitySeverities = map[string]string{
	report.SeverityHigh: "8.0", report.SeverityMedium: "5.5", report.SeverityLow: "2.0",
}

// maxDescription is how much of a description code scanning shows.
const maxDescription = 1024

// rules describes every control, in the controls' order.
func rules() ([]*sarif.ReportingDescriptor, error) {
	var rules []*sarif.ReportingDescriptor
	for _, control := range check.Controls() {
		sections, err := page.Of(control)
		if err != nil {
			return nil, err
		}
		properties := sarif.NewPropertyBag().WithTags([]string{
			"security", "kubernetes", "pod-security-standards", string(control.Level),
		}).Add("precision", "very-high").Add("security-severity", securitySeverities[string(control.Severity)])
		rules = append(rules, sarif.NewRule(control.ID).WithName(control.ID).
			WithShortDescription(text(control.Title)).
			WithFullDescription(text(report.InertProse(control.Doc.Means, maxDescription-1))).
			WithHelpURI(page.URL(control.ID)).
			WithHelp(text(fmt.Sprintf("%s: %s\n%s", control.ID, control.Title, page.Text(sections))).
				WithMarkdown(fmt.Sprintf("# %s: %s\n%s", control.ID, control.Title, page.Markdown(sections)))).
			WithDefaultConfiguration(sarif.NewReportingConfiguration().WithEnabled(true).
				WithLevel(levels[string(control.Severity)])).
			WithProperties(properties))
	}
	return rules, nil
}

func text(s string) *sarif.MultiformatMessageString {
	return sarif.NewMultiformatMessageString().WithText(s)
}

func ruleIndex(control string) int {
	return slices.IndexFunc(check.Controls(), func(known *check.Control) bool { return known.ID == control })
}
