package render

import (
	"bytes"
	"regexp"

	"helm.sh/helm/v3/pkg/chart"
)

// asksForChance matches calls of functions that may give something else each time: the time, random texts and keys, and
// the keys and values of a mapping, which come in any order.
var asksForChance = regexp.MustCompile(`\b(?:now|ago|date\w*|htmlDate\w*|rand\w*|uuidv4|shuffle|bcrypt|htpasswd|encryptAES|` +
	`gen(?:CA|Self|Signed|Private)\w*)\b|\b(?:keys|values)\s+[.$(]|\|\s*(?:keys|values)\b`)

// steady says whether no template of the chart can print something else each time. What looks like a call in a comment
// counts too.
func (c *helmChart) steady(values any) bool {
	steady, runsTexts := true, false
	walkHelmChart(c.Chart, func(of *chart.Chart) {
		for _, template := range of.Templates {
			steady = steady && !asksForChance.Match(template.Data)
			runsTexts = runsTexts || bytes.Contains(template.Data, []byte("tpl"))
		}
	})
	if !steady || !runsTexts {
		return steady
	}
	visitTexts(values, func(text string) { steady = steady && !asksForChance.MatchString(text) })
	walkHelmChart(c.Chart, func(of *chart.Chart) {
		for _, file := range of.Files {
			steady = steady && !asksForChance.Match(file.Data)
		}
	})
	return steady
}
