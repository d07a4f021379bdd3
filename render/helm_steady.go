package render

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"strings"

	"helm.sh/helm/v3/pkg/chart"

	"github.com/podmend/podmend/internal/late"
)

// asksForChance matches calls of functions that may give something else each time: the time, random texts and keys, and
// the keys and values of a mapping, which come in any order.
var asksForChance = late.Regexp(`\b(?:now|ago|date\w*|htmlDate\w*|rand\w*|uuidv4|shuffle|bcrypt|htpasswd|encryptAES|` +
	`gen(?:CA|Self|Signed|Private)\w*)\b|\b(?:keys|values)\s+[.$(]|\|\s*(?:keys|values)\b`)

// chanceWords hold a part of each of those names: most actions hold none, which is told sooner by them.
var chanceWords = []string{"now", "ago", "date", "Date", "rand", "uuidv4", "shuffle", "bcrypt", "htpasswd", "encryptAES", "gen", "keys", "values"}

func asksChance(text string) bool {
	return slices.ContainsFunc(chanceWords, func(word string) bool { return strings.Contains(text, word) }) && asksForChance().MatchString(text)
}

// steady says whether no template of the chart can print something else each time. What looks like a call in a comment
// counts too.
func (c *helmChart) steady(values any) bool {
	steady, runsTexts := true, false
	walkHelmChart(c.Chart, func(of *chart.Chart) {
		for _, template := range of.Templates {
			steady = steady && !templateMayAskForChance(template.Data)
			runsTexts = runsTexts || bytes.Contains(template.Data, []byte("tpl"))
		}
	})
	if !steady || !runsTexts {
		return steady
	}
	visitTexts(values, func(text string) { steady = steady && !mayAskForChance(text) })
	walkHelmChart(c.Chart, func(of *chart.Chart) {
		for _, file := range of.Files {
			steady = steady && !mayAskForChance(string(file.Data))
		}
	})
	return steady
}

// askingTemplates holds what is known of 4 MiB of templates.
var askingTemplates = contentCache[bool]{most: 4 << 20}

func templateMayAskForChance(content []byte) bool {
	key := contentDigest(sha256.Sum256(content))
	asks, known := askingTemplates.get(key)
	if !known {
		asks = mayAskForChance(string(content))
		askingTemplates.put(key, asks, len(content))
	}
	return asks
}

// mayAskForChance looks at the actions of a text, at all of one that is no template.
func mayAskForChance(text string) bool {
	tokens, ok := templateTokens(text)
	if !ok {
		return asksChance(text)
	}
	return slices.ContainsFunc(tokens, func(token templateToken) bool {
		return !token.comment && asksChance(text[token.start:token.end])
	})
}
