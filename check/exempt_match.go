package check

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/podmend/podmend/render"
)

// A glob matches a whole text: * stands for any characters, ? for one, and a backslash takes the
// meaning from the character behind it. The nil glob matches everything.
type glob struct {
	literal string
	pattern *regexp.Regexp // nil for a literal
}

func newGlob(text string) *glob {
	if text == "" {
		return nil
	}
	if !globChars.MatchString(text) {
		return &glob{literal: text}
	}
	var b strings.Builder
	b.WriteString(`(?s)\A`)
	escaped := false
	for _, char := range text {
		switch {
		case escaped:
			b.WriteString(regexp.QuoteMeta(string(char)))
			escaped = false
		case char == '\\':
			escaped = true
		case char == '*':
			b.WriteString(".*")
		case char == '?':
			b.WriteString(".")
		default:
			b.WriteString(regexp.QuoteMeta(string(char)))
		}
	}
	if escaped {
		b.WriteString(`\\`)
	}
	return &glob{pattern: regexp.MustCompile(b.String() + `\z`)}
}

func (g *glob) matches(text string) bool {
	switch {
	case g == nil:
		return true
	case g.pattern == nil:
		return g.literal == text
	}
	return g.pattern.MatchString(text)
}

// QuoteGlob returns the glob that matches just this text.
func QuoteGlob(text string) string { return globChars.ReplaceAllString(text, `\$0`) }

var globChars = regexp.MustCompile(`[*?\\]`)

// configured adds an exemption that goes by what the occurrence is.
func (e *exempter) configured(exemption Exemption) {
	kind, name, namespace := newGlob(exemption.Kind), newGlob(exemption.Name), newGlob(exemption.Namespace)
	target, container, image := newGlob(exemption.Target), newGlob(exemption.Container), newGlob(exemption.Image)
	e.all = append(e.all, &declared{
		Exemption: exemption, what: "this exemption", key: fmt.Sprintf("configured\x00%d", len(e.all)),
		matches: func(_ *Finding, occurrence *Occurrence) bool {
			object, of := occurrence.Pod.Object, &e.results[occurrence.Target].Target
			place, _ := of.NamespaceOf(object)
			return kind.matches(object.Kind) && name.matches(object.Name) && namespace.matches(place) &&
				(target.matches(of.ID) || target.matches(of.Path)) &&
				container.matches(occurrence.Field.Container) &&
				(image == nil || imagesMatch(image, occurrence))
		},
	})
}

// imagesMatch compares the image of the occurrence's container. A field of the pod is every
// container's, so that all images must match.
func imagesMatch(image *glob, occurrence *Occurrence) bool {
	if container, ok := containerAt(occurrence.Pod, occurrence.Field.Path); ok {
		return image.matches(container.Image)
	}
	containers := containersOf(occurrence.Pod)
	return len(containers) > 0 && !slices.ContainsFunc(containers, func(c placedContainer) bool { return !image.matches(c.Image) })
}

// tellUnused warns of exemptions that match nothing. Only a run that has rendered everything knows.
func (e *exempter) tellUnused(results []render.Result) {
	for _, d := range e.all {
		e.report.Declared = append(e.report.Declared, Declared{
			Key: digest(d.key), Target: d.first, Used: d.used || !e.asked(d), Warning: d.unused(),
		})
	}
	if !e.Whole || len(e.report.Broken) > 0 ||
		slices.ContainsFunc(results, func(r render.Result) bool { return r.Status == render.Failed }) {
		return
	}
	for _, d := range e.report.Declared {
		if !d.Used {
			e.warn(d.Warning.File, d.Warning.Line, d.Warning.Message)
		}
	}
}

// A Declared is an exemption that was looked for in one run.
type Declared struct {
	Key     string  // the same for the same exemption in other runs
	Target  string  // the first that carries it, "" for one that stands in a file
	Used    bool    // it has matched, or cannot
	Warning Warning // what to say if it is of no use
}

func (d *declared) unused() Warning {
	message := d.what + " matches no finding; take it away, or correct what it names."
	return Warning{File: d.File, Line: d.Line, Message: strings.ToUpper(message[:1]) + message[1:]}
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// asked says whether the run looked for any of the exemption's controls.
func (e *exempter) asked(d *declared) bool {
	return e.Restricted || slices.ContainsFunc(controls, func(c *Control) bool {
		return c.Level == "baseline" && d.covers(c.ID)
	})
}

func (e *exempter) warn(file string, line int, message string) {
	warning := Warning{File: file, Line: line, Message: strings.ToUpper(message[:1]) + message[1:]}
	if !slices.Contains(e.report.Warnings, warning) {
		e.report.Warnings = append(e.report.Warnings, warning)
	}
}
